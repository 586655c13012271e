from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.digest import feedback, unsubscribe
from accounts.digest.links import JUDGE, MANAGE
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
    return f"/judge/{token(reader)}/{paper_id}/"


def token(reader: User, *, days_ago: int = 0) -> str:
    return JUDGE.token_for(reader, datetime.now(UTC).date() - timedelta(days=days_ago))


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
    assert Mute.objects.exists()
    client.force_login(reader)
    assert mute.value in client.get(address).content.decode()
    press(client, address, "unmute", str(mute.pk))
    assert not Mute.objects.exists()


def test_what_is_muted_is_not_shown_to_whom_the_mail_was_forwarded(
    client: Client, reader: User, paper: Paper
) -> None:
    Mute.objects.create(user=reader, kind="word", value="a private matter")
    stranger = Client()
    stranger.force_login(make_user())
    for visitor in (client, stranger):
        assert "private matter" not in visitor.get(url(reader, paper.pk)).content.decode()


def test_link_ends_with_the_address_it_was_sent_to(
    client: Client, reader: User, paper: Paper
) -> None:
    address = url(reader, paper.pk)
    User.objects.update(email="new@example.org")
    assert client.get(address).status_code == 404


def test_a_script_with_a_mail_cannot_fill_the_table(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "MOST", 3)
    papers = [make_paper() for _ in range(5)]
    for each in papers:
        press(client, url(reader, each.pk), "less")
    kept = PaperFeedback.objects.order_by("pk").values_list("paper_id", flat=True)
    assert list(kept) == [each.pk for each in papers[2:]]


@pytest.mark.parametrize("number", ["x", "9" * 5000, "-1"])
def test_rubbish_for_a_number_changes_nothing(
    client: Client, reader: User, paper: Paper, number: str
) -> None:
    client.force_login(reader)
    Mute.objects.create(user=reader, kind="word", value="owls")
    press(client, url(reader, paper.pk), "unmute", number)
    assert Mute.objects.exists()


@pytest.mark.promise(32)
def test_mute_of_another_reader_cannot_be_taken_away(
    client: Client, reader: User, paper: Paper
) -> None:
    mute = Mute.objects.create(user=make_user(), kind="word", value="owls")
    client.force_login(reader)
    press(client, url(reader, paper.pk), "unmute", str(mute.pk))
    assert Mute.objects.filter(pk=mute.pk).exists()


@pytest.mark.parametrize(
    ("wish", "value", "words"),
    [
        ("word", "!!", "“!!” has no word in it."),
        ("word", "", "has no word in it"),
        ("category", "no.such", "is no category of a paper here"),
        ("", "", "Please press one of the buttons."),
        ("unmute", "1", "Please press one of the buttons."),
        ("word", "ow\0ls", "a character that is no text"),
        ("author", "\0", "a character that is no text"),
    ],
)
def test_rubbish_is_answered_in_words(
    client: Client, reader: User, paper: Paper, wish: str, value: str, words: str
) -> None:
    assert words in press(client, url(reader, paper.pk), wish, value).content.decode()
    assert not Mute.objects.exists()


def test_token_of_another_kind_opens_nothing(client: Client, reader: User, paper: Paper) -> None:
    managing = MANAGE.token_for(reader, datetime.now(UTC).date())
    others = (unsubscribe.token_for(reader.pk), managing, token(reader, days_ago=31))
    for bad in (*others, token(reader)[:-1], "x", f"{reader.pk}.x"):
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
