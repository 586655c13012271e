import pytest

from accounts.bounces import reports
from accounts.bounces.reports import Report, parse
from accounts.models import Bounce
from tests.accounts.bounces.mails import AUTO_REPLY, arf, dsn


def report(raw: bytes) -> Report:
    found = parse(raw)
    assert found is not None
    return found


def test_a_refusal_says_which_mail_and_why() -> None:
    found = report(dsn())
    assert found.kind == Bounce.Kind.REFUSED
    assert found.message_id == "<digest.1@example.org>"
    assert found.to == "ada@example.org"
    assert found.said == "550 5.1.1 User unknown"
    assert "bounces@example.org" in found.envelope


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_the_returned_mail_may_be_headers_alone(returned: str) -> None:
    assert report(dsn(returned=returned)).message_id == "<digest.1@example.org>"


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "delayed", "status": "5.1.1"},
        {"action": "failed", "status": "4.2.2"},
        {"action": "delivered", "status": "2.1.5"},
        {"action": "relayed", "status": "2.1.9"},
        {"status": "5.7.1", "diagnostic": "smtp; 550 5.7.1 blocked"},
        {"status": "5.3.4", "diagnostic": "smtp; 552 5.3.4 too large"},
        {"status": "5.0.0", "diagnostic": "smtp; 550 listed on a block list"},
        {"status": "5.0.0", "diagnostic": "x-local; something"},
        {"status": ""},
        {"status": "five", "action": "failed"},
    ],
)
def test_what_is_soft_or_no_fault_of_the_address_says_nothing(fields: dict[str, str]) -> None:
    assert parse(dsn(**fields)) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "5.0.0", "diagnostic": "smtp; 550 No such user here"},
        {"status": "5.2.1 (disabled)", "diagnostic": ""},
        {"action": "Failed", "status": "5.1.10"},
    ],
)
def test_a_refusal_in_other_words_counts(fields: dict[str, str]) -> None:
    assert report(dsn(**fields)).kind == Bounce.Kind.REFUSED


def test_a_complaint_says_which_mail() -> None:
    found = report(arf(mail_from="bounces+1@example.org"))
    assert found.kind == Bounce.Kind.COMPLAINT
    assert found.message_id == "<digest.1@example.org>"
    assert found.to == ""
    assert found.said == "abuse ExampleLoop/1.0"
    assert "<bounces+1@example.org>" in found.envelope


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "other", ""])
def test_other_feedback_is_no_complaint(kind: str) -> None:
    assert parse(arf(kind=kind)) is None


def test_an_answer_of_a_machine_says_nothing() -> None:
    assert parse(AUTO_REPLY) is None


def nested(depth: int) -> bytes:
    head = "".join(
        f'Content-Type: multipart/report; boundary="b{level}"\n\n--b{level}\n'
        for level in range(depth)
    )
    return head.encode() + b"\nend"


HOSTILE = {
    "nothing": b"",
    "zeros": bytes(1000),
    "noise": bytes(range(256)) * 1000,
    "no end": dsn().partition(b"Action")[0],
    "no boundary": dsn().replace(b'boundary="b1"', b""),
    "no parts": b"Content-Type: multipart/report; boundary=x\n\nnothing",
    "not multipart": b"Content-Type: multipart/report\n\nAction: failed\nStatus: 5.1.1\n",
    "nested": nested(5000),
    "nested some": nested(200),
    "status is text": dsn().replace(b"message/delivery-status", b"text/plain"),
    "a long header": b"Content-Type: multipart/report; " + b"a=b; " * 100_000 + b"\n\n",
    "a header of semicolons": b'Content-Type: multipart/report; a="' + b";" * 240_000,
    "many parts": b"Content-Type: multipart/report; boundary=x\n" + b"\n--x\n\n" * 50_000,
    "open comments": b"To: " + b"(" * 100_000 + b"\n" + dsn(action="delayed"),
    "odd charset": b"Content-Type: multipart/report; boundary*=nosuch''b1\n\n--b1\n\xff",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_broken_says_nothing_and_raises_nothing(raw: bytes) -> None:
    assert parse(raw) is None


def test_a_huge_mail_is_read_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = dsn(text="x" * 200_000)
    monkeypatch.setattr(reports, "MOST_BYTES", 5_000)
    assert report(raw).message_id == "<digest.1@example.org>"
    monkeypatch.setattr(reports, "MOST_BYTES", 200)
    assert parse(raw) is None


def test_what_a_server_said_is_one_short_line_that_a_database_takes() -> None:
    said = report(dsn(diagnostic="smtp; 550 5.1.1 \udcff\x00 no\n such " + "x" * 5_000)).said
    assert len(said) <= 300
    assert "\x00" not in said
    assert "\n" not in said
    said.encode()


def test_an_id_that_is_none_is_left_out() -> None:
    assert report(dsn("<a b>")).message_id == ""
    assert report(dsn("<" + "x" * 500 + ">")).message_id == ""
