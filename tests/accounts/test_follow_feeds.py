import json
from pathlib import Path

import pytest
from django.test import Client
from lxml import etree
from pytest_django import Settings

from accounts import feed_keys
from accounts.models import Follow
from papers.search.follower import index_now
from tests.factories import make_follow, make_paper, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise(33)]
ENDINGS = ["atom", "json", "bib"]


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def address_of(follow: Follow, ending: str = "json") -> str:
    return f"/f/{feed_keys.key_of(follow)}.{ending}"


@pytest.mark.parametrize("ending", ENDINGS)
def test_whoever_has_the_address_reads_it_without_an_account(client: Client, ending: str) -> None:
    make_paper(title="On kestrels"), make_paper(title="On owls")
    index_now()
    follow = make_follow(query="kestrel", user=make_user(email="secret@example.org"))
    text = client.get(address_of(follow, ending)).content.decode()
    assert "On kestrels" in text
    assert "On owls" not in text
    assert "secret" not in text


def test_the_feed_bears_the_name_of_the_follow(client: Client) -> None:
    index_now()
    said = json.loads(client.get(address_of(make_follow(name="My birds"))).content)
    assert said["title"] == "My birds · Broadsheet"


def test_only_the_reader_of_the_address_keeps_it(client: Client) -> None:
    index_now()
    answer = client.get(address_of(make_follow()))
    assert answer["Cache-Control"] == "private, no-cache"
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "no-referrer")


def test_who_has_it_already_is_told_so(client: Client) -> None:
    make_paper(title="On kestrels")
    index_now()
    address = address_of(make_follow())
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, "private, no-cache")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_revoked_address_says_so_at_the_next_request(client: Client, ending: str) -> None:
    index_now()
    follow = make_follow()
    address = address_of(follow, ending)
    etag = client.get(address)["ETag"]
    feed_keys.renew_key(follow)
    answer = client.get(address, headers={"if-none-match": etag})
    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")
    assert "This address opens nothing" in answer.content.decode()


def test_a_search_no_longer_followed_has_no_feed(client: Client) -> None:
    follow = make_follow()
    address = address_of(follow)
    follow.delete()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("key", ["x", "é", "%00", "A" * 3000, "<script>"])
def test_unknown_keys_all_get_the_same_answer(client: Client, key: str) -> None:
    unknown = client.get(f"/f/{'A' * 43}.atom")
    answer = client.get(f"/f/{key}.atom")
    assert (answer.status_code, answer.content) == (404, unknown.content)


def test_without_an_index_it_asks_to_come_again(client: Client) -> None:
    answer = client.get(address_of(make_follow()))
    assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post(address_of(make_follow())).status_code == 405


def test_all_feeds_come_in_one_file(client: Client) -> None:
    mine = make_follow(query="kestrel", name='Birds & "more" <b>')
    make_follow(query="owl", name="Of another")
    client.force_login(mine.user)
    answer = client.get("/follows/feeds.opml")
    outlines = list(etree.fromstring(answer.content).iter("outline"))
    assert [outline.get("text") for outline in outlines] == [mine.name]
    assert str(outlines[0].get("xmlUrl")).endswith(f"/f/{feed_keys.key_of(mine)}.atom")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_visitor_gets_no_file_of_feeds(client: Client) -> None:
    assert client.get("/follows/feeds.opml").headers["Location"].startswith("/accounts/login/")
