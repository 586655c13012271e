from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from accounts.digest import ledger, mail, send, unsubscribe
from accounts.digest.near import Near
from accounts.digest.readers import Reader
from accounts.digest.smtp import PlainTransport
from accounts.digest.tick import tick
from accounts.models import Bounce, Delivery, User
from papers.models import Paper
from tests.accounts.digest.smtp_server import HANG_UP, scripted_server
from tests.factories import make_entry, make_paper, make_reading_list, make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
State = Delivery.State
pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What a worker meets that is killed: nothing after it runs."""


def popular() -> Paper:
    return make_paper(announced_on=NOW.date(), upvotes=9, popularity=1.0, score=1.0)


def due_reader(**fields: Any) -> User:
    return make_user(digest_enabled=True, next_due_at=NOW, **fields)


def run(at: datetime = NOW) -> dict[str, int]:
    outcomes: dict[str, int] = {}
    for chunk in tick(at, at).chunks:
        outcomes.update(send.deliver(chunk, now=at, at=at))
    return outcomes


def only_issue() -> Delivery:
    return Delivery.objects.get()


def kill(*_args: Any, **_options: Any) -> Any:
    raise Killed


def test_due_reader_gets_one_mail(mailoutbox: list[EmailMessage]) -> None:
    user, paper = due_reader(), popular()
    assert run() == {"sent": 1}
    delivery = only_issue()
    assert mailoutbox[0].to == [user.email]
    assert (delivery.state, [item["paper"] for item in delivery.items]) == (State.SENT, [paper.pk])


@pytest.mark.promise(1)
def test_running_twice_sends_one_mail(mailoutbox: list[EmailMessage]) -> None:
    due_reader(), popular()
    run()
    run()
    assert len(mailoutbox) == 1


@pytest.mark.promise(1)
def test_same_chunk_queued_twice_sends_one_mail(mailoutbox: list[EmailMessage]) -> None:
    due_reader(), popular()
    (chunk,) = tick(NOW, NOW).chunks
    for _ in range(2):
        send.deliver(chunk, now=NOW, at=NOW)
    assert len(mailoutbox) == 1


def test_paper_deleted_since_it_was_chosen_is_left_out(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    due_reader()
    gone, kept = popular(), popular()
    read = mail.read_papers
    monkeypatch.setattr(mail, "read_papers", lambda ids: read(pk for pk in ids if pk != gone.pk))
    run()
    assert [item["paper"] for item in only_issue().items] == [kept.pk]


def test_issue_of_which_no_paper_is_left_is_skipped(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    due_reader(), popular()
    monkeypatch.setattr(mail, "read_papers", lambda _ids: {})
    run()
    assert (only_issue().state, only_issue().reason) == (
        State.SKIPPED,
        "The chosen papers were removed.",
    )
    assert mailoutbox == []


@pytest.mark.promise(11)
def test_issue_that_waited_over_a_night_is_not_sent_beside_the_next(
    mailoutbox: list[EmailMessage],
) -> None:
    due_reader(), popular()
    tick(NOW, NOW)
    run(NOW + timedelta(days=1))
    assert len(mailoutbox) == 1


def test_reader_without_new_papers_is_skipped_with_the_reason(
    mailoutbox: list[EmailMessage],
) -> None:
    due_reader()
    assert run() == {"skipped": 1}
    assert "Nothing new" in only_issue().reason
    assert mailoutbox == []


def test_paper_is_not_mailed_again_the_next_day(mailoutbox: list[EmailMessage]) -> None:
    due_reader(), popular()
    run()
    assert run(NOW + timedelta(days=1)) == {"skipped": 1}
    assert len(mailoutbox) == 1


def test_empty_issue_asked_for_early_waits_for_its_hour() -> None:
    user = due_reader()
    early = NOW - timedelta(hours=2)
    ledger.ask_for(user, NOW.date(), early)
    run(early)
    delivery = only_issue()
    assert (delivery.state, delivery.due_at, delivery.attempts) == (State.DUE, NOW, 0)


def test_closed_account_gets_no_mail(mailoutbox: list[EmailMessage]) -> None:
    user = due_reader()
    popular()
    (chunk,) = tick(NOW, NOW).chunks
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert send.deliver(chunk, now=NOW, at=NOW) == {"taken": 1}
    assert mailoutbox == []


@pytest.mark.promise(39)
def test_unsubscribing_stops_an_issue_that_waits(mailoutbox: list[EmailMessage]) -> None:
    user = due_reader()
    popular()
    (chunk,) = tick(NOW, NOW).chunks
    unsubscribe.set_subscribed(user, subscribed=False, now=NOW)
    assert not send.deliver(chunk, now=NOW, at=NOW)
    assert (mailoutbox, only_issue().state) == ([], State.SKIPPED)


@pytest.mark.promise(39)
def test_unsubscribing_while_the_server_greylists_stops_the_next_attempt(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = due_reader()
    popular()
    build = mail.build

    def unsubscribe_meanwhile(*args: Any, **options: Any) -> mail.DigestMessage:
        unsubscribe.set_subscribed(user, subscribed=False, now=NOW)
        return build(*args, **options)

    monkeypatch.setattr(mail, "build", unsubscribe_meanwhile)
    with scripted_server(settings, rcpt=b"450 greylisted") as server:
        run()
        server.answers.clear()
        run(NOW + timedelta(minutes=5))
    assert (server.taken, only_issue().state) == ([], State.SKIPPED)


@pytest.mark.promise(6)
def test_refusal_of_one_harms_no_other(settings: Settings) -> None:
    due_reader(email="gone@example.org"), due_reader(), due_reader(), popular()
    with scripted_server(settings) as server:
        server.refuse_recipient = b"gone@example.org"
        run()
    states = dict(Delivery.objects.values_list("user__email", "state"))
    assert states.pop("gone@example.org") == State.FAILED
    assert set(states.values()) == {State.SENT}
    assert len(server.taken) == 2


@pytest.mark.promise(7)
def test_dot_without_an_answer_is_unknown_and_not_repeated(settings: Settings) -> None:
    due_reader(), popular()
    with scripted_server(settings, dot=HANG_UP) as server:
        assert run() == {"unknown": 1}
        run(NOW + timedelta(hours=1))
    assert (only_issue().state, len(server.taken)) == (State.UNKNOWN, 1)


@pytest.mark.promise(7)
def test_issue_after_an_unknown_one_links_it(mailoutbox: list[EmailMessage]) -> None:
    user = due_reader()
    popular()
    yesterday = NOW - timedelta(days=1)
    ledger.new_delivery(
        user, yesterday.date(), yesterday, state=State.UNKNOWN, finished_at=yesterday
    ).save()
    run()
    assert "/issues/2026-03-02/" in str(mailoutbox[0].body)


@pytest.mark.promise(5)
def test_greylisted_mail_arrives_at_the_next_attempt(settings: Settings) -> None:
    due_reader(), popular()
    with scripted_server(settings, rcpt=b"450 greylisted") as server:
        assert run() == {"retry": 1}
        assert "greylisted" in only_issue().reason
        server.answers.clear()
        assert run(NOW + timedelta(minutes=5)) == {"sent": 1}
    assert (only_issue().reason, len(server.taken)) == ("", 1)


@pytest.mark.promise(5)
def test_dead_server_costs_every_reader_one_attempt(settings: Settings) -> None:
    for _ in range(3):
        due_reader()
    popular()
    with scripted_server(settings, banner=HANG_UP) as server:
        run()
    assert server.connections == 1
    assert set(Delivery.objects.values_list("state", "attempts")) == {(State.DUE, 1)}


def test_issue_that_cannot_be_rendered_harms_no_other(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = due_reader(email="broken@example.org")
    due_reader(), popular()
    build = mail.build

    def fail_for_one(delivery: Delivery, *args: Any, **options: Any) -> mail.DigestMessage:
        if delivery.user_id == broken.pk:
            raise ValueError("no")
        return build(delivery, *args, **options)

    monkeypatch.setattr(mail, "build", fail_for_one)
    run()
    assert len(mailoutbox) == 1
    assert Delivery.objects.get(user=broken).state == State.DUE


@pytest.mark.promise(6)
def test_reader_for_whom_nothing_can_be_chosen_harms_no_other(
    mailoutbox: list[EmailMessage],
) -> None:
    broken, other = due_reader(), due_reader()
    make_entry(reading_list=make_reading_list(owner=broken))
    popular()

    def fail(those: Sequence[Reader]) -> dict[int, Sequence[Near]]:
        if any(reader.user_id == broken.pk for reader in those):
            raise RuntimeError("no")
        return {}

    (chunk,) = tick(NOW, NOW).chunks
    assert send.deliver(chunk, now=NOW, at=NOW, near=fail) == {"sent": 1, "retry": 1}
    assert [message.to for message in mailoutbox] == [[other.email]]
    issue = Delivery.objects.get(user=broken)
    assert (issue.state, issue.attempts) == (State.DUE, 1)
    assert issue.reason == "The issue could not be prepared."


# Where a worker may be killed, the state it leaves, and how often the mail went out in the end.
KILL_POINTS = [
    ("after claim", (mail, "build"), State.CLAIMED, State.SENT, 1),
    ("after render", (PlainTransport, "send"), State.CLAIMED, State.SENT, 1),
    ("before sending is written", (ledger, "mark_sending"), State.CLAIMED, State.SENT, 1),
    ("after the dot", (ledger, "mark_sent"), State.SENDING, State.UNKNOWN, 1),
]


@pytest.mark.promise(3)
@pytest.mark.parametrize(("point", "target", "left", "settled", "mails"), KILL_POINTS)
def test_killed_worker_leaves_what_the_next_can_settle(
    mailoutbox: list[EmailMessage],
    point: str,
    target: tuple[Any, str],
    left: str,
    settled: str,
    mails: int,
) -> None:
    due_reader(), popular()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(*target, kill)
        with pytest.raises(Killed):
            run()
    assert only_issue().state == left, point
    run(LATER)
    assert (only_issue().state, len(mailoutbox)) == (settled, mails), point


@pytest.mark.promise(3)
def test_worker_killed_between_the_ledger_and_the_dot_sends_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_reader(), popular()
    written = ledger.mark_sending

    def write_then_die(*args: Any, **options: Any) -> None:
        written(*args, **options)
        raise Killed

    with scripted_server(settings) as server:
        monkeypatch.setattr(ledger, "mark_sending", write_then_die)
        with pytest.raises(Killed):
            run()
        assert only_issue().state == State.SENDING
        run(LATER)
    assert (only_issue().state, server.taken) == (State.UNKNOWN, [])


@pytest.mark.promise(4)
def test_worker_that_froze_before_the_dot_sends_nothing_when_it_wakes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_reader(), popular()
    build = mail.build

    def freeze_while_another_sends(*args: Any, **options: Any) -> mail.DigestMessage:
        monkeypatch.setattr(mail, "build", build)
        run(LATER)
        return build(*args, **options)

    with scripted_server(settings) as server:
        monkeypatch.setattr(mail, "build", freeze_while_another_sends)
        assert run() == {"taken": 1}
    assert (only_issue().state, len(server.taken)) == (State.SENT, 1)


@pytest.mark.promise(1)
def test_issue_sent_again_has_the_papers_it_had(mailoutbox: list[EmailMessage]) -> None:
    due_reader()
    first = popular()
    run()
    Delivery.objects.update(state=State.DUE, finished_at=None)
    make_paper(announced_on=NOW.date(), upvotes=99, popularity=9.0, score=9.0)
    run(NOW + timedelta(minutes=6))
    assert [message.subject for message in mailoutbox] == [first.title] * 2
    assert [item["paper"] for item in only_issue().items] == [first.pk]


def test_choice_that_a_slow_server_made_old_is_made_anew(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    due_reader(), due_reader(), popular()
    clock = iter([0.0, 1.0, send.CHOICE_LASTS.total_seconds() + 1])
    monkeypatch.setattr("accounts.digest.send.time.monotonic", lambda: next(clock))
    assert run() == {"sent": 1}
    monkeypatch.undo()
    assert run() == {"sent": 1}
    assert len(mailoutbox) == 2


@pytest.mark.promise(6)
def test_refusal_of_the_content_is_no_bounce_of_the_reader(settings: Settings) -> None:
    due_reader(), popular()
    with scripted_server(settings, dot=b"554 5.7.1 blocked"):
        run()
    assert only_issue().state == State.FAILED
    assert not Bounce.objects.exists()
