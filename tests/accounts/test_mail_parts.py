"""Every mail that the site can send has two parts, which say the same and link the same."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.mail import EmailMultiAlternatives
from django.test import RequestFactory
from pytest_django import Settings

from accounts import leaving, proof, subscribe
from accounts.adapter import AccountAdapter
from accounts.digest import ledger, mail
from accounts.digest.items import NEAR, Item
from accounts.topics import Kind, Topic
from readinglists import invitation_mail, invitations
from readinglists.models import Role
from tests.accounts.test_mail_headers import account_mails
from tests.factories import make_paper, make_reading_list, make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
HOSTILE = "<b>x<i>&amp;"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL, settings.SITE_NAME = "https://papers.example.org", "Broad<b>sheet"
    settings.EMAIL_CONFIGURED = True


def send_account_mail(kind: str) -> None:
    addresses = ("activate_url", "password_reset_url", "signup_url")
    context = {
        "code": "ABCD-EFGH",
        "ip": "192.0.2.1",
        "user_agent": HOSTILE,
        "timestamp": NOW,
        "from_email": HOSTILE,
        "to_email": HOSTILE,
        "deleted_email": HOSTILE,
        **{name: f"https://papers.example.org/{name}/?a=1&b=2" for name in addresses},
    }
    AccountAdapter().send_mail(f"account/email/{kind}", "ada@example.org", context)


def send_subscription(kind: Kind) -> None:
    wish = subscribe.Wish("ada@example.org", "UTC")
    subscribe.ask(wish, network="192.0.2.1", topic=Topic(kind, HOSTILE, HOSTILE))


def send_invitation(role: Role) -> None:
    reading_list = make_reading_list(title=HOSTILE)
    invitation_mail.send(
        invitations.invite(reading_list, "ada@example.org", role, by=reading_list.owner)
    )


def send_proof(_nothing: str) -> None:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    proof.send_code(request, make_user())


def send_farewell(_nothing: str) -> None:
    leaving.delete_account(make_user())


def send_digest(_nothing: str) -> None:
    paper = make_paper(title=HOSTILE, authors=(HOSTILE,), abstract=HOSTILE)
    delivery = ledger.new_delivery(make_user(), date(2026, 3, 3), NOW)
    items = [Item(paper.pk, NEAR, HOSTILE, 1)]
    mail.build(delivery, items, mail.read_papers([paper.pk])).send()


EVERY_MAIL = [
    *(pytest.param(send_account_mail, kind, id=kind) for kind in account_mails()),
    *(pytest.param(send_subscription, kind, id=f"subscribe-{kind}") for kind in Kind),
    *(pytest.param(send_invitation, role, id=f"invitation-{role}") for role in Role),
    pytest.param(send_proof, "", id="proof"),
    pytest.param(send_farewell, "", id="farewell"),
    pytest.param(send_digest, "", id="digest"),
]


class Reader(HTMLParser):
    """Collects a page's text, links, elements, and the words that it fetches anything by."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: set[str] = set()
        self.elements: set[str] = set()
        self.names: set[str] = set()
        self.page: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.names |= {name for name, _value in attrs}
        if tag == "html":
            self.page = dict(attrs)
        if tag == "a":
            self.links.add(dict(attrs)["href"] or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def links_of(text: str) -> set[str]:
    return {link.rstrip("/") for link in re.findall(r"https?://\S+", text)}


@pytest.mark.parametrize(("send", "kind"), EVERY_MAIL)
def test_every_mail_has_two_parts_that_say_the_same(
    send: Callable[[str], None], kind: str, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    send(kind)
    (message,) = mailoutbox
    kinds = [part.get_content_type() for part in message.message().walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    text, html = str(message.body), str(message.alternatives[0][0])
    read = Reader(html)
    home = {"https://papers.example.org"}  # behind the name of the site, above everything
    assert links_of(text) | home == {link.rstrip("/") for link in read.links}
    assert not {"b", "i", "img", "script", "link", "iframe"} & read.elements
    assert not {"src", "background", "onclick"} & read.names
    assert read.page["lang"] == "en"
    assert read.page["dir"] == "ltr"
    assert str(message.subject) in " ".join(read.words)
    assert "You get this " in text
    assert "You get this " in html
