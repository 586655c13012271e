import re

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

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
