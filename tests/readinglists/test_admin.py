import pytest
from django.test import Client

from accounts.models import User
from papers.models import PaperStats
from readinglists.history import undo
from readinglists.models import ReadingList
from readinglists.sharing import key_of, make_link
from tests.factories import make_entry, make_reading_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin@example.org", "a long passphrase"))
    return client


def test_a_list_deleted_by_an_administrator_leaves_the_count_of_saves(admin: Client) -> None:
    entry = make_entry()
    admin.post(f"/admin/readinglists/readinglist/{entry.reading_list_id}/delete/", {"post": "yes"})
    assert not ReadingList.objects.kept().exists()
    assert PaperStats.objects.get(paper=entry.paper).saves == 0


def test_lists_deleted_by_the_dozen_leave_it_too(admin: Client) -> None:
    entry = make_entry()
    chosen = {"action": "delete_selected", "_selected_action": entry.reading_list_id, "post": "yes"}
    admin.post("/admin/readinglists/readinglist/", chosen)
    assert PaperStats.objects.get(paper=entry.paper).saves == 0


def test_an_administrator_revokes_a_link(admin: Client) -> None:
    reading_list = make_reading_list()
    link = make_link(reading_list)
    admin.post("/admin/readinglists/sharelink/", {"action": "revoke", "_selected_action": link.pk})
    assert not reading_list.share_links.open().exists()


def test_an_administrator_does_not_see_keys(admin: Client) -> None:
    link = make_link(make_reading_list())
    page = admin.get(f"/admin/readinglists/sharelink/{link.pk}/change/").content.decode()
    assert "Generation" in page
    assert str(key_of(link)) not in page


def test_what_an_administrator_changes_stands_in_the_history(admin: Client) -> None:
    reading_list = make_reading_list(title="Moors", description="Wet.")
    page = f"/admin/readinglists/readinglist/{reading_list.pk}/change/"
    answer = admin.post(page, {"title": "Heaths", "description": "Wet.", "byline": ""})
    assert answer.status_code == 302
    reading_list.refresh_from_db()
    assert (reading_list.title, reading_list.version) == ("Heaths", 2)
    change = reading_list.changes.get()
    assert (change.kind, change.user) == ("details", User.objects.get(is_superuser=True))
    undo(change, reading_list.owner)
    reading_list.refresh_from_db()
    assert reading_list.title == "Moors"
