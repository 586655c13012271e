"""Every kind of mail that the site sends, as a mail program reads it."""

import email
from datetime import UTC, date, datetime, timedelta
from email import policy
from email.message import EmailMessage as Parsed
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from pytest_django import Settings

from accounts import subscribe
from accounts.adapter import AccountAdapter
from accounts.digest import ledger, mail
from accounts.digest.items import NEAR, Item
from accounts.forms import SubscribeForm
from accounts.mail import can_be_mailed
from tests.factories import make_paper, make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
OUR_HEADERS = {
    *("Subject", "From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type"),
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"),
}
# A letter that is an s to whoever ignores case, as Django's validator does.
LONG_S = "\u017f@example.org"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL, settings.SITE_NAME = "https://papers.example.org", "Broadsheet"
    settings.DIGEST_FROM_EMAIL = "digest@papers.example.org"
    settings.DEFAULT_FROM_EMAIL = "site@papers.example.org"


def account_mails() -> list[str]:
    """Every template of allauth's, ours or theirs: a kind that comes with a new version is met."""
    folders = [
        django_settings.BASE_DIR / "templates" / "account" / "email",
        Path(allauth.__file__).parent / "templates" / "account" / "email",
    ]
    found = {path.name for folder in folders for path in folder.glob("*_subject.txt")}
    return sorted(name.removesuffix("_subject.txt") for name in found)


def parse(message: EmailMessage) -> Parsed:
    raw = message.message().as_bytes()
    head = raw.partition(b"\n\n")[0]
    assert max(map(len, head.split(b"\n"))) <= 998  # RFC 5322, 2.1.1
    parsed = email.message_from_bytes(raw, policy=policy.default)
    assert not parsed.defects
    return parsed


def digest(
    title: str = "A Title", reason: str = "because you saved “X”", to: str = "ada@example.org"
) -> EmailMessage:
    paper = make_paper(title=title)
    delivery = ledger.new_delivery(make_user(email=to), date(2026, 3, 3), NOW)
    items = [Item(paper.pk, NEAR, reason, 1)]
    return mail.build(delivery, items, mail.read_papers([paper.pk]))


def has_the_marks_of_our_mail(parsed: Parsed) -> bool:
    written_at = parsed["Date"].datetime.replace(tzinfo=UTC)
    return (
        parsed["Message-ID"].endswith("@papers.example.org>")
        and parsed["Auto-Submitted"] == "auto-generated"
        and abs(datetime.now(UTC) - written_at) < timedelta(hours=1)
        and len(parsed["To"].addresses) == 1
        and parsed["Precedence"] is parsed["Cc"] is parsed["Bcc"] is None
        and bool(parsed.get_body(("plain",)).get_content().strip())  # type: ignore[union-attr]
    )


@pytest.mark.promise(40)
@pytest.mark.parametrize("kind", account_mails())
def test_account_mail_is_no_list(kind: str, mailoutbox: list[EmailMessage]) -> None:
    reader = make_user()
    AccountAdapter().send_mail(f"account/email/{kind}", reader.email, {"user": reader})
    (message,) = mailoutbox
    parsed = parse(message)
    assert has_the_marks_of_our_mail(parsed)
    assert parsed["From"] == "site@papers.example.org"
    assert not [name for name in parsed.keys() if name.lower().startswith("list-")]  # noqa: SIM118


def test_account_mails_are_all_known() -> None:
    assert {"login_code", "password_reset_key", "email_confirmation_signup"} < set(account_mails())


@pytest.mark.promise(40)
def test_the_mail_of_the_subscribe_box_is_no_list(mailoutbox: list[EmailMessage]) -> None:
    subscribe.ask(subscribe.Wish("ada@example.org", "UTC"), network="192.0.2.1")
    parsed = parse(mailoutbox[0])
    assert has_the_marks_of_our_mail(parsed)
    assert not [name for name in parsed.keys() if name.lower().startswith("list-")]  # noqa: SIM118


@pytest.mark.promise(40)
def test_a_digest_is_a_list() -> None:
    parsed = parse(digest())
    assert has_the_marks_of_our_mail(parsed)
    assert set(parsed.keys()) == OUR_HEADERS
    assert parsed["List-Unsubscribe"].strip().startswith("<https://papers.example.org/unsubscribe/")
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.promise(40)
@pytest.mark.parametrize(
    ("contact", "owner"),
    [
        ("admin@example.org", "<mailto:admin@example.org>"),
        ("Ada <ada+papers@example.org>", "<mailto:ada%2Bpapers@example.org>"),
        ("https://example.org/contact", None),
        ("", None),
    ],
)
def test_a_digest_names_who_answers(settings: Settings, contact: str, owner: str | None) -> None:
    settings.CONTACT = contact
    assert parse(digest())["List-Owner"] == owner


