from typing import Any

import pytest
from django.test import Client

from accounts.digest import feedback, unsubscribe
from accounts.models import Mute, PaperFeedback, User
from papers.merging import merge
from papers.models import Paper
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> User:
    return make_user(email="ada@example.org")


@pytest.fixture
def paper() -> Paper:
    return make_paper(title="On Owls", authors=("Ada <b>Moor</b>",), categories=("cs.RO",))


def url(reader: User, paper_id: int) -> str:
    return f"{feedback.url_path_before_paper(feedback.token_for(reader.pk))}{paper_id}/"


def press(client: Client, address: str, wish: str, value: str = "") -> Any:
    return client.post(address, {"wish": wish, "value": value}, follow=True)


@pytest.mark.promise(30)
def test_opening_the_page_changes_nothing(client: Client, reader: User, paper: Paper) -> None:
    page = client.get(url(reader, paper.pk)).content.decode()
    assert "On Owls" in page
    assert "Mute Ada &lt;b&gt;Moor&lt;/b&gt;" in page
    assert "ada@example.org" not in page
    assert not PaperFeedback.objects.exists()


@pytest.mark.parametrize(("wish", "wants_more"), [("more", True), ("less", False)])
def test_button_says_it_and_can_be_taken_back(
    client: Client, reader: User, paper: Paper, wish: str, wants_more: bool
) -> None:
    address = url(reader, paper.pk)
    assert "Noted" in press(client, address, wish).content.decode()
    assert PaperFeedback.objects.get().wants_more is wants_more
    press(client, address, "back")
    assert not PaperFeedback.objects.exists()


def test_second_thought_replaces_the_first(client: Client, reader: User, paper: Paper) -> None:
    for wish in ("more", "less", "less"):
        press(client, url(reader, paper.pk), wish)
    assert [row.wants_more for row in PaperFeedback.objects.all()] == [False]


@pytest.mark.parametrize(
    ("kind", "value"), [("author", "Ada Moor"), ("category", "cs.RO"), ("word", "owls")]
)
def test_muting_and_back(client: Client, reader: User, paper: Paper, kind: str, value: str) -> None:
    address = url(reader, paper.pk)
    for _again in range(2):
        press(client, address, kind, value)
    mute = Mute.objects.get()
    assert (mute.user, mute.kind, mute.value) == (reader, kind, value)
    press(client, address, "unmute", str(mute.pk))
    assert not Mute.objects.exists()


@pytest.mark.promise(32)
def test_mute_of_another_reader_cannot_be_taken_away(
    client: Client, reader: User, paper: Paper
) -> None:
    mute = Mute.objects.create(user=make_user(), kind="word", value="owls")
    press(client, url(reader, paper.pk), "unmute", str(mute.pk))
    assert Mute.objects.filter(pk=mute.pk).exists()


@pytest.mark.parametrize(
    ("wish", "value", "words"),
    [
        ("word", "!!", "“!!” has no word in it."),
        ("word", "", "has no word in it"),
        ("category", "no.such", "is no category of a paper here"),
        ("", "", "Please press one of the buttons."),
        ("unmute", "x", "No longer muted."),
        ("unmute", "9" * 30, "No longer muted."),
    ],
)
def test_rubbish_is_answered_in_words(
    client: Client, reader: User, paper: Paper, wish: str, value: str, words: str
) -> None:
    assert words in press(client, url(reader, paper.pk), wish, value).content.decode()
    assert not Mute.objects.exists()


def test_token_of_another_kind_opens_nothing(client: Client, reader: User, paper: Paper) -> None:
    token = unsubscribe.token_for(reader.pk)
    for bad in (token, feedback.token_for(reader.pk)[:-1], "x", f"{reader.pk}.x"):
        response = client.post(f"/judge/{bad}/{paper.pk}/", {"wish": "more"})
        assert response.status_code == 404
    assert not PaperFeedback.objects.exists()


def test_closed_account_and_deleted_paper_are_said_in_words(
    client: Client, reader: User, paper: Paper
) -> None:
    response = client.get(url(reader, paper.pk + 1))
    assert (response.status_code, b"no longer here" in response.content) == (404, True)
    User.objects.update(is_active=False)
    assert client.get(url(reader, paper.pk)).status_code == 404


def test_paper_that_was_merged_is_found_by_its_old_number(
    client: Client, reader: User, paper: Paper
) -> None:
    gone = make_paper(arxiv_id=None)
    merge(paper.pk, gone.pk)
    press(client, url(reader, gone.pk), "more")
    assert PaperFeedback.objects.get().paper == paper


@pytest.mark.promise(29)
def test_form_from_elsewhere_is_refused(reader: User, paper: Paper) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(url(reader, paper.pk), {"wish": "more"}).status_code == 403
    assert not PaperFeedback.objects.exists()
