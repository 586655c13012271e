from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from readinglists import entries
from readinglists.headings import add_heading
from readinglists.models import Entry, ReadingList
from readinglists.positions import Gap, Spot
from tests.factories import make_entry, make_paper, make_reading_list

pytestmark = pytest.mark.django_db


def post(client: Client, verb: str, entry: Entry, **data: object) -> Any:
    client.force_login(entry.reading_list.owner)
    if verb == "note":
        data = {"seen": entry.version, **data}
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


def test_an_entry_moves_to_the_end_of_a_section(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    head = add_heading(reading_list, "First", by=None, gap=Gap(before=Spot("e", a.pk)))
    add_heading(reading_list, "Second", by=None, gap=Gap(before=Spot("e", c.pk)))
    post(client, "move", a, section=head.pk)
    assert order(reading_list) == [b, a, c]
    post(client, "move", b, section="end")
    assert order(reading_list) == [a, c, b]
    post(client, "move", b, section="")
    assert order(reading_list) == [b, a, c]


def test_a_section_that_is_gone_moves_nothing(client: Client) -> None:
    reading_list, made = make_three()
    response = post(client, "move", made[2], section=10**9)
    assert "nothing moved" in client.get(response["Location"]).content.decode()
    assert order(reading_list) == made


def test_a_removed_entry_comes_back_with_its_note_by_one_press(client: Client) -> None:
    entry = make_entry(paper=make_paper(title="Gone"), note="Dear to me")
    response = post(client, "remove", entry)
    assert not Entry.objects.exists()
    page = client.get(response["Location"]).content.decode()
    assert "Removed “Gone”." in page
    address = reverse("readinglists:undo", args=[entry.reading_list.changes.latest("pk").pk])
    assert f'formaction="{address}"' in page
    client.post(address)
    assert Entry.objects.get().note == "Dear to me"


def test_removing_leads_back_to_the_page_one_was_on(client: Client) -> None:
    entry = make_entry()
    where = f"{entry.reading_list.get_absolute_url()}?page=2&tag=x"
    assert post(client, "remove", entry, next=where)["Location"] == where
    other = make_entry()
    location = post(client, "remove", other, next="/settings/")["Location"]
    assert location == other.reading_list.get_absolute_url()


def test_tags_are_saved_and_cleaned(client: Client) -> None:
    entry = make_entry()
    post(client, "tags", entry, tags="#method,  To  do, METHOD", seen=entry.version)
    entry.refresh_from_db()
    assert entry.tags == ["method", "To do"]


def test_too_many_tags_come_back_with_a_reason(client: Client) -> None:
    entry = make_entry()
    text = ", ".join(f"tag{n}" for n in range(21))
    page = post(client, "tags", entry, tags=text, seen=entry.version).content.decode()
    assert "at most 20 tags, not 21" in page
    assert text in page


def test_tags_written_meanwhile_are_shown_beside_mine(client: Client) -> None:
    entry = make_entry()
    entries.set_tags(entry, ["theirs"], by=None, seen=entry.version)
    response = post(client, "tags", entry, tags="mine", seen=entry.version)
    assert response.status_code == 409
    assert "theirs" in response.content.decode()
    assert "mine" in response.content.decode()


def test_the_page_of_an_entry_has_all_that_can_be_done(client: Client) -> None:
    entry = make_entry()
    other = make_reading_list(owner=entry.reading_list.owner, title="Other")
    client.force_login(entry.reading_list.owner)
    page = client.get(reverse("readinglists:entry", args=[entry.pk])).content.decode()
    for verb in ("tags", "move"):
        assert f'action="{reverse(f"readinglists:{verb}", args=[entry.pk])}"' in page
    assert f'<option value="{other.pk}">Other</option>' in page


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


@pytest.mark.parametrize("verb", ["remove", "remove_heading"])
def test_what_another_removed_meanwhile_is_gone_from_the_page_too(
    client: Client, verb: str
) -> None:
    reading_list, _entries = make_three()
    client.force_login(reading_list.owner)
    here = f"{reading_list.get_absolute_url()}?page=1"
    address = reverse(f"readinglists:{verb}", args=[999_999])
    response = client.post(address, {"next": here}, follow=True)
    assert response.redirect_chain == [(here, 302)]
    assert "This was removed already." in response.content.decode()


def test_whether_a_stranger_s_entry_is_there_is_not_told(client: Client) -> None:
    reading_list, _entries = make_three()
    client.force_login(reading_list.owner)
    theirs = reverse("readinglists:remove", args=[make_entry().pk])
    never = reverse("readinglists:remove", args=[999_999])
    for here in (reading_list.get_absolute_url(), "/", "/lists/", "/lists/999999/"):
        answers = [client.post(address, {"next": here}) for address in (theirs, never)]
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].headers.get("Location") == answers[1].headers.get("Location")
    assert Entry.objects.count() == 4
