"""The security log (OWASP ASVS 5.0, 16.2 and 16.3): a line for each event, nothing typed in any."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from accounts import security_log, tokens
from accounts.models import ApiToken, Suppression, User
from accounts.subscribe import Wish, make_token
from config.log_lines import JsonFormatter, as_settings
from tests.accounts.entering import PASSPHRASE, code_of, enter, give_app, make_user_without_password
from tests.accounts.mails import find_code, find_link
from tests.accounts.passkeys import SoftKey, give_passkey
from tests.api_client import Program
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NEW = {"password1": "another long passphrase", "password2": "another long passphrase"}
NET = "network=127.0.0.0/24"
TYPED = "zebra"  # in all that these tests type and that must stand nowhere
SECOND = "/accounts/2fa/authenticate/"
PASSKEY = "/accounts/2fa/webauthn/login/"


class Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []  # as JSON, all of it
        self._new: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(JsonFormatter().format(record))
        self._new.append(f"{record.levelname[0]} {record.getMessage()}")

    def take(self) -> list[str]:
        """The lines since it was last asked, each after its level's first letter."""
        lines, self._new = self._new, []
        return lines


@pytest.fixture(autouse=True)
def log() -> Iterator[Log]:
    """Whatever a test is about: nothing that it typed may have been written."""
    handler = Log()
    security_log.logger.addHandler(handler)
    yield handler
    security_log.logger.removeHandler(handler)
    assert handler.written
    assert [line for line in handler.written if TYPED in line or PASSPHRASE in line] == []


@pytest.fixture
def reader(log: Log) -> User:
    user = make_user(email=f"{TYPED}@example.org")
    log.take()
    return user


def log_in(client: Client, email: str, password: str = PASSPHRASE) -> None:
    client.post("/accounts/login/", {"login": email, "password": password})


def test_logging_in_and_out(client: Client, reader: User, log: Log) -> None:
    log_in(client, reader.email.upper())
    client.post("/accounts/logout/")
    assert log.take() == [
        f"I logged_in user={reader.pk} {NET} by=password",
        f"I logged_out user={reader.pk} {NET}",
    ]


def test_a_wrong_login_names_the_account_by_its_number_and_no_address(
    client: Client, reader: User, log: Log
) -> None:
    log_in(client, reader.email, f"{TYPED} in a passphrase")
    log_in(client, f"{TYPED}@elsewhere.example", f"{TYPED} in a passphrase")
    assert log.take() == [
        f"W login_failed user={reader.pk} {NET} by=password",
        f"W login_failed {NET} by=password",
    ]


def test_too_many_logins(client: Client, reader: User, log: Log) -> None:
    for _ in range(6):
        log_in(client, reader.email, "a wrong passphrase")
    assert log.take()[-2:] == [
        f"W login_failed user={reader.pk} {NET} by=password",
        f"W limit_reached {NET} what=logins",
    ]


def test_a_mailed_code(
    client: Client, reader: User, log: Log, mailoutbox: list[EmailMessage]
) -> None:
    client.post("/accounts/login/code/", {"email": reader.email})
    client.post("/accounts/login/code/confirm/", {"code": TYPED})
    client.post("/accounts/login/code/confirm/", {"code": find_code(mailoutbox[-1])})
    assert log.take() == [
        f"W login_failed user={reader.pk} {NET} by=code",
        f"I logged_in user={reader.pk} {NET} by=code",
    ]


def test_the_second_step(client: Client, reader: User, log: Log) -> None:
    secret = give_app(reader)
    log_in(client, reader.email)
    client.post(SECOND, {"code": TYPED})
    client.post(SECOND, {"code": code_of(secret)})
    assert log.take() == [
        f"W second_step_failed user={reader.pk} {NET} by=totp",
        f"I logged_in user={reader.pk} {NET} by=password+totp",
    ]


def test_a_code_of_the_app_that_was_used(client: Client, reader: User, log: Log) -> None:
    secret = give_app(reader)
    for browser in (client, Client()):
        log_in(browser, reader.email)
        browser.post(SECOND, {"code": code_of(secret)})
    assert log.take()[-1] == f"W second_step_failed user={reader.pk} {NET} by=totp"


@pytest.mark.parametrize("answer", [json.dumps({"id": TYPED}), None])
def test_a_passkey(client: Client, reader: User, log: Log, answer: str | None) -> None:
    """Refused are an answer that is none, and one of another key."""
    give_passkey(reader, key := SoftKey())
    options = client.get(PASSKEY, headers={"Accept": "application/json"}).json()["request_options"]
    client.post(PASSKEY, {"credential": answer or json.dumps(SoftKey().get(options, reader))})
    options = client.get(PASSKEY, headers={"Accept": "application/json"}).json()["request_options"]
    client.post(PASSKEY, {"credential": json.dumps(key.get(options, reader))})
    assert log.take() == [
        f"W login_failed {NET} by=webauthn",
        f"I logged_in user={reader.pk} {NET} by=webauthn",
    ]


