import pytest
from django.test import Client
from django.urls import reverse

from readinglists.models import ReadingState
from readinglists.states import set_own_note
from tests.factories import make_entry, make_paper, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def state_address(pk: int) -> str:
    return reverse("readinglists:state", args=[pk])


def test_a_paper_is_marked_and_the_reader_is_where_they_were(client: Client) -> None:
    paper, reader = make_paper(), make_user()
    client.force_login(reader)
    response = client.post(state_address(paper.pk), {"state": "read", "next": "/lists/7/?page=2"})
    assert response["Location"] == "/lists/7/?page=2"
    assert ReadingState.objects.get(user=reader, paper=paper).state == "read"


def test_a_mark_is_taken_away(client: Client) -> None:
    paper = make_paper()
    client.force_login(make_user())
    client.post(state_address(paper.pk), {"state": "read"})
    client.post(state_address(paper.pk), {"state": ""})
    assert ReadingState.objects.get().state == ""


def test_an_unknown_mark_is_refused(client: Client) -> None:
    client.force_login(make_user())
    assert client.post(state_address(make_paper().pk), {"state": "burnt"}).status_code == 400
    assert client.post(state_address(10**9), {"state": "read"}).status_code == 404


def test_htmx_gets_the_buttons_and_the_counts_of_the_list(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    address = f"{state_address(entry.paper_id)}?list={entry.reading_list_id}"
    text = client.post(address, {"state": "read"}, headers=HTMX).content.decode()
    assert "<html" not in text
    assert 'value="" aria-pressed="true"' in text
    assert 'id="progress" hx-swap-oob="true"' in text
    assert "1 read" in text


@pytest.mark.promise(32)
@pytest.mark.parametrize("number", ["x", "²", str(10**9), str(10**30), "9" * 5000])
def test_counts_of_somebody_elses_list_are_not_told(client: Client, number: str) -> None:
    entry = make_entry()
    client.force_login(make_user())
    for pk in (number, str(entry.reading_list_id)):
        address = f"{state_address(entry.paper_id)}?list={pk}"
        response = client.post(address, {"state": "read"}, headers=HTMX)
        assert "1 paper" not in response.content.decode()


def test_an_own_note_is_written_and_seen_by_nobody_else(client: Client) -> None:
    entry, reader = make_entry(), make_user()
    client.force_login(reader)
    address = reverse("readinglists:own_note", args=[entry.paper_id])
    response = client.post(address, {"own_note": "Mine", "seen": "0", "next": "/lists/"})
    assert response["Location"] == "/lists/"
    assert "Mine" in client.get(address).content.decode()
    client.force_login(make_user())
    assert "Mine" not in client.get(address).content.decode()


def test_an_own_note_written_in_another_window_is_shown_beside(client: Client) -> None:
    paper, reader = make_paper(), make_user()
    client.force_login(reader)
    set_own_note(reader, paper.pk, "First", seen=0)
    address = reverse("readinglists:own_note", args=[paper.pk])
    response = client.post(address, {"own_note": "Second", "seen": "0"})
    assert response.status_code == 409
    assert "First" in response.content.decode()


def test_too_long_an_own_note_comes_back_whole(client: Client) -> None:
    client.force_login(make_user())
    address = reverse("readinglists:own_note", args=[make_paper().pk])
    text = client.post(address, {"own_note": "n" * 6000, "seen": "0"}).content.decode()
    assert "This has 6000 characters" in text
    assert "n" * 6000 in text


@pytest.mark.promise(31)
def test_an_own_note_sends_nobody_elsewhere(client: Client) -> None:
    client.force_login(make_user())
    address = reverse("readinglists:own_note", args=[make_paper().pk])
    page = client.get(f"{address}?next=https://evil.example/").content.decode()
    assert "evil.example" not in page.replace("?next=https://evil.example/", "")


def test_marks_that_are_no_longer_known_cannot_be_put_back(client: Client) -> None:
    client.force_login(make_user())
    address = reverse("readinglists:undo_states", args=["x"])
    assert "too late" in client.post(address, follow=True).content.decode()
