"""With django-anymail as it is installed by requirements-anymail.txt."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from django.test import RequestFactory
from pytest_django import Settings

from accounts.bounces import webhooks
from accounts.digest import ledger, mail
from accounts.digest.items import TRENDING, Item
from accounts.digest.smtp import NoAnswerError, TryLaterError, open_transport
from accounts.models import Bounce, Delivery
from tests.factories import make_paper, make_user

pytest.importorskip("anymail", reason="django-anymail is an extra: requirements-anymail.txt")
pytestmark = pytest.mark.django_db
SECRET = "hook:a-long-enough-secret"


def issue() -> Delivery:
    now = ledger.database_now()
    user = make_user(email="ada@example.org", digest_enabled=True)
    delivery = ledger.new_delivery(user, now.date(), now, state=Delivery.State.SENT)
    delivery.save()
    return delivery


def message(delivery: Delivery) -> EmailMessage:
    paper = make_paper()
    items = [Item(paper.pk, TRENDING, "", 1)]
    return mail.build(delivery, items, mail.read_papers([paper.pk]))


def post_to_postmark(secret: str, **fields: object) -> int:
    from anymail.signals import tracking
    from anymail.webhooks.postmark import PostmarkTrackingWebhookView

    webhooks.connect()
    try:
        login = base64.b64encode(secret.encode()).decode()
        request = RequestFactory(enforce_csrf_checks=True).post(
            "/anymail/postmark/tracking/",
            json.dumps(fields),
            content_type="application/json",
            headers={"Authorization": f"Basic {login}"},
        )
        view: Any = PostmarkTrackingWebhookView.as_view()
        return int(view(request).status_code)
    finally:
        tracking.disconnect(dispatch_uid="accounts.bounces.webhooks")


def test_a_bounce_told_by_a_provider_counts(settings: Settings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    delivery = issue()
    fields = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "TypeCode": 1,
        "Email": "ada@example.org",
        "MessageID": "esp-1",
        "Metadata": {"issue": delivery.message_id},
        "Details": "smtp;550 5.1.1 The email account does not exist.",
        "BouncedAt": "2026-03-03T07:00:00Z",
        "ID": 1,
    }
    assert post_to_postmark(SECRET, **fields) == 200
    assert Bounce.objects.get().message_id == delivery.message_id


def test_who_does_not_know_the_secret_tells_nothing(settings: Settings) -> None:
    from anymail.exceptions import AnymailWebhookValidationFailure

    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    issue()
    fields = {"RecordType": "SpamComplaint", "Email": "ada@example.org", "MessageID": "x"}
    with pytest.raises(AnymailWebhookValidationFailure):
        post_to_postmark("hook:a-wrong-secret", **fields)
    assert not Bounce.objects.exists()


class _Answer:
    """What the provider answers, and what it was sent."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.sent: list[dict[str, Any]] = []

    def request(self, _session: object, method: str, url: str, **options: Any) -> Any:
        self.sent.append(options)
        response = requests.Response()
        response.status_code = self.status
        response._content = b'{"id": "esp-1"}'
        response.request = requests.Request(method, url).prepare()
        return response


@pytest.fixture
def resend(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> _Answer:
    settings.EMAIL_BACKEND = "accounts.api_mail.KeyedResend"
    settings.ANYMAIL = {"RESEND_API_KEY": "key", "IGNORE_UNSUPPORTED_FEATURES": True}
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    answer = _Answer()
    monkeypatch.setattr(requests.Session, "request", lambda *a, **o: answer.request(*a, **o))
    return answer


def hand_over(delivery: Delivery) -> None:
    with open_transport() as transport:
        transport.send(message(delivery), lambda: None)


def test_the_key_and_our_id_go_along(resend: _Answer) -> None:
    delivery = issue()
    hand_over(delivery)
    (sent,) = resend.sent
    assert sent["headers"]["Idempotency-Key"] == delivery.message_id.strip("<>")
    body = json.loads(sent["data"])
    assert json.loads(body["headers"]["X-Metadata"]) == {"issue": delivery.message_id}
    assert body["to"] == ["ada@example.org"]
    assert "List-Unsubscribe" in body["headers"]
    assert "bounces" not in body["from"]


@pytest.mark.parametrize(("status", "error"), [(503, TryLaterError), (409, NoAnswerError)])
def test_what_is_known_again_may_be_tried_again(
    resend: _Answer, status: int, error: type[Exception]
) -> None:
    resend.status = status
    with pytest.raises(error):
        hand_over(issue())


def test_settings_wire_backend_and_webhooks(tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.urls import reverse\n"
        "from anymail.signals import tracking\n"
        "print(settings.EMAIL_BACKEND, settings.ANYMAIL['POSTMARK_SERVER_TOKEN'],\n"
        "      reverse('anymail:postmark_tracking_webhook'), tracking.has_listeners())\n"
    )
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "BROADSHEET_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ANYMAIL_PROVIDER": "postmark",
        "ANYMAIL_POSTMARK_SERVER_TOKEN": "token",
        "ANYMAIL_WEBHOOK_SECRET": SECRET,
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    expected = "anymail.backends.postmark.EmailBackend token /anymail/postmark/tracking/ True"
    assert done.stdout.strip() == expected, done.stderr
