"""A restored copy keeps still until it is armed, and says so."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from papers import arming, requests, tasks
from papers.mailing import post
from papers.models import PaperRequest, Source
from tests.factories import make_user

pytestmark = pytest.mark.django_db

BACKUP = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
PROJECT = Path(__file__).resolve().parent.parent.parent
SHORT_WAYS = {"send_mail", "send_mass_mail", "mail_admins", "mail_managers", "send_messages"}
# The one way out, and the digest's own, which the tick and the gate stand before.
SENDERS = {"papers/mailing.py", "accounts/digest/smtp.py"}


@pytest.mark.promise(42)
def test_a_copy_posts_nothing_until_it_is_armed() -> None:
    arming.disarm(BACKUP)
    message = EmailMessage("Hello", "Text", to=["ada@example.org"])
    with pytest.raises(OSError, match="restored copy"):
        post(message)
    assert mail.outbox == []
    arming.arm()
    post(message)
    assert len(mail.outbox) == 1


@pytest.mark.promise(42)
def test_all_mail_but_the_digest_goes_the_one_way_that_asks() -> None:
    found = {
        str(path.relative_to(PROJECT))
        for folder in ("accounts", "config", "papers", "readinglists")
        for path in (PROJECT / folder).rglob("*.py")
        if _sends(ast.parse(path.read_text()))
    }
    assert found <= SENDERS, "send by papers.mailing.post: a restored copy must send no mail"


def _sends(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Call) and _is_sending(node.func) for node in ast.walk(tree))


def _is_sending(called: ast.expr) -> bool:
    """Whether it is `message.send`, `write_mail(...).send`, or one of Django's short ways."""
    if isinstance(called, ast.Name):
        return called.id in SHORT_WAYS
    if not isinstance(called, ast.Attribute):
        return False
    owner = ast.unparse(called.value)
    # A backend that hands on to another is no sender, nor who asks the site's adapter, which is
    # looked at itself.
    if called.attr in SHORT_WAYS:
        return owner not in {"super()", "OutboxBackend()", "get_adapter()"}
    # A module of ours, looked at itself, and allauth's signal.
    if called.attr != "send" or owner in {"invitation_mail", "email_changed"}:
        return False
    return any(word in owner.lower() for word in ("message", "mail", "letter", "msg"))


@pytest.mark.parametrize(
    "code",
    ["message.send()", "letters.write('x').send()", "send_mail('x')", "backend.send_messages([m])"],
)
def test_what_would_go_another_way_is_seen(code: str) -> None:
    assert _sends(ast.parse(code))


def test_a_copy_asks_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    arming.disarm(BACKUP)
    asked = Mock()
    monkeypatch.setattr(tasks.refresh_sources, "apply_async", asked)
    monkeypatch.setattr(requests, "fetch_requested", asked)
    tasks.refresh_due_sources()
    request = PaperRequest.objects.create(
        scheme="arxiv", value="2603.00001", requested_by=make_user()
    )
    tasks.fetch_requested_paper(request.pk)
    assert not asked.called
    assert not Source.objects.exists()
    request.refresh_from_db()
    assert request.state == PaperRequest.State.WAITING


def test_administrators_read_what_to_do_on_every_page(client: Client) -> None:
    client.force_login(make_user(is_staff=True))
    assert "armmail" not in client.get("/").content.decode()
    arming.disarm(BACKUP)
    page = client.get("/").content.decode()
    assert "restored from the backup of 3 March 2026" in page
    assert "manage.py armmail" in page


def test_visitors_read_on_the_status_page_why_no_mail_comes(client: Client) -> None:
    arming.disarm(BACKUP)
    page = client.get("/status/").content.decode()
    assert "It sends no mail" in page
    assert "armmail" not in page
