from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import Delivery, User
from tests.accounts.digest.test_choose import NOW, popular
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/issues/preview/"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reader(client: Client) -> User:
    reader = make_user(digest_enabled=True, next_due_at=datetime(2026, 3, 4, 7, tzinfo=UTC))
    client.force_login(reader)
    return reader


def test_page_shows_what_the_next_issue_would_hold(client: Client, reader: User) -> None:
    popular(title="On Owls")
    page = client.get(URL).content.decode()
    assert "On Owls" in page
    assert "9 upvotes on Hugging Face" in page
    assert "Wednesday, 4 March, 07:00 (UTC)" in page


@pytest.mark.promise(30)
def test_looking_sends_and_keeps_nothing(
    client: Client, reader: User, mailoutbox: list[EmailMessage]
) -> None:
    popular()
    client.get(URL)
    assert (Delivery.objects.count(), mailoutbox) == (0, [])


def test_empty_issue_says_why(client: Client, reader: User) -> None:
    page = client.get(URL).content.decode()
    assert "None would go out now" in page
    assert "Nothing new for you was announced" in page


def test_preferences_count_at_once(client: Client, reader: User) -> None:
    popular(title="On Owls")
    User.objects.update(digest_only_matches=True)
    assert "Nothing matched" in client.get(URL).content.decode()


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(URL).headers["Location"].startswith("/accounts/login/")
