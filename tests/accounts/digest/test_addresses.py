"""Odd addresses on their way to the mail server: each arrives as written or fails in words."""

from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from accounts.bounces import verp
from accounts.digest import send
from accounts.digest.smtp import RefusedError, open_transport
from accounts.digest.tick import tick
from accounts.models import Delivery
from tests.accounts.digest.smtp_server import scripted_server
from tests.factories import make_paper, make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)


def message(to: str) -> EmailMessage:
    return EmailMessage("Papers", "A line.\n", "digest@example.org", [to])


def hand_over(to: str) -> None:
    with open_transport() as transport:
        transport.send(message(to), lambda: None)


def run() -> dict[str, int]:
    outcomes: dict[str, int] = {}
    for chunk in tick(NOW, NOW).chunks:
        outcomes.update(send.deliver(chunk, now=NOW, at=NOW))
    return outcomes


@pytest.mark.promise(40)
@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ada+papers@example.org", b"<ada+papers@example.org>"),
        ('"a b"@example.org', b'<"a b"@example.org>'),
        ('"a@b"@example.org', b'<"a@b"@example.org>'),
        ("ada@Bücher.example", b"<ada@xn--Bcher-kva.example>"),
        ("ada@例え.jp", b"<ada@xn--r8jz45g.jp>"),
        (f"{'a' * 64}@example.org", b"<%s@example.org>" % (b"a" * 64)),
    ],
)
def test_odd_addresses_arrive_as_written(settings: Settings, address: str, written: bytes) -> None:
    with scripted_server(settings) as server:
        hand_over(address)
    recipients = [line for line in server.envelopes if line.upper().startswith(b"RCPT")]
    assert [line.lower() for line in recipients] == [b"rcpt to:" + written.lower()]
    assert len(server.taken) == 1


@pytest.mark.promise(37)
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("адам@example.org", "letters that mail cannot be sent to yet"),
        ("élise@example.org", "letters that mail cannot be sent to yet"),
        ("no address", "please check it"),
        ("a@b@example.org", "please check it"),
        ("a@example.org, b@example.org", "please check it"),
        ("a@example.org\r\nBcc: b@example.org", "please check it"),
        ("a@example.org\nRCPT TO:<b@example.org>", "please check it"),
        (f"a@{'ü' * 60}.example", "please check it"),
        ("", "please check it"),
    ],
)
@pytest.mark.parametrize("is_smtp", [True, False])
def test_what_no_mail_can_be_sent_to_fails_in_words(
    settings: Settings,
    mailoutbox: list[EmailMessage],
    address: str,
    words: str,
    is_smtp: bool,
) -> None:
    backend = settings.EMAIL_BACKEND
    with scripted_server(settings) as server:
        if not is_smtp:
            settings.EMAIL_BACKEND = backend
        with pytest.raises(RefusedError, match=words) as caught:
            hand_over(address)
    assert not caught.value.of_address
    assert (server.envelopes, mailoutbox) == ([], [])


@pytest.mark.django_db
@pytest.mark.promise(6)
def test_an_address_that_is_none_harms_no_other(settings: Settings) -> None:
    for address in ("адам@example.org", "no address", "good@example.org"):
        make_user(email=address, digest_enabled=True, next_due_at=NOW)
    make_paper(announced_on=NOW.date(), upvotes=9, popularity=1.0, score=1.0)
    with scripted_server(settings) as server:
        assert run() == {"failed": 2, "sent": 1}
    assert len(server.taken) == 1
    reason = Delivery.objects.get(user__email="адам@example.org").reason
    assert "letters that mail cannot be sent to yet" in reason


@pytest.mark.django_db
@pytest.mark.parametrize("bounce_address", ["", "bounces@bounces.example.org"])
def test_the_envelope_names_the_issue_where_bounces_are_read(
    settings: Settings, bounce_address: str
) -> None:
    settings.BOUNCE_ADDRESS, settings.DIGEST_FROM_EMAIL = bounce_address, "digest@example.org"
    user = make_user(digest_enabled=True, next_due_at=NOW)
    make_paper(announced_on=NOW.date(), upvotes=9, popularity=1.0, score=1.0)
    with scripted_server(settings) as server:
        run()
    mail_from, recipient = server.envelopes
    assert recipient == f"rcpt TO:<{user.email}>".encode()
    assert b"<digest@example.org>" in server.taken[0]
    if bounce_address:
        assert verp.find_delivery(mail_from.decode()) == Delivery.objects.get()
    else:
        assert mail_from == b"mail FROM:<digest@example.org>"
