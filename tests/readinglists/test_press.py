import pytest
from django.test import Client
from django.urls import reverse

from papers.models import Paper
from readinglists.models import Entry, ReadingList
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def address(paper: Paper) -> str:
    return reverse("readinglists:press", args=[paper.pk])


def test_one_press_saves_into_a_default_list_that_is_made(client: Client) -> None:
    paper, reader = make_paper(), make_user()
    client.force_login(reader)
    response = client.post(address(paper), {"saved": "1", "next": "/new/?page=2"})
    assert response["Location"] == "/new/?page=2"
    made = ReadingList.objects.get(owner=reader)
    assert (made.title, made.is_default) == ("Saved", True)
    assert made.entries.get().paper == paper
    assert "Saved in “Saved”." in client.get("/lists/").content.decode()


def test_saving_twice_is_one_entry(client: Client) -> None:
    paper = make_paper()
    client.force_login(make_user())
    for _ in range(2):
        client.post(address(paper), {"saved": "1"})
    assert Entry.objects.count() == 1


def test_another_press_takes_it_out_and_can_be_undone(client: Client) -> None:
    paper = make_paper()
    client.force_login(make_user())
    client.post(address(paper), {"saved": "1"})
    Entry.objects.update(note="Kept")
    text = client.post(address(paper), {"saved": "0"}, headers=HTMX).content.decode()
    assert not Entry.objects.exists()
    assert 'aria-pressed="false"' in text
    assert 'id="toasts" hx-swap-oob="innerHTML"' in text
    change = ReadingList.objects.get().changes.latest("pk")
    undo = reverse("readinglists:undo", args=[change.pk])
    assert f'formaction="{undo}"' in text
    client.post(undo)
    assert Entry.objects.get().note == "Kept"


def test_what_is_in_other_lists_only_is_not_taken_out(client: Client) -> None:
    entry = make_entry(note="Mine", reading_list=make_reading_list(title="Holds"))
    client.force_login(entry.reading_list.owner)
    text = client.post(address(entry.paper), {"saved": "0"}, headers=HTMX).content.decode()
    assert "Holds (with your note)" in text
    assert Entry.objects.get() == entry


def test_taking_out_what_another_tab_took_out_does_no_harm(client: Client) -> None:
    paper = make_paper()
    client.force_login(make_user())
    assert client.post(address(paper), {"saved": "0"}).status_code == 302
    text = client.post(address(paper), {"saved": "0"}, headers=HTMX).content.decode()
    assert 'aria-pressed="false"' in text


def test_what_stands_in_another_list_too_stays_marked_as_saved(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    client.post(address(entry.paper), {"saved": "1"})
    text = client.post(address(entry.paper), {"saved": "0"}, headers=HTMX).content.decode()
    assert Entry.objects.get() == entry
    assert 'aria-pressed="true"' in text


def test_an_unknown_paper_is_not_found(client: Client) -> None:
    client.force_login(make_user())
    assert client.post("/lists/save/999999999/").status_code == 404


@pytest.mark.promise(31)
def test_a_reader_is_never_sent_elsewhere(client: Client) -> None:
    paper = make_paper()
    client.force_login(make_user())
    response = client.post(address(paper), {"saved": "1", "next": "https://evil.example/"})
    assert response["Location"] == paper.get_absolute_url()
