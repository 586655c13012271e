"""A whole list as a file or a feed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from readinglists import entries, headings, list_files
from readinglists.models import ReadingList
from readinglists.sharing import key_of, make_link
from tests.factories import make_entry, make_paper, make_reading_list

pytestmark = pytest.mark.django_db

ENDINGS = ["atom", "json", "bib", "csv"]


def address_of(reading_list: ReadingList) -> str:
    return f"/l/{key_of(make_link(reading_list))}/"


def body(address: str, **headers: str) -> bytes:
    response = Client().get(address, headers=headers)
    assert response.status_code == 200
    return b"".join(response)


def test_a_file_holds_order_sections_notes_and_tags() -> None:
    reading_list = make_reading_list()
    make_entry(reading_list=reading_list, paper=make_paper(title="First"))
    headings.add_heading(reading_list, "Later", by=None)
    entry = make_entry(reading_list=reading_list, paper=make_paper(title="Second"), note="Why")
    entries.set_tags(entry, ["decoder"], by=None, seen=entry.version)
    first, second = list_files.read_items(reading_list)
    assert (first.reference.title, first.section) == ("First", "")
    assert (second.reference.title, second.section) == ("Second", "Later")
    assert (second.note, second.tags) == ("Why", ("decoder",))
    assert second.added_at is not None


def test_a_feed_begins_with_what_was_added_last() -> None:
    reading_list = make_reading_list()
    for title in ("First", "Second"):
        make_entry(reading_list=reading_list, paper=make_paper(title=title))
    feed = json.loads(body(f"{address_of(reading_list)}papers.json"))
    assert [item["title"] for item in feed["items"]] == ["Second", "First"]
    assert feed["home_page_url"].startswith("http")


@pytest.mark.promise(33)
@pytest.mark.parametrize("ending", ENDINGS)
def test_who_has_it_already_costs_one_query(ending: str) -> None:
    reading_list = make_entry().reading_list
    client, address = Client(), f"{address_of(reading_list)}papers.{ending}"
    etag = client.get(address)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, headers={"If-None-Match": etag})
    assert (answer.status_code, len(queries)) == (304, 1)
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_change_of_the_list_changes_its_etag(ending: str) -> None:
    entry = make_entry()
    address = f"{address_of(entry.reading_list)}papers.{ending}"
    old = Client().get(address)["ETag"]
    entries.set_note(entry, "New", by=None, seen=entry.version)
    assert Client().get(address, headers={"If-None-Match": old}).status_code == 200


def test_a_day_later_the_etag_is_another(rf: object) -> None:
    reading_list = make_reading_list()
    outlet = list_files.Outlet("list/1", "/lists/1/", "private, no-cache")
    now = datetime(2026, 3, 2, tzinfo=UTC)
    request = rf.get("/")  # type: ignore[attr-defined]
    etags = {
        list_files.answer(request, reading_list, "bib", outlet, now=now + timedelta(hours=n))[
            "ETag"
        ]
        for n in (0, 23, 24)
    }
    assert len(etags) == 2


@pytest.mark.parametrize("ending", ["exe", "bib.bib", "BIB"])
def test_an_unknown_format_is_not_found(ending: str) -> None:
    assert Client().get(f"{address_of(make_reading_list())}papers.{ending}").status_code == 404


def test_a_file_of_any_length_is_read_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_files, "CHUNK", 2)
    reading_list = make_reading_list()
    for _ in range(5):
        make_entry(reading_list=reading_list)
    assert len(list(list_files.read_items(reading_list))) == 5


@pytest.mark.promise(16)
@pytest.mark.parametrize("ending", ["bib", "csv"])
def test_a_fault_while_a_short_file_is_written_is_answered(
    ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{address_of(make_entry().reading_list)}papers.{ending}"

    def fail(*_arguments: object) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(list_files, "items_in_order", fail)
    answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code == 503
    assert answer["X-Content-Type-Options"] == "nosniff"