HOSTILE = {
    "CR": "a\rBcc: victim@example.org",
    "LF": "a\nBcc: victim@example.org",
    "CRLF": "a\r\nBcc: victim@example.org\r\n\r\nA body",
    "U+2028": "a\u2028Bcc: victim@example.org",
    "NEL": "a\x85Bcc: victim@example.org",
    "10 kB": "x" * 10_000,
    "10 kB of words": "word " * 2_000,
    "10 kB of another script": "文" * 10_000,
    "encoded word": "=?utf-8?q?a=0D=0ABcc:_victim@example.org?=",
    "half an encoded word": "=?utf-8?b?",
    "direction": "a\u202egro.elpmaxe@mitciv :ccB",
}


@pytest.mark.promise(37)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_title_adds_no_header(text: str) -> None:
    parsed = parse(digest(title=text))
    assert set(parsed.keys()) == OUR_HEADERS
    assert [address.addr_spec for address in parsed["To"].addresses] == ["ada@example.org"]
    assert "\n" not in parsed["Subject"]
    assert "\u202e" not in parsed["Subject"]


@pytest.mark.promise(37)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_name_of_a_list_adds_no_header(text: str) -> None:
    parsed = parse(digest(reason=f"because it is near “{text}”"))
    assert set(parsed.keys()) == OUR_HEADERS
    assert len(parsed["To"].addresses) == 1


@pytest.mark.promise(37)
def test_a_title_that_looks_encoded_is_shown_as_it_is() -> None:
    title = "Reading =?utf-8?q?Free=20money?= in headers"
    assert parse(digest(title=title))["Subject"] == title


@pytest.mark.promise(37)
@pytest.mark.parametrize("name", ["CR", "LF", "CRLF", "U+2028", "NEL", "direction"])
def test_the_name_of_the_site_adds_no_header(settings: Settings, name: str) -> None:
    settings.SITE_NAME = HOSTILE[name]
    parsed = parse(digest())
    assert set(parsed.keys()) == OUR_HEADERS
    (sender,) = parsed["From"].addresses
    assert sender.addr_spec == "digest@papers.example.org"
    assert len(parsed["To"].addresses) == 1


@pytest.mark.parametrize(
    "address",
    [
        '"a b"@example.org',
        '"a,b"@example.org',
        "ada+papers@example.org",
        "a.b@xn--bcher-kva.example",
    ],
)
def test_an_odd_address_is_one_recipient(address: str) -> None:
    (recipient,) = parse(digest(to=address))["To"].addresses
    assert recipient.addr_spec == address


def test_a_domain_in_another_script_is_written_as_punycode() -> None:
    (recipient,) = parse(digest(to="ada@bücher.example"))["To"].addresses
    assert recipient.addr_spec == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("address", "can_be"),
    [
        ("ada@example.org", True),
        ('"a b"@example.org', True),
        ("ada@bücher.example", True),
        (f"ada@{'ü' * 60}.example", False),
        ("адам@example.org", False),
        (LONG_S, False),
    ],
)
def test_what_cannot_be_mailed_is_known(address: str, can_be: bool) -> None:
    assert can_be_mailed(address) is can_be


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("адам@example.org", "does not look like an email address"),
        ("a@example.org\nb@c.de", "does not look like an email address"),
        (LONG_S, "No mail can be sent to this address"),
        ("a@[127.0.0.1]", "No mail can be sent to this address"),
        ("a@[IPv6:::1]", "does not look like an email address"),
    ],
)
def test_who_subscribes_with_what_cannot_be_mailed_is_told(address: str, words: str) -> None:
    errors: Any = SubscribeForm({"email": address}).errors
    assert list(errors) == ["email"]
    assert words in errors["email"][0]


@pytest.mark.django_db
def test_a_sign_up_with_what_cannot_be_mailed_is_told(client: Any) -> None:
    fields = {"email": LONG_S, "password1": "a long passphrase"}
    response = client.post("/accounts/signup/", fields)
    assert "No mail can be sent to this address" in response.content.decode()
