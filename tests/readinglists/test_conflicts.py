"""Two people change one text: whoever comes second sees both, and neither is lost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from readinglists import entries, keeping
from readinglists.models import Entry, ReadingList
from tests.factories import make_entry, make_reading_list

pytestmark = pytest.mark.django_db


def seen_in(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def note_of_somebody_else(entry: Entry, note: str) -> None:
    now = Entry.objects.get(pk=entry.pk)
    entries.set_note(now, note, by=None, seen=now.version)


def send(client: Client, entry: Entry, **data: object) -> Any:
    client.force_login(entry.reading_list.owner)
    return client.post(reverse("readinglists:note", args=[entry.pk]), data)


def test_the_form_carries_the_version_that_it_shows(client: Client) -> None:
    entry = make_entry(note="Old")
    client.force_login(entry.reading_list.owner)
    page = client.get(reverse("readinglists:note", args=[entry.pk])).content.decode()
    assert seen_in(page) == str(entry.version)


def test_a_note_changed_meanwhile_is_not_overwritten(client: Client) -> None:
    entry = make_entry(note="Old")
    note_of_somebody_else(entry, "Theirs <b>")
    response = send(client, entry, note="Mine & all", seen=entry.version)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Theirs &lt;b&gt;</textarea>" in page
    assert "Mine &amp; all</textarea>" in page
    assert f'id="note-{entry.pk}"' in page
    entry.refresh_from_db()
    assert entry.note == "Theirs <b>"


def test_what_the_page_of_both_sends_is_written(client: Client) -> None:
    entry = make_entry(note="Old")
    note_of_somebody_else(entry, "Theirs")
    page = send(client, entry, note="Mine", seen=entry.version).content.decode()
    response = send(client, entry, note="Theirs. Mine.", seen=seen_in(page))
    entry.refresh_from_db()
    assert response.status_code == 302
    assert entry.note == "Theirs. Mine."


def test_a_third_change_comes_back_too(client: Client) -> None:
    entry = make_entry(note="Old")
    note_of_somebody_else(entry, "Theirs")
    page = send(client, entry, note="Mine", seen=entry.version).content.decode()
    note_of_somebody_else(entry, "Theirs again")
    response = send(client, entry, note="Mine", seen=seen_in(page))
    assert response.status_code == 409
    assert "Theirs again" in response.content.decode()


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40])
def test_who_does_not_say_what_they_saw_overwrites_nothing(client: Client, seen: str) -> None:
    entry = make_entry(note="Old")
    assert send(client, entry, note="Mine", seen=seen).status_code == 409
    entry.refresh_from_db()
    assert entry.note == "Old"


def test_the_same_text_twice_is_no_conflict(client: Client) -> None:
    entry = make_entry(note="Old")
    note_of_somebody_else(entry, "Both")
    assert send(client, entry, note="Both", seen=entry.version).status_code == 302


def test_too_long_a_note_still_carries_what_was_seen(client: Client) -> None:
    entry = make_entry(note="Old")
    note_of_somebody_else(entry, "Theirs")
    page = send(client, entry, note="n" * 5001, seen=entry.version).content.decode()
    assert seen_in(page) == str(entry.version)


def test_title_and_description_changed_meanwhile_are_both_shown(client: Client) -> None:
    reading_list = make_reading_list(title="Old", description="Old")
    client.force_login(reading_list.owner)
    address = reverse("readinglists:edit", args=[reading_list.pk])
    seen = seen_in(client.get(address).content.decode())
    theirs = {"title": "Theirs", "description": "Their words"}
    keeping.set_details(reading_list, theirs, by=reading_list.owner, seen=reading_list.version)
    response = client.post(address, {"title": "Mine", "description": "My words", "seen": seen})
    page = response.content.decode()
    assert response.status_code == 409
    assert all(text in page for text in ("Theirs", "Their words", "Mine", "My words"))
    assert ReadingList.objects.get().title == "Theirs"
    client.post(address, {"title": "Mine", "description": "Both", "seen": seen_in(page)})
    assert ReadingList.objects.get().description == "Both"


def test_htmx_is_told_to_show_the_page_of_both(client: Client) -> None:
    assert '{"code": "409", "swap": true}' in client.get("/accounts/login/").content.decode()