def test_a_second_step_comes_and_goes(
    client: Client, reader: User, log: Log, django_capture_on_commit_callbacks: Any
) -> None:
    enter(client, reader)
    log.take()
    client.get("/accounts/2fa/totp/activate/")
    secret = str(client.session["mfa.totp.secret"])
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    reader.refresh_from_db()  # the session's new id came too late for its cookie here
    enter(client, reader)
    client.post("/accounts/2fa/totp/deactivate/")
    lines = log.take()
    for event in ("second_step_added", "second_step_removed"):
        assert f"I {event} user={reader.pk} {NET} by=totp" in lines
    assert f"I sessions_ended user={reader.pk} {NET} which=others" in lines


def test_proof_by_password(client: Client, reader: User, log: Log) -> None:
    client.force_login(reader)
    log.take()
    client.post("/accounts/reauthenticate/", {"password": f"{TYPED} in a passphrase"})
    client.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    assert log.take() == [
        f"W proof_failed user={reader.pk} {NET} by=password",
        f"I proved user={reader.pk} {NET} by=password",
    ]


def test_proof_by_second_step(client: Client, reader: User, log: Log) -> None:
    secret = give_app(reader)
    client.force_login(reader)
    log.take()
    client.post("/accounts/2fa/reauthenticate/", {"code": TYPED})
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})
    assert log.take() == [
        f"W proof_failed user={reader.pk} {NET} by=totp",
        f"I proved user={reader.pk} {NET} by=totp",
    ]


def test_proof_by_a_mailed_code(client: Client, log: Log, mailoutbox: list[EmailMessage]) -> None:
    reader = make_user_without_password()
    client.force_login(reader)
    log.take()
    client.post("/settings/prove/code/")
    client.post("/settings/prove/", {"code": TYPED})
    client.post("/settings/prove/", {"code": find_code(mailoutbox[-1])})
    assert log.take() == [
        f"W proof_failed user={reader.pk} {NET} by=code",
        f"I proved user={reader.pk} {NET} by=code",
    ]


def test_another_password(client: Client, reader: User, log: Log) -> None:
    enter(client, reader)
    log.take()
    page = "/accounts/password/change/"
    client.post(page, {"oldpassword": f"{TYPED} in a passphrase", **NEW})
    client.post(page, {"oldpassword": PASSPHRASE, **NEW})
    lines = log.take()
    assert lines[0] == f"W proof_failed user={reader.pk} {NET} by=password"
    assert f"I password_changed user={reader.pk} {NET}" in lines


def test_a_first_password_and_one_by_mail(
    client: Client, log: Log, mailoutbox: list[EmailMessage]
) -> None:
    reader = make_user_without_password()
    enter(client, reader, method="code")
    log.take()
    client.post("/accounts/password/set/", NEW)
    assert f"I password_set user={reader.pk} {NET}" in log.take()
    stranger = Client()
    stranger.post("/accounts/password/reset/", {"email": reader.email})
    stranger.post(stranger.get(find_link(mailoutbox[-1]))["Location"], NEW)
    assert f"I password_reset user={reader.pk} {NET}" in log.take()


def test_another_address(
    client: Client, reader: User, log: Log, mailoutbox: list[EmailMessage]
) -> None:
    enter(client, reader)
    log.take()
    page, other = "/accounts/email/", f"{TYPED}@elsewhere.example"
    client.post(page, {"email": other, "action_add": ""})
    client.post(find_link(mailoutbox[-1]))
    client.post(page, {"email": other, "action_primary": ""})
    client.post(page, {"email": reader.email, "action_remove": ""})
    lines = log.take()
    for event in ("email_confirmed", "email_changed", "email_removed"):
        assert f"I {event} user={reader.pk} {NET}" in lines


def test_an_account_by_sign_up(client: Client, log: Log) -> None:
    client.post("/accounts/signup/", {"email": f"{TYPED}@example.org", "password1": PASSPHRASE})
    assert log.take() == [f"I account_created user={User.objects.get().pk} {NET}"]


def test_an_account_by_the_subscribe_box_and_its_end(client: Client, log: Log) -> None:
    client.post(f"/subscribe/confirm/{make_token(Wish(f'{TYPED}@example.org', 'UTC'))}/")
    reader = User.objects.get()
    assert log.take() == [f"I account_created user={reader.pk} {NET}"]
    enter(client, reader, method="code")
    log.take()
    client.post("/settings/delete/", {"sure": "on"})
    assert f"I account_deleted user={reader.pk} {NET}" in log.take()


def test_a_token(client: Client, reader: User, log: Log) -> None:
    enter(client, reader)
    log.take()
    sent = {"name": TYPED, "scopes": ["read"], "lifetime": "365"}
    client.post("/settings/tokens/", sent)
    row = ApiToken.objects.get().pk
    for _ in range(2):  # the second time nothing ends
        client.post(f"/settings/tokens/{row}/revoke/")
    assert log.take() == [
        f"I token_made user={reader.pk} {NET} row={row}",
        f"I token_revoked user={reader.pk} {NET} row={row}",
    ]


