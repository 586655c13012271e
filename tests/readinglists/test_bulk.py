from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from papers.limits import Limit
from readinglists import copying
from readinglists.models import Entry, Member, ReadingList, ReadingState
from readinglists.states import set_state
from tests.factories import make_entry, make_reading_list, make_user

pytestmark = pytest.mark.django_db
State = ReadingState.State


def make_three() -> tuple[ReadingList, list[Entry]]:
    reading_list = make_reading_list()
    return reading_list, [make_entry(reading_list=reading_list) for _ in range(3)]


def send(client: Client, reading_list: ReadingList, do: str, **data: object) -> Any:
    client.force_login(reading_list.owner)
    address = reverse("readinglists:bulk", args=[reading_list.pk])
    return client.post(address, {"do": do, **data}, follow=True)


def undo_button(response: Any) -> str:
    text = response.content.decode()
    return str(text.split('class="message undo')[1].split('formaction="')[1].split('"')[0])


def test_ticked_ones_are_removed_and_come_back(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    response = send(client, reading_list, "remove", entry=[a.pk, c.pk])
    assert list(reading_list.entries.all()) == [b]
    assert "Removed 2 papers." in response.content.decode()
    client.post(undo_button(response))
    assert list(reading_list.entries.all()) == [a, b, c]


def test_all_on_the_page_are_those_the_form_names(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    send(client, reading_list, "remove", which="page", page=f"{a.pk},{b.pk}", entry=[c.pk])
    assert list(reading_list.entries.all()) == [c]


def test_all_that_match_are_asked_for_again(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    Entry.objects.filter(pk__in=[a.pk, c.pk]).update(tags=["old"])
    send(client, reading_list, "remove", which="all", view="tag=old")
    assert list(reading_list.entries.all()) == [b]


def test_marks_are_set_and_put_back(client: Client) -> None:
    reading_list, (a, b, _c) = make_three()
    owner = reading_list.owner
    set_state(owner, [a.paper_id], State.READING)
    response = send(client, reading_list, "mark", state="read", which="all")
    states = ReadingState.objects.filter(user=owner)
    assert set(states.values_list("state", flat=True)) == {"read"}
    client.post(undo_button(response))
    assert states.get(paper=a.paper).state == "reading"
    assert states.get(paper=b.paper).state == ""


def test_tags_are_added(client: Client) -> None:
    reading_list, (a, b, _c) = make_three()
    send(client, reading_list, "tag", entry=[a.pk, b.pk], tags="x, y")
    assert reading_list.entries.filter(tags=["x", "y"]).count() == 2


def test_they_are_copied_to_another_list(client: Client) -> None:
    reading_list, (a, _b, _c) = make_three()
    other = make_reading_list(owner=reading_list.owner)
    send(client, reading_list, "copy", entry=[a.pk], to=other.pk)
    assert other.entries.get().paper == a.paper
    assert reading_list.entries.count() == 3


@pytest.mark.parametrize("do", ["copy", "send"])
def test_many_at_once_are_not_copied_without_end(
    client: Client, monkeypatch: pytest.MonkeyPatch, do: str
) -> None:
    monkeypatch.setattr(copying, "MANY", 2)
    monkeypatch.setattr(copying, "A_READER", Limit(f"copies-{uuid4()}", 1, 60))
    reading_list, _entries = make_three()
    targets = [make_reading_list(owner=reading_list.owner) for _ in range(2)]
    send(client, reading_list, "copy", which="all", to=targets[0].pk)
    response = send(client, reading_list, do, which="all", to=targets[1].pk)
    assert "You copied 1 times" in response.content.decode()
    assert [target.entries.count() for target in targets] == [3, 0]
    assert reading_list.entries.count() == 3


def test_a_move_to_another_list_is_undone_in_both(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    other = make_reading_list(owner=reading_list.owner)
    response = send(client, reading_list, "send", entry=[a.pk, b.pk], to=other.pk)
    assert (reading_list.entries.count(), other.entries.count()) == (1, 2)
    client.post(undo_button(response))
    assert list(reading_list.entries.all()) == [a, b, c]
    assert not other.entries.exists()


def test_they_go_to_the_top_in_their_order(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    send(client, reading_list, "place", entry=[c.pk, b.pk], section="")
    assert list(reading_list.entries.all()) == [b, c, a]


@pytest.mark.parametrize(
    ("do", "data", "words"),
    [
        ("remove", {}, "No paper was selected"),
        ("tag", {"which": "all", "tags": " , "}, "Write the tags"),
        ("tag", {"which": "all", "tags": "x" * 60}, "is longer than 50 characters"),
        ("send", {"which": "all"}, "Choose the list"),
        ("mark", {"which": "all", "state": "burnt"}, "There is no such mark"),
        ("place", {"which": "all", "section": "999999999"}, "nothing moved"),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(
    client: Client, do: str, data: dict[str, str], words: str
) -> None:
    reading_list, made = make_three()
    assert words in send(client, reading_list, do, **data).content.decode()
    assert list(reading_list.entries.all()) == made


def test_an_unknown_action_is_refused(client: Client) -> None:
    reading_list, _made = make_three()
    assert send(client, reading_list, "burn").status_code == 400


def test_entries_of_other_lists_are_left_alone(client: Client) -> None:
    theirs = make_entry()
    reading_list, _made = make_three()
    send(client, reading_list, "remove", entry=[theirs.pk])
    assert theirs.reading_list.entries.count() == 1


@pytest.mark.promise(32)
@pytest.mark.parametrize("do", ["copy", "send"])
def test_somebody_elses_list_is_no_target(client: Client, do: str) -> None:
    reading_list, (a, _b, _c) = make_three()
    theirs = make_reading_list()
    for pk in (theirs.pk, 10**9, reading_list.pk):
        response = send(client, reading_list, do, entry=[a.pk], to=pk)
        assert response.status_code == 404
    assert reading_list.entries.count() == 3
    assert not theirs.entries.exists()


@pytest.mark.parametrize("do", ["remove", "tag", "send", "place"])
def test_a_viewer_changes_nothing(client: Client, do: str) -> None:
    reading_list, made = make_three()
    viewer = make_user()
    Member.objects.create(reading_list=reading_list, user=viewer, role="viewer")
    client.force_login(viewer)
    address = reverse("readinglists:bulk", args=[reading_list.pk])
    assert client.post(address, {"do": do, "which": "all", "tags": "x"}).status_code == 403
    assert list(reading_list.entries.all()) == made


def test_a_viewer_copies_and_marks(client: Client) -> None:
    reading_list, _made = make_three()
    own = make_reading_list()
    Member.objects.create(reading_list=reading_list, user=own.owner, role="viewer")
    client.force_login(own.owner)
    address = reverse("readinglists:bulk", args=[reading_list.pk])
    client.post(address, {"do": "copy", "which": "all", "to": own.pk})
    client.post(address, {"do": "mark", "which": "all", "state": "read"})
    assert own.entries.count() == 3
    assert ReadingState.objects.filter(user=own.owner, state="read").count() == 3


def test_the_form_stands_on_the_page_when_asked_for(client: Client) -> None:
    reading_list, (a, b, c) = make_three()
    client.force_login(reading_list.owner)
    address = reading_list.get_absolute_url()
    assert 'id="bulk"' not in client.get(address).content.decode()
    text = client.get(f"{address}?select=1").content.decode()
    assert f'name="page" value="{a.pk},{b.pk},{c.pk}"' in text
    assert text.count('name="entry"') == 3


@pytest.mark.parametrize("do", ["tag", "place", "mark", "remove"])
def test_as_many_queries_for_six_as_for_three(client: Client, do: str) -> None:
    data: dict[str, object] = {"which": "all", "tags": "x", "section": "", "state": "read"}
    counts = []
    for lists in (1, 2):
        reading_list = make_reading_list()
        for _ in range(3 * lists):
            make_entry(reading_list=reading_list)
        make_entry(reading_list=reading_list)
        chosen = list(reading_list.entries.values_list("pk", flat=True))[1:]
        client.force_login(reading_list.owner)
        address = reverse("readinglists:bulk", args=[reading_list.pk])
        with CaptureQueriesContext(connection) as asked:
            client.post(address, {"do": do, **data, "which": "ticked", "entry": chosen})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_marks_of_a_paper_that_is_gone_are_not_put_back(client: Client) -> None:
    reading_list, (a, b, _c) = make_three()
    response = send(client, reading_list, "mark", state="read", entry=[a.pk, b.pk])
    a.paper.delete()
    assert client.post(undo_button(response)).status_code == 302
    assert ReadingState.objects.get(paper=b.paper).state == ""
