import pytest
from django.test import Client
from django.urls import reverse

from papers import marks
from papers.models import Paper, PaperStats
from readinglists.models import ReadingList
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def address(paper: Paper) -> str:
    return reverse("readinglists:add", args=[paper.pk])


def holding(paper: Paper) -> set[str]:
    return set(paper.entries.values_list("reading_list__title", flat=True))


def test_the_page_offers_my_lists_and_ticks_those_that_hold_the_paper(client: Client) -> None:
    entry = make_entry(note="Mine", reading_list=make_reading_list(title="Holds"))
    make_reading_list(owner=entry.reading_list.owner, title="Does not")
    make_reading_list(title="Of someone else")
    client.force_login(entry.reading_list.owner)
    text = client.get(address(entry.paper)).content.decode()
    assert text.count("checked") == 1
    assert "Holds (with your note)" in text
    assert "Does not" in text
    assert "Of someone else" not in text


def test_a_ticked_list_gets_the_paper(client: Client) -> None:
    reading_list, paper = make_reading_list(title="Mine"), make_paper()
    client.force_login(reading_list.owner)
    response = client.post(address(paper), {"lists": [reading_list.pk], "was": ""}, follow=True)
    assert holding(paper) == {"Mine"}
    assert "Saved in “Mine”." in response.content.decode()


def test_titles_stand_in_the_quotes_of_the_language(client: Client) -> None:
    reading_list, paper = make_reading_list(title="Mine"), make_paper()
    client.force_login(reading_list.owner)
    chosen = {"lists": [reading_list.pk], "was": ""}
    response = client.post(address(paper), chosen, follow=True, HTTP_ACCEPT_LANGUAGE="de")
    assert "„Mine“" in response.content.decode()


def test_an_unticked_list_loses_the_paper(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    client.post(address(entry.paper), {"lists": [], "was": str(entry.reading_list_id)})
    assert not entry.paper.entries.exists()
    assert PaperStats.objects.get(paper=entry.paper).saves == 0


def test_a_new_list_is_made_and_gets_the_paper(client: Client) -> None:
    paper, reader = make_paper(), make_user()
    client.force_login(reader)
    client.post(address(paper), {"new_title": "Fresh"})
    assert holding(paper) == {"Fresh"}
    assert ReadingList.objects.get().owner == reader


def test_a_list_that_another_tab_added_is_left_alone(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    client.post(address(entry.paper), {"lists": [], "was": ""})
    assert entry.paper.entries.count() == 1


def test_the_same_paper_twice_is_one_entry(client: Client) -> None:
    entry = make_entry(note="Kept")
    client.force_login(entry.reading_list.owner)
    client.post(address(entry.paper), {"lists": [entry.reading_list_id], "was": ""})
    assert entry.paper.entries.get().note == "Kept"


def test_without_any_list_a_title_is_asked_for(client: Client) -> None:
    paper = make_paper()
    client.force_login(make_user())
    response = client.post(address(paper), {"new_title": ""})
    assert "Give the list a title." in response.content.decode()


def test_too_long_a_title_keeps_title_and_ticks(client: Client) -> None:
    reading_list, paper = make_reading_list(), make_paper()
    client.force_login(reading_list.owner)
    data = {"lists": [reading_list.pk], "was": "", "new_title": "t" * 300}
    text = client.post(address(paper), data).content.decode()
    assert "at most 200 characters, not 300" in text
    assert "t" * 300 in text
    assert text.count("checked") == 1
    assert not paper.entries.exists()


@pytest.mark.parametrize("was", ["x", "9999991,,9999992", "-5", "²", "9" * 5_000])
def test_a_mangled_memory_of_the_form_does_no_harm(client: Client, was: str) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    assert client.post(address(entry.paper), {"was": was}).status_code == 302
    assert entry.paper.entries.count() == 1


def test_someone_elses_list_is_refused_as_one_that_is_gone(client: Client) -> None:
    paper, theirs = make_paper(), make_reading_list()
    client.force_login(make_reading_list().owner)
    foreign = client.post(address(paper), {"lists": [theirs.pk]}).content.decode()
    absent = client.post(address(paper), {"lists": [10**9]}).content.decode()
    assert "One of these lists is gone." in foreign
    assert "One of these lists is gone." in absent
    assert not paper.entries.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_paper_is_not_found(client: Client, method: str) -> None:
    client.force_login(make_user())
    assert getattr(client, method)("/lists/add/999999999/").status_code == 404


def test_after_saving_the_reader_is_where_they_came_from(client: Client) -> None:
    reading_list, paper = make_reading_list(), make_paper()
    client.force_login(reading_list.owner)
    referer = {"Referer": "http://testserver/new/cs.LG/?page=2"}
    assert (
        'value="/new/cs.LG/?page=2"' in client.get(address(paper), headers=referer).content.decode()
    )
    data = {"lists": [reading_list.pk], "next": "/new/cs.LG/?page=2"}
    assert client.post(address(paper), data)["Location"] == "/new/cs.LG/?page=2"


@pytest.mark.promise(31)
@pytest.mark.parametrize(
    "next_address",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "/lists/add/1/",
        "/accounts/login/",
        "/no/such/page",
        "",
    ],
)
def test_a_reader_is_never_sent_elsewhere(client: Client, next_address: str) -> None:
    reading_list, paper = make_reading_list(), make_paper()
    client.force_login(reading_list.owner)
    response = client.post(address(paper), {"next": next_address})
    assert response["Location"] == paper.get_absolute_url()


def test_htmx_gets_the_form_alone(client: Client) -> None:
    client.force_login(make_reading_list().owner)
    response = client.get(address(make_paper()), headers=HTMX)
    assert "<html" not in response.content.decode()
    assert "<form" in response.content.decode()
    assert "HX-Request" in response["Vary"]


def test_htmx_gets_the_control_back_with_the_new_state(client: Client) -> None:
    reading_list, paper = make_reading_list(), make_paper()
    client.force_login(reading_list.owner)
    response = client.post(address(paper), {"lists": [reading_list.pk]}, headers=HTMX)
    assert "Saved" in response.content.decode()
    assert "<form" not in response.content.decode()
    cancelled = client.get(reverse("readinglists:save_control", args=[paper.pk]), headers=HTMX)
    assert cancelled.content == response.content


def test_htmx_is_sent_to_the_login_as_a_whole_page(client: Client) -> None:
    response = client.get(address(make_paper()), headers=HTMX)
    assert response.status_code == 200
    assert response["HX-Redirect"].startswith("/accounts/login/?next=/lists/add/")


def test_marks_name_the_saved_papers_once_and_mine_only() -> None:
    entry = make_entry()
    make_entry(reading_list=make_reading_list(owner=entry.reading_list.owner), paper=entry.paper)
    theirs, unsaved = make_entry().paper, make_paper()
    ids = [entry.paper_id, theirs.pk, unsaved.pk]
    assert marks.collect(entry.reading_list.owner, ids).saved == {entry.paper_id}
