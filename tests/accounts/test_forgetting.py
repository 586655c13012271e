from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from accounts import forgetting, outbox
from accounts.digest import ledger
from accounts.models import ApiToken, Delivery
from tests.factories import make_user

NOW = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)


@pytest.mark.django_db
def test_issues_are_kept_for_a_year_and_the_latest_of_each_reader_for_ever() -> None:
    often, once, waits = make_user(), make_user(), make_user()
    for user, moment, state in (
        (often, LONG_AGO, "sent"),
        (often, NOW, "sent"),
        (once, LONG_AGO, "sent"),
        (waits, LONG_AGO, "due"),
        (waits, NOW, "sent"),
    ):
        ledger.new_delivery(user, moment.date(), moment, state=state).save()
    assert forgetting.forget_issues(NOW) == 1
    assert not Delivery.objects.filter(user=often, local_date=LONG_AGO.date()).exists()
    assert Delivery.objects.filter(user=once).exists()


@pytest.mark.django_db
def test_tokens_that_ended_go_after_90_days() -> None:
    reader = make_user()
    fields = [
        {"revoked_at": LONG_AGO},
        {"expires_at": LONG_AGO},
        {"revoked_at": NOW - timedelta(days=2)},
        {},
    ]
    for number, each in enumerate(fields):
        ApiToken.objects.create(
            user=reader, name="x", token_hash=bytes([number]) * 32, scopes=["read"], **each
        )
    assert forgetting.forget_tokens(NOW) == 2
    assert ApiToken.objects.count() == 2


@pytest.mark.django_db
def test_expired_logins_go_and_others_stay(client: Client) -> None:
    client.force_login(make_user())
    Client().force_login(make_user())
    gone = Session.objects.exclude(pk=client.session.session_key)
    gone.update(expire_date=LONG_AGO)
    forgetting.forget_sessions(NOW)
    assert Session.objects.get().pk == client.session.session_key


def test_mail_in_the_outbox_goes_after_30_days(settings: Settings, tmp_path: Path) -> None:
    settings.OUTBOX = tmp_path
    name = outbox.write_message(b"Subject: x\n\n")
    now = datetime.now(UTC)
    assert forgetting.forget_outbox(now + timedelta(days=29)) == 0
    assert forgetting.forget_outbox(now + timedelta(days=31)) == 1
    assert name not in outbox.list_names()
