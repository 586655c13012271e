import time
from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from accounts.digest import smtp
from accounts.digest.smtp import (
    NoAnswerError,
    PlainTransport,
    RefusedError,
    SmtpTransport,
    TryLaterError,
    open_transport,
)
from tests.accounts.digest.smtp_server import HANG_UP, scripted_server


def message(to: str = "reader@example.org") -> EmailMessage:
    return EmailMessage("Papers", "A line.\n.\n..dots\n", "digest@example.org", [to])


def send(before_dot: Callable[[], None] = lambda: None) -> None:
    with open_transport() as transport:
        transport.send(message(), before_dot)


def test_message_arrives_whole(settings: Settings) -> None:
    with scripted_server(settings) as server:
        send()
    assert b"A line.\r\n..\r\n...dots\r\n" in server.taken[0]


def test_question_comes_after_the_text_and_before_the_dot(settings: Settings) -> None:
    with scripted_server(settings) as server:
        send(lambda: settings.__setattr__("TAKEN_WHEN_ASKED", len(server.taken)))
    assert settings.TAKEN_WHEN_ASKED == 0
    assert len(server.taken) == 1


@pytest.mark.promise(4)
def test_no_as_an_answer_cuts_the_message_off(settings: Settings) -> None:
    def refuse() -> None:
        raise RuntimeError("fenced")

    with scripted_server(settings) as server:
        with pytest.raises(RuntimeError, match="fenced"):
            send(refuse)
        time.sleep(0.1)
    assert server.taken == []


@pytest.mark.promise(4)
def test_message_cut_off_is_no_part_of_the_next(settings: Settings) -> None:
    def refuse() -> None:
        raise RuntimeError("fenced")

    with scripted_server(settings) as server, open_transport() as transport:
        with pytest.raises(RuntimeError, match="fenced"):
            transport.send(message("fenced@example.org"), refuse)
        transport.send(message(), lambda: None)
    assert (server.connections, len(server.taken)) == (2, 1)
    assert b"fenced@" not in server.taken[0]


@pytest.mark.promise(5)
@pytest.mark.parametrize(
    "answers",
    [
        {"banner": b"421 too busy"},
        {"banner": b"garbage"},
        {"banner": HANG_UP},
        {"mail": b"451 later"},
        {"mail": b"550 sender unknown"},
        {"rcpt": b"450 greylisted"},
        {"data": b"451 later"},
        {"data": HANG_UP},
        {"dot": b"452 full"},
    ],
)
def test_message_may_be_tried_again(settings: Settings, answers: dict[str, bytes]) -> None:
    with scripted_server(settings, **answers), pytest.raises(TryLaterError):
        send()


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    "answers", [{"rcpt": b"550 no such person"}, {"data": b"554 no"}, {"dot": b"554 spam"}]
)
def test_message_is_refused_for_good(settings: Settings, answers: dict[str, bytes]) -> None:
    with scripted_server(settings, **answers), pytest.raises(RefusedError, match="55"):
        send()


@pytest.mark.promise(7)
@pytest.mark.parametrize("answer", [HANG_UP, b"what?"])
def test_nobody_knows_after_a_dot_without_an_answer(settings: Settings, answer: bytes) -> None:
    with scripted_server(settings, dot=answer), pytest.raises(NoAnswerError):
        send()


def test_nobody_listening_may_be_tried_again(settings: Settings) -> None:
    with scripted_server(settings):
        pass
    with pytest.raises(TryLaterError, match="cannot be reached"):
        send()


def test_one_connection_serves_many_messages(settings: Settings) -> None:
    with scripted_server(settings) as server, open_transport() as transport:
        for _ in range(3):
            transport.send(message(), lambda: None)
    assert (server.connections, len(server.taken)) == (1, 3)


@pytest.mark.promise(6)
def test_refused_reader_leaves_the_connection_to_others(settings: Settings) -> None:
    with scripted_server(settings) as server, open_transport() as transport:
        server.refuse_recipient = b"gone@example.org"
        with pytest.raises(RefusedError):
            transport.send(message("gone@example.org"), lambda: None)
        transport.send(message(), lambda: None)
    assert (server.connections, len(server.taken)) == (1, 1)


@pytest.mark.promise(6)
@pytest.mark.parametrize("answer", [b"554 no", b"451 later"])
def test_message_refused_before_its_text_leaves_the_connection_to_others(
    settings: Settings, answer: bytes
) -> None:
    with scripted_server(settings, data=answer) as server, open_transport() as transport:
        with pytest.raises((RefusedError, TryLaterError)):
            transport.send(message(), lambda: None)
        server.answers.clear()
        transport.send(message(), lambda: None)
    assert len(server.taken) == 1


def test_broken_connection_is_opened_again(settings: Settings) -> None:
    with scripted_server(settings, data=HANG_UP) as server, open_transport() as transport:
        with pytest.raises(TryLaterError):
            transport.send(message(), lambda: None)
        server.answers.clear()
        transport.send(message(), lambda: None)
    assert (server.connections, len(server.taken)) == (2, 1)


def test_dead_server_is_dialled_once_a_chunk(settings: Settings) -> None:
    with scripted_server(settings, banner=HANG_UP) as server, open_transport() as transport:
        for _ in range(3):
            with pytest.raises(TryLaterError):
                transport.send(message(), lambda: None)
    assert server.connections == 1


def test_slow_server_is_broken_off(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "MESSAGE_SECONDS", 0.2)
    with scripted_server(settings, rcpt=b"250-more") as server:
        began = time.monotonic()
        with pytest.raises(TryLaterError):
            send()
        assert time.monotonic() - began < 3
    assert server.taken == []


def test_smtp_setting_gets_the_fenced_transport(settings: Settings) -> None:
    with scripted_server(settings), open_transport() as transport:
        assert isinstance(transport, SmtpTransport)


def test_backend_without_a_dot_is_asked_before(mailoutbox: list[EmailMessage]) -> None:
    sizes = []
    with open_transport() as transport:
        assert isinstance(transport, PlainTransport)
        transport.send(message(), lambda: sizes.append(len(mailoutbox)))
    assert (sizes, len(mailoutbox)) == ([0], 1)


def test_failing_backend_leaves_it_unknown(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.digest.test_smtp.BrokenBackend"
    with pytest.raises(NoAnswerError, match="disk full"):
        send()


class BrokenBackend:
    def __init__(self, **_options: object) -> None:
        pass

    def send_messages(self, _messages: list[EmailMessage]) -> int:
        raise OSError("disk full")

    def close(self) -> None:
        pass
