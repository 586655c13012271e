import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.test import Client

from accounts.archive import rows
from accounts.archive.contents import HOLDINGS, Written
from accounts.archive.write import write
from accounts.models import User
from readinglists import sharing
from readinglists.models import ReadingList, ShareLink
from tests.accounts.archive.sample import NOW, make_rich_reader
from tests.accounts.entering import enter
from tests.factories import make_entry, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def archive_of(user: User) -> ZipFile:
    file = BytesIO()
    write(user, file, now=NOW)
    return ZipFile(file)


def json_of(user: User) -> Any:
    return json.loads(archive_of(user).read("broadsheet.json"))


@pytest.mark.promise(41)
def test_archive_holds_something_of_everything_that_the_reader_has() -> None:
    found = json_of(make_rich_reader())
    keys = {
        key
        for holding in HOLDINGS.values()
        if isinstance(holding, Written)
        for key in holding.key.split(", ")
    }
    for key in keys:
        part = found
        for name in key.split("."):
            part = part[0][name] if isinstance(part, list) else part[name]
        assert part, key


def test_lists_stand_in_their_order_with_headings_notes_and_tags() -> None:
    (first, *_others) = json_of(make_rich_reader())["lists"]
    assert [item.get("heading") or item["paper"]["title"] for item in first["items"]] == [
        *("Paper one", "On its way", "Later", "Paper three", "Paper two", "Still away")
    ]
    assert (first["items"][3]["note"], first["items"][3]["tags"]) == ("third first", ["a", "B c"])


def test_papers_that_a_list_waits_for_stand_at_their_places() -> None:
    (first, *_others) = json_of(make_rich_reader())["lists"]
    of_file, of_archive = [item for item in first["items"] if item.get("waiting")]
    assert of_file["paper"] == {"arxiv": "2601.00002", "title": "On its way"}
    assert (of_file["note"], of_file["tags"]) == ("of a file", ["later"])
    assert of_archive["paper"]["url"] == ["https://example.org/w"]
    assert (of_archive["note"], of_archive["tags"]) == ("of an archive", ["later"])


def test_what_waits_for_a_paper_is_written_without_numbers_of_this_site() -> None:
    (row,) = json_of(make_rich_reader())["waiting"]
    assert row["paper"]["doi"] == ["10.1234/w"]
    assert row["wishes"].keys() == {"voted_at", "state", "own_note", "changed_at"}


def test_a_followed_public_list_is_named_by_its_address_and_one_by_link_never() -> None:
    found = json_of(make_rich_reader())["list_follows"]
    public = ReadingList.objects.get(title="Public reading")
    assert {row["title"]: row.get("address") for row in found} == {
        "Public reading": f"{settings.SITE_URL}/public/{public.pk}/",
        "Shown by link": None,
    }


def test_papers_are_named_by_what_means_the_same_elsewhere() -> None:
    found = json_of(make_rich_reader())
    papers = [item["paper"] for item in found["lists"][0]["items"] if "paper" in item]
    assert papers[0].keys() == {"arxiv", "title"}
    assert papers[2].keys() == {"doi", "title"}
    assert found["deliveries"][0]["papers"] == [papers[0]]


def test_each_list_is_there_as_bibtex() -> None:
    archive = archive_of(make_rich_reader())
    assert "lists/001-to-read-to-mark.bib" in archive.namelist()
    text = archive.read("lists/001-to-read-to-mark.bib").decode()
    assert text.index("Paper one") < text.index("Paper three") < text.index("Paper two")


def test_archive_holds_no_key_and_no_other_readers_address() -> None:
    user = make_rich_reader()
    keys = [str(sharing.key_of(link)) for link in ShareLink.objects.all()]
    others = list(User.objects.exclude(pk=user.pk).values_list("email", flat=True))
    text = archive_of(user).read("broadsheet.json").decode()
    assert not [secret for secret in (*keys, *others, user.password) if secret in text]


def test_archive_holds_nothing_of_another_reader() -> None:
    make_rich_reader()
    found = json_of(make_user())
    empty = ("follows", "mutes", "votes", "seen", "states", "feedback", "lists", "deliveries")
    assert not any(found[name] for name in empty)


def test_ten_times_the_entries_take_no_more_queries_a_batch(
    django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading_list = make_reading_list()
    for _ in range(30):
        make_entry(reading_list=reading_list)
    with django_assert_max_num_queries(60):
        archive_of(reading_list.owner)


def test_download_is_a_zip_file(client: Client) -> None:
    enter(client, make_rich_reader())
    response = client.get("/settings/export/broadsheet.zip")
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert ZipFile(BytesIO(body)).testzip() is None
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]


def test_signed_out_visitor_gets_no_archive(client: Client) -> None:
    response = client.get("/settings/export/broadsheet.zip")
    assert response["Location"].startswith("/accounts/login/")


def test_what_fails_half_way_is_no_file(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_user: User) -> Any:
        raise RuntimeError

    enter(client, make_rich_reader())
    client.raise_request_exception = False
    monkeypatch.setattr(rows, "bounces", fail)
    assert client.get("/settings/export/broadsheet.zip").status_code == 500


@pytest.mark.django_db(transaction=True)
def test_archive_is_of_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written by another connection meanwhile is not in it."""
    import threading

    from django.db import connection

    user = make_rich_reader()
    settings_of = rows.settings_of

    def write_elsewhere() -> None:
        make_reading_list(owner=user, title="Made meanwhile")
        connection.close()

    def with_a_change(reader: User) -> Any:
        found = settings_of(reader)
        thread = threading.Thread(target=write_elsewhere)
        thread.start()
        thread.join()
        return found

    monkeypatch.setattr(rows, "settings_of", with_a_change)
    titles = [row["title"] for row in json_of(user)["lists"]]
    assert "Made meanwhile" not in titles
    assert ReadingList.objects.filter(title="Made meanwhile").exists()
