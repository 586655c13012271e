from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from readinglists import entries
from readinglists.models import Entry, ReadingList
from tests.factories import make_entry, make_paper, make_reading_list

pytestmark = pytest.mark.django_db


def post(client: Client, verb: str, entry: Entry, **data: object) -> Any:
    client.force_login(entry.reading_list.owner)
    return client.post(reverse(f"readinglists:{verb}", args=[entry.pk]), data)


def make_three() -> tuple[ReadingList, list[Entry]]:
    reading_list = make_reading_list()
    return reading_list, [make_entry(reading_list=reading_list) for _ in range(3)]


def order(reading_list: ReadingList) -> list[Entry]:
    return list(reading_list.entries.all())


def test_an_entry_moves_before_another(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    response = post(client, "move", c, before=b.pk)
    assert order(reading_list) == [a, c, b]
    assert response["Location"] == f"{reading_list.get_absolute_url()}#entry-{c.pk}"


def test_an_entry_moves_after_another(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    post(client, "move", a, after=b.pk)
    assert order(reading_list) == [b, a, c]


def test_an_entry_moves_to_the_top(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    post(client, "move", c)
    assert order(reading_list) == [c, a, b]


def test_a_move_across_pages_leads_to_the_page_where_the_entry_is(client: Client) -> None:
    reading_list = make_reading_list()
    made = [make_entry(reading_list=reading_list) for _ in range(51)]
    response = post(client, "move", made[0], after=made[50].pk)
    assert response["Location"].endswith(f"?page=2#entry-{made[0].pk}")


def test_a_move_beside_what_is_gone_says_so(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    entries.remove(b, by=None)
    response = post(client, "move", c, before=b.pk)
    assert "nothing moved" in client.get(response["Location"]).content.decode()
    assert order(reading_list) == [a, c]


@pytest.mark.parametrize(
    "data", [{"before": "x"}, {"before": ""}, {"after": "9" * 30}, {"before": "1", "after": "2"}]
)
def test_a_move_to_nowhere_is_refused(client: Client, data: dict[str, str]) -> None:
    reading_list, made = make_three()
    assert post(client, "move", made[2], **data).status_code == 400
    assert order(reading_list) == made


def test_an_entry_without_a_note_is_removed_at_once(client: Client) -> None:
    entry = make_entry(paper=make_paper(title="Gone"))
    response = post(client, "remove", entry)
    assert not Entry.objects.exists()
    assert "Removed “Gone”." in client.get(response["Location"]).content.decode()


def test_removing_a_note_asks_first(client: Client) -> None:
    entry = make_entry(note="Dear to me")
    client.force_login(entry.reading_list.owner)
    page = client.get(entry.reading_list.get_absolute_url()).content.decode()
    address = reverse("readinglists:remove", args=[entry.pk])
    assert f'href="{address}"' in page
    assert f'formaction="{address}"' not in page
    assert "Dear to me" in client.get(address).content.decode()
    assert Entry.objects.exists()


@pytest.mark.parametrize("verb", ["move", "note"])
def test_an_entry_deleted_meanwhile_is_not_found(
    client: Client, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    entry = make_entry()
    monkeypatch.setattr("readinglists.views.entries.entry_to_edit", lambda user, pk: entry)
    monkeypatch.setattr(entries, "move", lambda entry, gap, by: None)
    Entry.objects.filter(pk=entry.pk).delete()
    assert post(client, verb, entry, note="Mine").status_code == 404


def test_a_note_is_saved(client: Client) -> None:
    entry = make_entry()
    response = post(client, "note", entry, note="Read §3\r\nfirst")
    entry.refresh_from_db()
    assert entry.note == "Read §3\nfirst"
    assert response["Location"].endswith(f"#entry-{entry.pk}")


def test_a_note_is_taken_away(client: Client) -> None:
    entry = make_entry(note="Old")
    post(client, "note", entry, note="")
    entry.refresh_from_db()
    assert entry.note == ""


def test_a_note_of_exactly_5000_characters_fits(client: Client) -> None:
    entry = make_entry()
    post(client, "note", entry, note="n" * 4_999 + "\r\n" + "m")
    assert "at most 5000" in post(client, "note", entry, note="n" * 5_001).content.decode()
    post(client, "note", entry, note="n" * 2_000 + "\r\n" + "m" * 2_999)
    entry.refresh_from_db()
    assert len(entry.note) == 5_000


def test_a_note_of_10000_characters_comes_back_whole(client: Client) -> None:
    entry = make_entry(note="Old")
    text = post(client, "note", entry, note="n" * 10_000).content.decode()
    assert "This has 10000 characters; at most 5000 can be kept." in text
    assert "n" * 10_000 in text
    entry.refresh_from_db()
    assert entry.note == "Old"


def test_the_note_form_is_on_the_page_where_htmx_looks_for_it(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    for address in (
        entry.reading_list.get_absolute_url(),
        reverse("readinglists:note", args=[entry.pk]),
    ):
        assert f'id="note-{entry.pk}"' in client.get(address).content.decode()
