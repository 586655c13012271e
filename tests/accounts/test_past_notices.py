"""What allauth's own security notices were about, and what is like it."""

import json

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import User
from tests.accounts.entering import PASSPHRASE, code_of, enter, give_app
from tests.accounts.mails import find_link
from tests.accounts.passkeys import SoftKey, give_passkey
from tests.factories import make_user

pytestmark = pytest.mark.django_db
REPEAT = "/accounts/2fa/webauthn/reauthenticate/"


def guess(client: Client, email: str, **headers: str) -> str:
    sent = {"login": email, "password": "a wrong passphrase"}
    return client.post("/accounts/login/", sent, headers=headers).content.decode()


def spray(client: Client, count: int) -> list[bool]:
    """Guess once at each of so many accounts; say for each whether that was too much."""
    return ["Too many" in guess(client, f"reader-{n}@example.org") for n in range(count)]


@pytest.mark.promise(35)
def test_a_header_gives_no_client_another_address(client: Client) -> None:
    answers = [
        "Too many" in guess(client, f"r{n}@example.org", **{"X-Forwarded-For": f"10.1.1.{n}"})
        for n in range(11)
    ]
    assert answers == [False] * 10 + [True]


@pytest.mark.promise(35)
@pytest.mark.parametrize("how", ["password", "app", "passkey", "recovery code", "reset"])
def test_success_on_one_account_wipes_no_count_of_the_networks_failures(
    client: Client, mailoutbox: list[EmailMessage], how: str
) -> None:
    mine = make_user()
    assert spray(client, 9) == [False] * 9
    own = Client()
    if how == "password":
        own.post("/accounts/login/", {"login": mine.email, "password": PASSPHRASE})
    elif how == "reset":
        own.post("/accounts/password/reset/", {"email": mine.email})
        form = own.get(find_link(mailoutbox[-1]))["Location"]
        own.post(form, {"password1": "a new passphrase", "password2": "a new passphrase"})
    elif how == "passkey":
        key = SoftKey()
        give_passkey(mine, key)
        own.force_login(mine)
        answer = key.get(own.get(REPEAT).context["js_data"]["request_options"], mine)
        assert own.post(REPEAT, {"credential": json.dumps(answer)}).status_code == 302
    else:
        secret = give_app(mine)
        rows = mine.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()  # type: ignore[attr-defined]
        own.force_login(mine)
        code = code_of(secret) if how == "app" else rows[0]
        assert own.post("/accounts/2fa/reauthenticate/", {"code": code}).status_code == 302
    assert [*spray(client, 2)] == [False, True]


def test_a_login_that_succeeds_costs_nothing() -> None:
    user = make_user()
    for _ in range(12):
        client = Client()
        client.post("/accounts/login/", {"login": user.email, "password": PASSPHRASE})
        assert "_auth_user_id" in client.session


class TestChangingTheAddress:
    def add(self, client: Client, email: str) -> None:
        client.post("/accounts/email/", {"action_add": "", "email": email})

    def test_one_that_nobody_confirmed_is_not_made_the_main_one(self, client: Client) -> None:
        user = make_user()
        enter(client, user)
        self.add(client, "victim@example.org")
        client.post("/accounts/email/", {"action_primary": "", "email": "victim@example.org"})
        user.refresh_from_db()
        assert user.email != "victim@example.org"
        assert not EmailAddress.objects.get(email="victim@example.org").verified

    def test_the_link_confirms_for_the_account_that_asked_and_no_other(
        self, client: Client, mailoutbox: list[EmailMessage]
    ) -> None:
        asking, other = make_user(), make_user()
        enter(client, asking)
        self.add(client, "new@example.org")
        link = find_link(mailoutbox[-1])
        elsewhere = Client()
        enter(elsewhere, other)
        elsewhere.post(link)
        assert set(EmailAddress.objects.filter(user=other).values_list("email", flat=True)) == {
            other.email
        }

    def test_an_address_of_another_account_is_not_taken_over(
        self, client: Client, mailoutbox: list[EmailMessage]
    ) -> None:
        victim = make_user(email="victim@example.org")
        enter(client, make_user())
        self.add(client, victim.email)
        # Their mailbox is asked, as for any: an answer in place would tell that it is known.
        Client().post(find_link(mailoutbox[-1]))
        assert EmailAddress.objects.get(email=victim.email, verified=True).user == victim

    def test_the_link_for_an_address_that_was_taken_off_again_adds_nothing(
        self, client: Client, mailoutbox: list[EmailMessage]
    ) -> None:
        user = make_user()
        enter(client, user)
        self.add(client, "new@example.org")
        client.post("/accounts/email/", {"action_remove": "", "email": "new@example.org"})
        client.post(find_link(mailoutbox[0]))
        assert not EmailAddress.objects.filter(email="new@example.org").exists()

    def test_the_old_address_is_told_of_the_new_one(
        self, client: Client, mailoutbox: list[EmailMessage]
    ) -> None:
        user = make_user(email="old@example.org")
        EmailAddress.objects.create(user=user, email="new@example.org", verified=True)
        enter(client, user)
        client.post("/accounts/email/", {"action_primary": "", "email": "new@example.org"})
        assert User.objects.get().email == "new@example.org"
        assert "old@example.org" in [message.to[0] for message in mailoutbox]
