"""The Subscribe box of each page: what it says, and what it sends."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from papers.search.follower import index_now
from readinglists import sharing
from tests.factories import DAY, make_announcement, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def box(client: Client, address: str, **headers: str) -> str:
    page = client.get(address, headers=headers).content.decode()
    return "".join(re.findall(r'<section class="subscribe".*?</section>', page, re.DOTALL))


def hidden(text: str) -> dict[str, str]:
    """The name and value of what the box sends by itself, less what all boxes send."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="(.*?)">', text)
    return dict(found)


@pytest.mark.parametrize("address", ["/", "/trending/week/", "/new/", "/search/help/", "/ranking/"])
def test_most_pages_offer_the_digest(client: Client, address: str) -> None:
    text = box(client, address)
    assert "papers, by mail" in text
    assert ">Subscribe</button>" in text
    assert hidden(text) == {}


@pytest.mark.parametrize(
    "address",
    ["/new/cs.CL/", f"/new/cs.CL/{DAY}/", "/trending/now/cs.CL/", "/trending/week/cs.CL/"],
)
def test_the_page_of_a_category_offers_it(client: Client, address: str) -> None:
    make_announcement(category="cs.CL")
    text = box(client, address)
    assert "cs.CL by mail, once a day" in text
    assert ">Subscribe to cs.CL</button>" in text
    assert hidden(text) == {"query": "cat:cs.CL"}


def test_the_readers_own_categories_are_no_category(client: Client) -> None:
    assert "papers, by mail" in box(client, "/trending/now/mine/")


def test_a_search_offers_itself_as_the_page_shows_it(client: Client) -> None:
    make_paper(title="Kestrel")
    index_now()
    text = box(client, '/search/?q=kestrel+"a+%26+b"')
    assert "This search by mail" in text
    assert ">Subscribe to this search</button>" in text
    assert hidden(text) == {"query": "kestrel &quot;a &amp; b&quot;"}


@pytest.mark.parametrize("text", ["", "++", "%22", "owl+" * 400])
def test_a_search_that_cannot_be_followed_offers_the_digest(client: Client, text: str) -> None:
    index_now()
    assert "papers, by mail" in box(client, f"/search/?q={text}")


def test_the_box_follows_what_one_types(client: Client) -> None:
    index_now()
    page = client.get("/search/?q=owl", headers={"HX-Request": "true"}).content.decode()
    part = re.search(r'id="search-subscribe" hx-swap-oob="innerHTML">(.*?)</section>', page, re.S)
    assert part
    assert hidden(part[1]) == {"query": "owl"}
    # An address typed before is kept, and so is the zone that the script filled in.
    assert (
        len(re.findall(r'<input id="subscribe-(?:email|timezone)"[^>]* hx-preserve>', part[1])) == 2
    )


def test_a_shared_list_offers_what_is_added_to_it(client: Client) -> None:
    key = sharing.key_of(sharing.make_link(make_reading_list(title="A <b> list")))
    text = box(client, reverse("readinglists:shared", args=[key]))
    assert "What is added to “A &lt;b&gt; list”, by mail" in text
    assert ">Subscribe to this list</button>" in text
    assert hidden(text) == {"list": key}


def test_a_list_that_is_not_there_offers_the_digest(client: Client) -> None:
    assert "papers, by mail" in box(client, "/l/unknown/")


@pytest.mark.parametrize("address", ["/", "/new/cs.CL/", "/search/?q=owl"])
def test_visitors_get_the_same_page_and_no_cookie(client: Client, address: str) -> None:
    make_announcement(category="cs.CL")
    index_now()
    first, second = client.get(address), Client().get(address)
    assert first.content == second.content
    assert not first.cookies
    assert not second.cookies
    assert "csrfmiddlewaretoken" not in first.content.decode()


@pytest.mark.parametrize("address", ["/", "/new/cs.CL/", "/trending/now/cs.CL/", "/search/?q=owl"])
def test_a_reader_who_is_logged_in_has_other_buttons(client: Client, address: str) -> None:
    make_announcement(category="cs.CL")
    index_now()
    client.force_login(make_user())
    assert box(client, address) == ""
