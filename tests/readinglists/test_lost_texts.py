"""What was typed for something that somebody removed meanwhile is not lost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from readinglists import entries, headings, keeping, members
from readinglists.models import Entry, ReadingList, ReadingState, Role
from tests.factories import make_entry, make_member, make_paper, make_user

pytestmark = pytest.mark.django_db
TYPED = "Mine & <b>"


def note_of(pk: int) -> str:
    return reverse("readinglists:note", args=[pk])


def removed_entry() -> Entry:
    entry = make_entry()
    entries.remove_many(entry.reading_list, [entry.pk], by=None)
    return entry


def send(client: Client, entry: Entry, **more: Any) -> Any:
    data = {"note": TYPED, "seen": 1, "reading_list": entry.reading_list_id}
    return client.post(note_of(entry.pk), data, **more)


def without_token(response: Any) -> list[str]:
    lines = response.content.decode().splitlines()
    return [line for line in lines if "csrfmiddlewaretoken" not in line]


def test_a_note_for_an_entry_that_is_gone_comes_back(client: Client) -> None:
    entry = removed_entry()
    client.force_login(make_member(reading_list=entry.reading_list).user)
    response = send(client, entry)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Mine &amp; &lt;b&gt;</textarea>" in page
    assert entry.reading_list.get_absolute_url() in page
    assert reverse("readinglists:history", args=[entry.reading_list_id]) in page


def test_the_note_form_says_which_list_it_is_of(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    page = client.get(note_of(entry.pk)).content.decode()
    assert f'name="reading_list" value="{entry.reading_list_id}"' in page
    panel = client.get(reverse("readinglists:entry", args=[entry.pk])).content.decode()
    assert f'name="reading_list" value="{entry.reading_list_id}"' in panel


def test_the_page_of_two_texts_still_says_which_list_it_is_of(client: Client) -> None:
    entry = make_entry(note="Old")
    client.force_login(entry.reading_list.owner)
    data = {"note": TYPED, "seen": 0, "reading_list": entry.reading_list_id}
    response = client.post(note_of(entry.pk), data)
    assert response.status_code == 409
    assert f'name="reading_list" value="{entry.reading_list_id}"' in response.content.decode()


def test_htmx_finds_it_under_the_name_that_it_swaps(client: Client) -> None:
    entry = removed_entry()
    client.force_login(entry.reading_list.owner)
    headers = {"HX-Request": "true", "HX-Target": f"note-{entry.pk}"}
    page = send(client, entry, headers=headers).content.decode()
    assert f'<div class="column" id="note-{entry.pk}">' in page


@pytest.mark.promise(32)
def test_strangers_get_one_answer_for_what_is_foreign_gone_or_never_was(client: Client) -> None:
    gone, foreign = removed_entry(), make_entry()
    client.force_login(make_user())
    absent = Entry(pk=10**9, reading_list_id=10**9)
    answers = [send(client, each) for each in (gone, foreign, absent)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert without_token(answers[0]) == without_token(answers[1]) == without_token(answers[2])
    assert foreign.reading_list.title not in answers[1].content.decode()
    assert "Mine &amp; &lt;b&gt;</textarea>" in answers[1].content.decode()


@pytest.mark.promise(32)
def test_a_list_of_ones_own_opens_no_foreign_entry(client: Client) -> None:
    own, foreign = make_entry(), make_entry()
    client.force_login(own.reading_list.owner)
    data = {"note": TYPED, "reading_list": own.reading_list_id}
    there, absent = (client.post(note_of(pk), data) for pk in (foreign.pk, 10**9))
    assert there.status_code == absent.status_code == 409
    assert without_token(there) == without_token(absent)


@pytest.mark.parametrize("number", ["", "x", "²", "-1", "9" * 40])
def test_an_odd_list_is_none(client: Client, number: str) -> None:
    entry = removed_entry()
    client.force_login(entry.reading_list.owner)
    response = client.post(note_of(entry.pk), {"note": TYPED, "reading_list": number})
    assert response.status_code == 404
    assert "Mine &amp;" in response.content.decode()


def test_who_typed_nothing_gets_the_plain_answer(client: Client) -> None:
    entry = removed_entry()
    client.force_login(entry.reading_list.owner)
    assert client.post(note_of(entry.pk), {"note": ""}).status_code == 404
    assert client.get(note_of(entry.pk)).status_code == 404


def test_who_may_only_read_from_now_on_gets_their_text_and_the_refusal(client: Client) -> None:
    entry = make_entry(note="Old")
    member = make_member(reading_list=entry.reading_list)
    members.change_role(member, Role.VIEWER, by=entry.reading_list.owner)
    client.force_login(member.user)
    response = send(client, entry)
    page = response.content.decode()
    assert response.status_code == 403
    assert "You can read this list, but not change it." in page
    assert "Mine &amp; &lt;b&gt;</textarea>" in page
    assert Entry.objects.get(pk=entry.pk).note == "Old"


def test_tags_and_headings_come_back_too(client: Client) -> None:
    entry = removed_entry()
    reading_list, owner = entry.reading_list, entry.reading_list.owner
    headings.add_heading(reading_list, "Head", by=owner)
    head = reading_list.headings.get()
    headings.remove_heading(head, by=owner)
    client.force_login(owner)
    in_list = {"reading_list": reading_list.pk}
    tags = client.post(
        reverse("readinglists:tags", args=[entry.pk]), {"tags": "moss, fen", **in_list}
    )
    title = client.post(
        reverse("readinglists:rename_heading", args=[head.pk]), {"title": "New head", **in_list}
    )
    assert (tags.status_code, title.status_code) == (409, 409)
    assert 'value="moss, fen"' in tags.content.decode()
    assert 'value="New head"' in title.content.decode()


@pytest.mark.parametrize(("route", "field"), [("edit", "description"), ("add_heading", "title")])
def test_what_an_editor_typed_for_a_list_in_the_bin_comes_back(
    client: Client, route: str, field: str
) -> None:
    member = make_member()
    keeping.delete_list(member.reading_list)
    client.force_login(member.user)
    response = client.post(
        reverse(f"readinglists:{route}", args=[member.reading_list_id]), {field: TYPED}
    )
    assert response.status_code == 404
    assert "Mine &amp; &lt;b&gt;" in response.content.decode()
    assert member.reading_list.title not in response.content.decode()


def test_a_heading_for_above_what_is_gone_comes_back_in_its_form(client: Client) -> None:
    entry = removed_entry()
    client.force_login(entry.reading_list.owner)
    address = reverse("readinglists:add_heading", args=[entry.reading_list_id])
    response = client.post(address, {"title": "Moss", "before": f"e{entry.pk}"})
    page = response.content.decode()
    assert response.status_code == 409
    assert 'value="Moss"' in page
    assert 'name="before"' not in page
    assert not entry.reading_list.headings.exists()


def test_an_own_note_on_a_paper_that_is_gone_comes_back(client: Client) -> None:
    client.force_login(make_user())
    response = client.post(reverse("readinglists:own_note", args=[10**9]), {"own_note": TYPED})
    assert response.status_code == 404
    assert "Mine &amp; &lt;b&gt;</textarea>" in response.content.decode()


def test_a_mark_is_kept_where_its_list_is_gone(client: Client) -> None:
    reader, paper = make_user(), make_paper()
    client.force_login(reader)
    ReadingList.objects.all().delete()
    address = reverse("readinglists:state", args=[paper.pk]) + "?list=1"
    response = client.post(address, {"state": "read"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert 'aria-pressed="true"' in response.content.decode()
    assert ReadingState.objects.get(user=reader, paper=paper).state == "read"
