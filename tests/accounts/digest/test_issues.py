from datetime import UTC, date, datetime
from typing import Any

import pytest
from celery import Celery
from django.core.mail import EmailMessage
from django.test import Client
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.digest import ledger
from accounts.models import Delivery, User
from tests.factories import make_paper, make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
State = Delivery.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> User:
    user = make_user()
    client.force_login(user)
    return user


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    sent: list[list[int]] = []
    monkeypatch.setattr(Celery, "send_task", lambda *_, args, **__: sent.append(*args))
    return sent


def make_issue(user: User, *, on: date = date(2026, 3, 3), **fields: Any) -> Delivery:
    delivery = ledger.new_delivery(user, on, NOW, **fields)
    delivery.save()
    return delivery


def today() -> date:
    return datetime.now(UTC).date()


@pytest.mark.parametrize("path", ["/issues/", "/issues/2026-03-03/"])
def test_signed_out_visitor_is_asked_to_log_in(client: Client, path: str) -> None:
    assert client.get(path).status_code == 302


def test_each_state_is_told_in_words(client: Client, reader: User) -> None:
    words = {
        State.DUE: "On its way",
        State.CLAIMED: "Being prepared",
        State.SENDING: "Being handed to the mail server",
        State.SENT: "Sent, 0 papers",
        State.UNKNOWN: "which did not answer",
        State.SKIPPED: "Not sent",
        State.FAILED: "Could not be sent",
    }
    for state in State.values:
        Delivery.objects.all().delete()
        make_issue(reader, state=state, lease_token="0" * 32, claimed_until=NOW)
        assert words[State(state)] in client.get("/issues/").content.decode()


def test_reason_is_shown(client: Client, reader: User) -> None:
    make_issue(reader, state=State.SKIPPED, reason="Nothing new for you.")
    assert "Nothing new for you." in client.get("/issues/").content.decode()


def test_next_moment_is_shown_in_the_readers_zone(client: Client) -> None:
    client.force_login(make_user(timezone="Asia/Tokyo", digest_enabled=True, next_due_at=NOW))
    assert "Tuesday, 3 March, 16:00 (Asia/Tokyo)" in client.get("/issues/").content.decode()


def test_list_of_issues_costs_the_same_however_long(
    client: Client, reader: User, django_assert_max_num_queries: Any
) -> None:
    for day in range(1, 21):
        make_issue(reader, on=date(2026, 3, day), state=State.SENT)
    with django_assert_max_num_queries(5):
        client.get("/issues/")


def test_web_copy_shows_the_papers_as_mailed(client: Client, reader: User) -> None:
    paper = make_paper(title="Mailed Paper")
    item = {"paper": paper.pk, "section": "trending", "reason": "46 upvotes", "rank": 1}
    make_issue(reader, state=State.SENT, items=[item, {**item, "paper": 0}], finished_at=NOW)
    page = client.get("/issues/2026-03-03/").content.decode()
    assert "Mailed Paper" in page
    assert "46 upvotes" in page


def test_issue_of_another_reader_does_not_exist(client: Client, reader: User) -> None:
    make_issue(make_user(), state=State.SENT)
    assert client.get("/issues/2026-03-03/").status_code == 404


@pytest.mark.parametrize("path", ["/issues/2026-13-45/", "/issues/1999-01-01/"])
def test_date_without_an_issue_is_not_found(client: Client, reader: User, path: str) -> None:
    assert client.get(path).status_code == 404


def test_asking_makes_todays_issue_due_and_nudges_a_worker(
    client: Client,
    reader: User,
    nudges: list[list[int]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/issues/send-now/", follow=True)
    delivery = Delivery.objects.get(user=reader)
    assert (delivery.local_date, delivery.state) == (today(), State.DUE)
    assert nudges == [[delivery.pk]]
    assert f"on its way to {reader.email}" in response.content.decode()


def test_broker_that_is_down_loses_nothing(
    client: Client,
    reader: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def fail(*_args: object, **_named: object) -> None:
        raise OperationalError("down")

    monkeypatch.setattr(Celery, "send_task", fail)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/issues/send-now/").status_code == 302
    assert Delivery.objects.get(user=reader).state == State.DUE


@pytest.mark.promise(1)
def test_issue_already_sent_is_shown_not_sent_again(
    client: Client, reader: User, nudges: list[list[int]], mailoutbox: list[EmailMessage]
) -> None:
    make_issue(reader, on=today(), state=State.SENT)
    response = client.post("/issues/send-now/", follow=True)
    assert response.redirect_chain == [(f"/issues/{today()}/", 302)]
    assert "already sent" in response.content.decode()
    assert (nudges, mailoutbox) == ([], [])


def test_asking_by_get_is_refused(client: Client, reader: User) -> None:
    assert client.get("/issues/send-now/").status_code == 405
    assert not Delivery.objects.exists()


def test_asking_needs_a_login(client: Client) -> None:
    assert client.post("/issues/send-now/").headers["Location"] == "/accounts/login/?next=/issues/"
    assert not Delivery.objects.exists()


def test_regular_issue_of_the_day_is_not_announced_again(
    client: Client, reader: User, nudges: list[list[int]]
) -> None:
    User.objects.filter(pk=reader.pk).update(
        digest_enabled=True, digest_days=list(range(7)), digest_hour=23
    )
    client.post("/issues/send-now/")
    reader.refresh_from_db()
    assert reader.next_due_at is not None
    assert reader.next_due_at.date() > today()
