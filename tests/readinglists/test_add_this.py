from urllib.parse import urlencode

import pytest
from django.test import Client

from papers.models import PaperRequest
from readinglists.models import Entry, Member, ReadingList, Role, WaitingEntry
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db
PATH = "/lists/add-this/"
PAGE = "https://arxiv.org/abs/2603.00141v2"


def test_the_page_one_is_on_is_shown_before_anything_is_saved(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    make_paper(arxiv_id="2603.00141", title="Kestrels")
    make_reading_list(owner=user, title="Birds")
    page = client.get(PATH, {"url": PAGE, "title": "[2603.00141] Kestrels"}).content.decode()
    assert "Kestrels" in page
    assert "Birds" in page
    assert not Entry.objects.exists()


def test_it_is_saved_into_the_list_that_was_chosen(client: Client) -> None:
    user, paper = make_user(), make_paper(arxiv_id="2603.00141")
    client.force_login(user)
    reading_list = make_reading_list(owner=user)
    sent = {"text": PAGE, "into": str(reading_list.pk), "note": "Good"}
    assert client.post(PATH, sent)["Location"] == reading_list.get_absolute_url()
    entry = Entry.objects.get()
    assert (entry.paper, entry.note, entry.reading_list) == (paper, "Good", reading_list)
    client.post(PATH, sent | {"note": "Else"})
    assert Entry.objects.get().note == "Good"


def test_it_is_saved_into_a_new_list(client: Client) -> None:
    client.force_login(make_user())
    make_paper(arxiv_id="2603.00141")
    client.post(PATH, {"text": PAGE, "into": "", "new_title": "Birds"})
    assert Entry.objects.get().reading_list.title == "Birds"


def test_what_the_page_names_counts_more_than_its_address(client: Client) -> None:
    client.force_login(make_user())
    page = {"url": "https://journal.example/articles/7", "name": "10.1234/abc"}
    assert client.get(PATH, page).context["form"].initial["text"] == "10.1234/abc"
    page["name"] = "nothing of the kind"
    assert client.get(PATH, page).context["form"].initial["text"] == page["url"]


def test_an_unknown_paper_is_asked_for_and_comes_into_the_list(client: Client) -> None:
    client.force_login(make_user())
    sent = {"text": PAGE, "into": "", "new_title": "Birds", "note": "For Monday"}
    response = client.post(PATH, sent, follow=True)
    assert "comes into “Birds”" in response.content.decode()
    assert PaperRequest.objects.get().value == "2603.00141"
    assert WaitingEntry.objects.get().note == "For Monday"


def test_of_a_page_that_has_to_be_looked_at_no_list_is_made(client: Client) -> None:
    client.force_login(make_user())
    sent = {"text": "https://journal.example/articles/7", "into": "", "new_title": "Birds"}
    response = client.post(PATH, sent)
    assert response["Location"] == f"/papers/add/{PaperRequest.objects.get().pk}/"
    assert not ReadingList.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "", "into": "", "new_title": "Birds"},
        {"text": "nothing", "into": "", "new_title": "Birds"},
        {"text": PAGE, "into": "", "new_title": ""},
        {"text": PAGE, "into": "999999"},
        {"text": PAGE, "into": "", "new_title": "Birds", "note": "x" * 5001},
    ],
)
def test_odd_input_is_refused_and_stays_in_the_form(client: Client, sent: dict[str, str]) -> None:
    client.force_login(make_user())
    make_paper(arxiv_id="2603.00141")
    response = client.post(PATH, sent)
    assert response.status_code == 422
    assert response.context["form"]["text"].value() == sent["text"]
    assert not Entry.objects.exists()


@pytest.mark.promise(32)
def test_a_list_that_one_may_only_read_or_not_see_is_no_choice(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    make_paper(arxiv_id="2603.00141")
    seen, unseen = make_reading_list(title="Seen"), make_reading_list(title="Unseen")
    Member.objects.create(reading_list=seen, user=user, role=Role.VIEWER)
    for reading_list in (seen, unseen):
        sent = {"text": PAGE, "into": str(reading_list.pk)}
        assert client.post(PATH, sent).status_code == 422
    assert "Unseen" not in client.get(PATH).content.decode()


def test_a_visitor_logs_in_first_and_comes_back_to_the_page(client: Client) -> None:
    response = client.get(PATH, {"url": PAGE})
    assert response["Location"] == "/accounts/login/?" + urlencode(
        {"next": PATH + "?" + urlencode({"url": PAGE})}, safe="/"
    )


@pytest.mark.promise(29)
def test_saving_needs_the_form_s_own_token() -> None:
    user = make_user()
    entry = make_entry(reading_list=make_reading_list(owner=user))
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    sent = {"text": PAGE, "into": str(entry.reading_list_id)}
    assert client.post(PATH, sent).status_code == 403


@pytest.mark.promise(27)
def test_what_a_page_calls_itself_is_escaped(client: Client) -> None:
    client.force_login(make_user())
    page = client.get(PATH, {"url": "<script>1</script>", "title": "<script>2</script>"})
    assert "<script>1" not in page.content.decode()
    assert "<script>2" not in page.content.decode()


def test_the_bookmarklet_stands_there_to_drag_and_to_copy(client: Client) -> None:
    page = client.get("/lists/add-from-anywhere/").content.decode()
    assert page.count("javascript:(()=&gt;") == 2
    assert "http://localhost:8000/lists/add-this/?url=" in page
