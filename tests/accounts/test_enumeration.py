import json
import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.digest import unsubscribe
from accounts.models import User
from tests.accounts.entering import give_app
from tests.accounts.passkeys import SoftKey, give_passkey
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.promise(34)]
KNOWN, OTHER = "known@example.org", "other@example.org"
PASSWORDS = {"password": "a wrong passphrase", "password1": "a long passphrase"}


def walk(url: str, field: str, email: str) -> list[tuple[int, str]]:
    """Fill in one form with one address in a fresh browser; return each answer of the way."""
    client = Client()
    client.get(url)
    response = client.post(url, {field: email, **PASSWORDS}, follow=True)
    steps = [(status, target) for target, status in response.redirect_chain]
    return [*steps, (response.status_code, anonymous(response.content.decode(), email))]


def anonymous(page: str, email: str) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return page.replace(email, "ADDRESS")


@pytest.mark.parametrize(
    ("url", "field", "mails_each"),
    [
        ("/accounts/signup/", "email", 1),
        ("/accounts/login/", "login", 0),
        ("/accounts/password/reset/", "email", 1),
        ("/accounts/login/code/", "email", 1),
    ],
)
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_known_and_unknown_addresses_get_the_same_answers(
    mailoutbox: list[EmailMessage], url: str, field: str, mails_each: int, is_confirmed: bool
) -> None:
    make_user(email=KNOWN)
    EmailAddress.objects.update(verified=is_confirmed)
    assert walk(url, field, KNOWN) == walk(url, field, OTHER)
    expected = [KNOWN] * mails_each + [OTHER] * mails_each
    assert [message.to[0] for message in mailoutbox] == expected


def test_a_second_sign_up_is_answered_like_the_first_of_a_known_address() -> None:
    make_user(email=KNOWN)
    first = [walk("/accounts/signup/", "email", email) for email in [KNOWN, OTHER]]
    again = [walk("/accounts/signup/", "email", email) for email in [KNOWN, OTHER]]
    assert first[0] == first[1]
    assert again[0] == again[1]


def test_signing_up_hashes_a_password_whether_the_address_is_known_or_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The hash is nearly all of the time that the answer takes (benchmarks/enumeration.py)."""
    make_user(email=KNOWN)
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(hasher, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    counts = []
    for email in (KNOWN, OTHER):
        hashed.clear()
        walk("/accounts/signup/", "email", email)
        counts.append(len(hashed))
    assert counts == [1, 1]


def test_signing_up_writes_as_much_for_a_known_address_and_leaves_nothing_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_user(email=KNOWN)
    caplog.clear()
    written = {}
    for email in (KNOWN, OTHER):
        with CaptureQueriesContext(connection) as asked:
            walk("/accounts/signup/", "email", email)
        tables = re.findall(r'INSERT INTO "(\w+)"', " ".join(each["sql"] for each in asked))
        written[email] = sorted(tables)
        if email == KNOWN:
            assert list(User.objects.values_list("email", flat=True)) == [KNOWN]
            assert EmailAddress.objects.count() == 1
            assert "account_created" not in caplog.text
    assert "accounts_user" in written[OTHER]
    assert written[KNOWN] == written[OTHER]


def test_the_security_log_asks_one_question_whether_the_address_is_known_or_not() -> None:
    make_user(email=KNOWN)
    for email in (KNOWN, OTHER):
        with CaptureQueriesContext(connection) as asked:
            walk("/accounts/login/", "login", email)
        whose = 'SELECT "account_emailaddress"."user_id"'
        assert sum(each["sql"].startswith(whose) for each in asked) == 1


def test_a_second_step_shows_to_nobody_without_the_password() -> None:
    user = make_user(email=KNOWN)
    give_app(user)
    give_passkey(user)
    assert walk("/accounts/login/", "login", KNOWN) == walk("/accounts/login/", "login", OTHER)


def test_a_second_step_shows_to_nobody_without_the_mailed_code(
    mailoutbox: list[EmailMessage],
) -> None:
    give_app(make_user(email=KNOWN))
    answers = [walk("/accounts/login/code/", "email", email) for email in (KNOWN, OTHER)]
    assert answers[0] == answers[1]
    assert [message.to for message in mailoutbox] == [[KNOWN], [OTHER]]


def test_a_passkey_of_nobody_is_refused_like_one_that_is_wrong() -> None:
    known, nobody = make_user(), User(pk=10**9)
    give_passkey(known, SoftKey())
    answers = []
    for user in (known, nobody):
        client, address = Client(), "/accounts/2fa/webauthn/login/"
        options = client.get(address, headers={"Accept": "application/json"}).json()
        answer = json.dumps(SoftKey().get(options["request_options"], user))
        page = client.post(address, {"credential": answer}, follow=True)
        answers.append((page.redirect_chain, anonymous(page.content.decode(), "none")))
    assert answers[0] == answers[1]


def forged(user_id: int) -> str:
    """A token of the right form, with a signature that is none of ours."""
    number, _dot, signature = unsubscribe.token_for(user_id).partition(".")
    return f"{number}.{signature[::-1]}"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_to_unsubscribe_tells_of_no_reader(
    mailoutbox: list[EmailMessage], method: str
) -> None:
    """The link of a mail names a number; without our signature one number is as good as another."""
    user = make_user(digest_enabled=True)
    answers = []
    for number in (user.pk, 10**9):
        path = reverse("accounts:unsubscribe", args=[forged(number)])
        response = getattr(Client(), method)(path)
        answers.append((response.status_code, anonymous(response.content.decode(), path)))
    assert answers[0] == answers[1]
    status, page = answers[0]
    assert status == 404
    assert "Some of it may be missing, or the account it was for no longer exists." in page
    user.refresh_from_db()
    assert user.digest_enabled
    assert mailoutbox == []
