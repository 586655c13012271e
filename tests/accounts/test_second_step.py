"""Authenticator apps, recovery codes and passkeys: what they open, ask for, and tell by mail."""

import re
from smtplib import SMTPServerDisconnected

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from tests.accounts.entering import PASSPHRASE, code_of, enter, give_app, make_user_without_password
from tests.accounts.mails import find_code
from tests.factories import make_user

pytestmark = pytest.mark.django_db
INDEX = "/accounts/2fa/"
SECOND = "/accounts/2fa/authenticate/"


def begin(client: Client, user: User) -> None:
    client.post("/accounts/login/", {"login": user.email, "password": PASSPHRASE})


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def set_up_app(client: Client, *, code: str = "") -> str:
    client.get(f"{INDEX}totp/activate/")
    secret = str(client.session["mfa.totp.secret"])
    client.post(f"{INDEX}totp/activate/", {"code": code or code_of(secret)})
    return secret


def test_the_password_alone_does_not_open_an_account_with_a_second_step(client: Client) -> None:
    user = make_user()
    secret = give_app(user)
    begin(client, user)
    assert not is_in(client)
    client.post(SECOND, {"code": code_of(secret)})
    assert is_in(client)


def test_nor_does_a_mailed_code(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = make_user_without_password()
    give_app(user)
    client.post("/accounts/login/code/", {"email": user.email})
    response = client.post("/accounts/login/code/confirm/", {"code": find_code(mailoutbox[-1])})
    assert response["Location"] == SECOND
    assert not is_in(client)


def test_wrong_digits_are_said_and_slowed_down(client: Client) -> None:
    user = make_user()
    secret = give_app(user)
    begin(client, user)
    for _ in range(5):
        assert "Incorrect code" in client.post(SECOND, {"code": "x"}).content.decode()
    assert "Too many" in client.post(SECOND, {"code": code_of(secret)}).content.decode()
    assert not is_in(client)


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_wrong(client: Client, step: int) -> None:
    user = make_user()
    secret = give_app(user)
    begin(client, user)
    client.post(SECOND, {"code": code_of(secret, step=step)})
    assert is_in(client)


def test_digits_open_once_and_none_older_do_whatever_the_cache_forgot(
    client: Client, settings: Settings
) -> None:
    user = make_user()
    secret = give_app(user)
    begin(client, user)
    client.post(SECOND, {"code": code_of(secret)})
    backend = "django.core.cache.backends.dummy.DummyCache"
    settings.CACHES = {**settings.CACHES, "default": {"BACKEND": backend}}
    for step in (0, -1):
        again = Client()
        begin(again, user)
        assert (
            "Incorrect" in again.post(SECOND, {"code": code_of(secret, step=step)}).content.decode()
        )
        assert not is_in(again)


def test_a_recovery_code_opens_once() -> None:
    user = make_user()
    give_app(user)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in (True, False):
        client = Client()
        begin(client, user)
        client.post(SECOND, {"code": code})
        assert is_in(client) == expected


def test_setting_up_an_app_shows_the_recovery_codes(client: Client) -> None:
    enter(client, make_user())
    page = client.get(f"{INDEX}totp/activate/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert str(client.session["mfa.totp.secret"]) in page
    secret = client.session["mfa.totp.secret"]
    answer = client.post(f"{INDEX}totp/activate/", {"code": code_of(secret)})
    assert answer["Location"] == f"{INDEX}recovery-codes/"


def test_wrong_digits_set_nothing_up(client: Client) -> None:
    enter(client, make_user())
    set_up_app(client, code="000000x")
    assert not Authenticator.objects.exists()


def test_reading_the_codes_writes_nothing(client: Client) -> None:
    user = make_user()
    give_app(user)
    enter(client, user)
    before = list(Authenticator.objects.values())
    page = client.get(f"{INDEX}recovery-codes/").content.decode()
    file = client.get(f"{INDEX}recovery-codes/download/")
    codes = file.content.decode().split()
    assert len(codes) == 10
    assert all(code in page for code in codes)
    assert "no-store" in file["Cache-Control"]
    assert "attachment" in file["Content-Disposition"]
    assert list(Authenticator.objects.values()) == before


@pytest.mark.parametrize("page", ["recovery-codes/", "recovery-codes/download/"])
def test_who_has_no_codes_finds_none(client: Client, page: str) -> None:
    enter(client, make_user())
    assert client.get(f"{INDEX}{page}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("totp/activate/", "recovery-codes/", "recovery-codes/download/"),
        *("recovery-codes/generate/", "webauthn/add/"),
    ],
)
@pytest.mark.parametrize("has_password", [True, False])
def test_changing_the_second_step_asks_who_it_is(
    client: Client, path: str, has_password: bool
) -> None:
    client.force_login(make_user() if has_password else make_user_without_password())
    asked = "/accounts/reauthenticate/" if has_password else "/settings/prove/"
    assert client.get(f"{INDEX}{path}")["Location"].startswith(asked)


def test_visitors_are_sent_to_log_in(client: Client) -> None:
    for path in ("", "totp/activate/", "recovery-codes/", "webauthn/", "webauthn/add/"):
        assert client.get(f"{INDEX}{path}")["Location"].startswith("/accounts/login/")


@pytest.mark.django_db(transaction=True)
def test_each_change_is_told_by_mail(client: Client, mailoutbox: list[EmailMessage]) -> None:
    enter(client, make_user())
    set_up_app(client)
    client.post(f"{INDEX}recovery-codes/generate/")
    client.post(f"{INDEX}totp/deactivate/")
    subjects = [str(message.subject) for message in mailoutbox]
    assert [re.search("set up|recovery|off", each)[0] for each in subjects] == [  # type: ignore[index]
        *("set up", "recovery", "off")
    ]
    assert all(len(message.alternatives) == 1 for message in mailoutbox)  # type: ignore[attr-defined]
    assert "log in by a code and change your password" in str(mailoutbox[0].body)


def test_pages_of_passkeys_hold_no_script_of_their_own(client: Client) -> None:
    user = make_user()
    enter(client, user)
    pages = [client.get(f"{INDEX}webauthn/add/"), Client().get("/accounts/login/")]
    for page in pages:
        scripts = re.findall(r"<script([^>]*)>", page.content.decode())
        assert all("src=" in each or 'type="application/json"' in each for each in scripts)


ANSWERS = [
    *("", "x", "{}", "[]", "null", "1", '"x"', '{"id": 1}', '{"id": "AA", "rawId": "AA"}'),
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": []}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "attestationObject": "AA"}}',
]


@pytest.mark.parametrize("sent", ANSWERS)
def test_nonsense_for_a_passkey_is_refused_in_words(client: Client, sent: str) -> None:
    client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    response = client.post("/accounts/2fa/webauthn/login/", {"credential": sent})
    assert response["Location"] == "/accounts/login/"
    assert not is_in(client)
    enter(client, make_user())
    client.get(f"{INDEX}webauthn/add/")
    response = client.post(f"{INDEX}webauthn/add/", {"credential": sent, "name": "A"})
    assert response.status_code == 200
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("sent", ANSWERS)
def test_nonsense_is_no_second_step_either(client: Client, sent: str) -> None:
    user = make_user()
    give_app(user)
    begin(client, user)
    assert client.post(SECOND, {"credential": sent}).status_code == 200
    assert not is_in(client)


class TestOperators:
    @pytest.fixture(autouse=True)
    def wanted(self, settings: Settings) -> None:
        settings.STAFF_NEEDS_MFA = True

    @pytest.mark.parametrize("page", ["/admin/", "/sources/", "/operate/digest/"])
    def test_without_a_second_step_their_pages_say_to_set_one_up(
        self, client: Client, page: str
    ) -> None:
        enter(client, make_user(is_staff=True, is_superuser=True))
        assert client.get(page)["Location"] == "/operate/second-step/"
        assert INDEX in client.get("/operate/second-step/").content.decode()

    def test_with_one_they_are_asked_for_it_and_come_back(self, client: Client) -> None:
        user = make_user(is_staff=True, is_superuser=True)
        secret = give_app(user)
        client.force_login(user)
        where = client.get("/admin/")["Location"]
        assert where == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"
        sent = {"code": code_of(secret), "next": "/admin/"}
        assert client.post(where, sent)["Location"] == "/admin/"
        assert client.get("/admin/").status_code == 200

    def test_who_logged_in_by_it_is_not_asked_again(self, client: Client) -> None:
        user = make_user(is_staff=True, is_superuser=True)
        secret = give_app(user)
        begin(client, user)
        client.post(SECOND, {"code": code_of(secret)})
        assert client.get("/admin/").status_code == 200

    def test_nothing_is_written_without_it(self, client: Client) -> None:
        enter(client, make_user(is_staff=True, is_superuser=True))
        other = make_user()
        client.post(f"/admin/accounts/user/{other.pk}/delete/", {"post": "yes"})
        assert User.objects.filter(pk=other.pk).exists()

    def test_readers_see_nothing_of_it(self, client: Client) -> None:
        client.force_login(make_user())
        assert client.get("/settings/").status_code == 200
        assert client.get("/operate/digest/").status_code == 404

    @pytest.mark.django_db(transaction=True)
    def test_who_has_just_set_it_up_goes_on(self, client: Client) -> None:
        enter(client, make_user(is_staff=True, is_superuser=True))
        set_up_app(client)
        assert client.get("/admin/").status_code == 200


def test_a_site_that_does_not_want_it_asks_for_nothing(client: Client) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert client.get("/admin/").status_code == 200


class TestAdmin:
    def test_an_operator_takes_a_second_step_away_and_the_reader_is_told(
        self,
        client: Client,
        mailoutbox: list[EmailMessage],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        reader, there = make_user(), Client()
        give_app(reader)
        there.force_login(reader)
        client.force_login(make_user(is_staff=True, is_superuser=True))
        row = Authenticator.objects.get(type="totp")
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"/admin/mfa/authenticator/{row.pk}/delete/", {"post": "yes"})
        assert not Authenticator.objects.filter(type="totp").exists()
        assert not is_in(there)
        assert mailoutbox[-1].to == [reader.email]
        assert "removed" in mailoutbox[-1].subject
        assert "done by whoever runs this site" in str(mailoutbox[-1].body)
        assert "It came from:" not in str(mailoutbox[-1].body)

    @pytest.mark.django_db(transaction=True)
    def test_it_goes_where_no_mail_can_be_sent_too(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_message: EmailMessage) -> int:
            raise SMTPServerDisconnected

        monkeypatch.setattr(EmailMessage, "send", fail)
        give_app(make_user())
        client.force_login(make_user(is_staff=True, is_superuser=True))
        row = Authenticator.objects.get(type="totp")
        page = f"/admin/mfa/authenticator/{row.pk}/delete/"
        answer = client.post(page, {"post": "yes"}, follow=True)
        assert "mail to the reader could not be sent" in answer.content.decode()
        assert not Authenticator.objects.filter(type="totp").exists()

    def test_no_key_is_shown_and_none_can_be_changed(self, client: Client) -> None:
        secret = give_app(make_user())
        operator = make_user(is_staff=True, is_superuser=True)
        client.force_login(operator)
        row = Authenticator.objects.get(type="totp")
        page = client.get(f"/admin/mfa/authenticator/{row.pk}/change/")
        assert page.status_code == 200
        assert secret not in page.content.decode()
        assert client.post(f"/admin/mfa/authenticator/{row.pk}/change/", {}).status_code == 403
        assert client.get("/admin/mfa/authenticator/?q=reader").status_code == 200
        assert client.get("/admin/usersessions/usersession/").status_code == 404

    def test_an_operator_without_the_right_cannot(self, client: Client) -> None:
        give_app(make_user())
        operator = make_user(is_staff=True)
        operator.user_permissions.add(Permission.objects.get(codename="view_authenticator"))
        client.force_login(operator)
        row = Authenticator.objects.get(type="totp")
        response = client.post(f"/admin/mfa/authenticator/{row.pk}/delete/", {"post": "yes"})
        assert response.status_code == 403
