from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from accounts.digest import ledger, send
from accounts.digest.tick import tick
from accounts.models import Delivery, User
from tests.accounts.digest.test_choose import NOW, popular
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/operate/digest/"
State = Delivery.State


@pytest.fixture(autouse=True)
def operator(client: Client) -> Any:
    with time_machine.travel(NOW, tick=False):
        client.force_login(make_user(is_staff=True))
        yield


def issue(state: str, *, days_ago: int = 0, user: User | None = None, **fields: Any) -> Delivery:
    at = NOW - timedelta(days=days_ago)
    if state == State.SENT:
        fields.setdefault("finished_at", at + timedelta(minutes=3))
    row = ledger.new_delivery(
        user or make_user(digest_enabled=True), at.date(), at, state=state, **fields
    )
    row.save()
    return row


def test_page_counts_issues_by_day_and_state(client: Client) -> None:
    for state in (State.SENT, State.SENT, State.FAILED):
        issue(state, days_ago=1)
    issue(State.SKIPPED)
    issue(State.SENT, days_ago=14)
    days = client.get(URL).context["days"]
    assert [(day.local_date.day, list(day.counts)) for day in days] == [
        (3, [0, 0, 0, 0, 0, 1, 0]),
        (2, [0, 0, 0, 2, 0, 0, 1]),
    ]


def test_page_says_how_late_issues_were(client: Client) -> None:
    for minutes in (1, 2, 9):
        issue(State.SENT, attempts=1, finished_at=NOW + timedelta(minutes=minutes))
    issue(State.SENT, attempts=2, finished_at=NOW + timedelta(minutes=500))
    lateness = client.get(URL).context["lateness"]
    assert (lateness.issues, lateness.median, lateness.most) == (3, 2.0, 9.0)


def test_page_says_what_waits(client: Client) -> None:
    issue(State.DUE)
    assert "1 issue is due and not out, since 3 Mar, 07:00" in client.get(URL).content.decode()


def test_failures_are_shown_in_words_by_reason(client: Client) -> None:
    for _ in range(2):
        issue(State.FAILED, reason="The mail server said: 550 <no>")
    issue(State.UNKNOWN, reason="No answer.")
    page = client.get(URL).content.decode()
    assert page.count("The mail server said: 550 &lt;no&gt;") == 4  # a line, its form, two rows
    assert "Try all 2 again" in page


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN])
def test_retry_makes_it_due_with_the_same_message_id(client: Client, state: str) -> None:
    row = issue(state, attempts=5, reason="No.", finished_at=NOW)
    client.post(f"{URL}try-again/", {"delivery": row.pk})
    again = Delivery.objects.get()
    assert (again.state, again.attempts, again.reason) == (State.DUE, 1, "")
    assert again.message_id == row.message_id
    assert again.due_at <= ledger.database_now()


def test_all_of_one_reason_are_tried_again_and_no_others(client: Client) -> None:
    for reason in ("a", "a", "b"):
        issue(State.FAILED, reason=reason)
    client.post(f"{URL}try-again/", {"state": "failed", "reason": "a"})
    states = Delivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.DUE, State.DUE, State.FAILED]


def test_issue_whose_papers_are_in_a_later_one_is_not_tried_again(client: Client) -> None:
    row = issue(State.FAILED, days_ago=1)
    issue(State.SENT, user=row.user)
    page = client.post(f"{URL}try-again/", {"delivery": row.pk}, follow=True).content.decode()
    assert "Nothing to try again" in page
    assert Delivery.objects.get(pk=row.pk).state == State.FAILED


@pytest.mark.promise(39)
@pytest.mark.parametrize(
    "left",
    [{"digest_enabled": False}, {"is_active": False}, {"mail_stopped_at": NOW}],
    ids=["unsubscribed", "closed", "stopped"],
)
def test_reader_who_left_meanwhile_is_not_mailed_again(
    client: Client, settings: Settings, left: dict[str, Any]
) -> None:
    settings.DIGEST_RESEND_UNKNOWN = True
    rows = [
        issue(state, reason="No.", finished_at=NOW - timedelta(minutes=9))
        for state in (State.FAILED, State.UNKNOWN)
    ]
    User.objects.update(**left)
    for row in rows:
        client.post(f"{URL}try-again/", {"delivery": row.pk})
    tick(NOW, NOW)
    states = Delivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.FAILED, State.UNKNOWN]


def test_what_has_no_answer_for_more_than_a_day_is_not_sent_again(settings: Settings) -> None:
    settings.DIGEST_RESEND_UNKNOWN = True
    for hours in (25, 23):
        issue(State.UNKNOWN, finished_at=NOW - timedelta(hours=hours))
    assert sum(map(len, tick(NOW, NOW).chunks)) == 1


def test_what_has_no_answer_is_not_sent_beside_a_later_issue(settings: Settings) -> None:
    settings.DIGEST_RESEND_UNKNOWN = True
    row = issue(State.UNKNOWN, days_ago=1, finished_at=NOW - timedelta(hours=1))
    issue(State.SENT, user=row.user)
    assert tick(NOW, NOW).chunks == []


def test_reason_with_rubbish_is_answered(client: Client) -> None:
    answer = client.post(f"{URL}try-again/", {"state": "fai\0led", "reason": "a\0b"})
    assert answer.status_code == 302


@pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "0"])
def test_rubbish_changes_nothing(client: Client, number: str) -> None:
    row = issue(State.FAILED)
    assert client.post(f"{URL}try-again/", {"delivery": number}).status_code == 302
    assert Delivery.objects.get(pk=row.pk).state == State.FAILED


@pytest.mark.parametrize("state", [State.SENT, State.SKIPPED, State.CLAIMED])
def test_only_what_ended_badly_is_tried_again(client: Client, state: str) -> None:
    lease: dict[str, Any] = {}
    if state == State.CLAIMED:
        lease = {"lease_token": "1" * 32, "claimed_until": NOW}
    row = issue(state, **lease)
    client.post(f"{URL}try-again/", {"delivery": row.pk})
    assert Delivery.objects.get(pk=row.pk).state == state


@pytest.mark.promise(32)
def test_page_does_not_exist_for_others() -> None:
    reader = Client()
    reader.force_login(make_user())
    for visitor in (Client(), reader):
        assert visitor.get(URL).status_code == 404
        assert visitor.post(f"{URL}try-again/").status_code == 404


def test_issue_without_an_answer_goes_out_again_where_the_operator_wants_it(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    make_user(digest_enabled=True, next_due_at=NOW)
    popular()
    (chunk,) = tick(NOW, NOW).chunks
    send.deliver(chunk, now=NOW, at=NOW)
    Delivery.objects.update(state=State.UNKNOWN)
    later = NOW + timedelta(minutes=6)
    assert tick(later, later).chunks == []
    settings.DIGEST_RESEND_UNKNOWN = True
    soon = NOW + timedelta(minutes=4)
    assert tick(soon, soon).chunks == []
    (chunk,) = tick(later, later).chunks
    send.deliver(chunk, now=later, at=later)
    first, second = mailoutbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert Delivery.objects.get().state == State.SENT