def test_a_token_that_opens_nothing(reader: User, log: Log) -> None:
    made, text = tokens.make_token(reader, "one", ["read"])
    tokens.revoke(made, now=timezone.now())
    log.take()
    Program(text).get("/api/v1/me")
    assert log.take() == [f"W token_refused {NET}"]


def test_sessions_that_are_ended(client: Client, reader: User, log: Log) -> None:
    other = Client()
    for browser in (client, other):
        log_in(browser, reader.email)
    client.post("/accounts/reauthenticate/", {"password": PASSPHRASE})
    log.take()
    row = UserSession.objects.get(session_key=other.session.session_key).pk
    client.post(f"/settings/sessions/{row}/end/")
    client.post("/settings/sessions/end-others/")
    assert log.take() == [
        f"I sessions_ended user={reader.pk} {NET} which=one",
        f"I sessions_ended user={reader.pk} {NET} which=others",
    ]


def test_a_limit_of_requests(client: Client, reader: User, log: Log) -> None:
    client.force_login(reader)
    log.take()
    statuses = [client.post("/accounts/login/code/").status_code for _ in range(301)]
    assert statuses[-1] == 429
    assert log.take() == [f"W limit_reached user={reader.pk} {NET} what=account_request_login_code"]


def test_changes_in_the_admin(client: Client, reader: User, log: Log) -> None:
    boss = User.objects.create_superuser("boss@example.org", PASSPHRASE)
    client.force_login(boss)
    log.take()
    page = "/admin/accounts/suppression/"
    for number in range(3):
        fields = {"address": f"{TYPED}{number}@example.org", "said": TYPED}
        client.post(f"{page}add/", fields)
    rows = sorted(Suppression.objects.values_list("pk", flat=True))
    about = f"user={boss.pk} {NET} model=accounts.suppression"
    assert log.take() == [f"I admin_added {about} row={row}" for row in rows]
    client.post(f"{page}{rows[0]}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": rows[1:]}
    client.post(page, chosen)  # asks whether that is meant
    client.post(page, {**chosen, "post": "yes"})
    assert sorted(log.take()) == [f"I admin_deleted {about} row={row}" for row in rows]
    group = Group.objects.create(name="editors")
    client.post(f"/admin/auth/group/{group.pk}/change/", {"name": TYPED})
    assert log.take()[0].startswith(f"I admin_changed user={boss.pk} {NET} model=auth.group ")


def test_rights_that_are_given_and_taken(client: Client, reader: User, log: Log) -> None:
    boss = User.objects.create_superuser("boss@example.org", PASSPHRASE)
    group = Group.objects.create(name=TYPED)
    reader.groups.add(group)
    enter(client, boss)
    log.take()
    fields = {"email": reader.email, "digest_hour": "7", "timezone": "UTC", "is_staff": "on"}
    more = {"digest_days": "0", "digest_size": "10"}
    client.post(f"/admin/accounts/user/{reader.pk}/change/", {**fields, **more})
    about = f"user={boss.pk} {NET} row={reader.pk}"
    assert log.take() == [
        f"I rights_changed {about} given=is_staff taken=is_active,group:{group.pk}",
        f"I admin_changed user={boss.pk} {NET} model=accounts.user row={reader.pk}",
    ]


def test_one_row_that_is_chosen_alone_is_said_once(client: Client, log: Log) -> None:
    boss = User.objects.create_superuser("boss@example.org", PASSPHRASE)
    client.force_login(boss)
    row = Group.objects.create(name="editors").pk
    log.take()
    chosen = {"action": "delete_selected", "_selected_action": row, "post": "yes"}
    client.post("/admin/auth/group/", chosen)
    assert log.take() == [f"I admin_deleted user={boss.pk} {NET} model=auth.group row={row}"]


def test_a_line_of_json_has_each_word_as_a_field(client: Client, reader: User, log: Log) -> None:
    client.post(
        "/accounts/login/",
        {"login": reader.email, "password": f"{TYPED} in a passphrase"},
        REMOTE_ADDR="2001:db8:1234:5678::9",
    )
    said = json.loads(log.written[-1])
    assert said["logger"] == "broadsheet.security"
    assert said["level"] == "WARNING"
    words = {name: said[name] for name in ("event", "user", "network", "by")}
    assert words == {
        "event": "login_failed",
        "user": reader.pk,
        "network": "2001:db8:1234::/48",
        "by": "password",
    }
    assert "time" in said


def test_a_row_named_by_somebody_cannot_look_like_another_word(log: Log) -> None:
    security_log.note("admin_changed", row="7 user=1\nI logged_in")
    assert log.take() == ["I admin_changed row=7_user_1_I_logged_in"]


def test_without_a_request_there_is_no_network(log: Log) -> None:
    made = User.objects.create_user("cron@example.org")
    assert log.take() == [f"I account_created user={made.pk}"]


def test_lines_are_written_whatever_the_level_of_the_others() -> None:
    security_log.note("logged_in")
    levels = as_settings("ERROR", "plain")["loggers"]
    assert levels[security_log.NAME] == {"level": "INFO"}
