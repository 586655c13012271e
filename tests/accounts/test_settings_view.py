from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User, all_sections
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL = "/settings/"
GOOD = {
    "digest_enabled": "on",
    "digest_hour": "6",
    "timezone": "America/New_York",
    "digest_days": ["0", "2"],
    "digest_size": "15",
    "rhythm": "daily",
    **{f"section_{key}": str(place) for place, key in enumerate(all_sections(), start=1)},
}


def save(client: Client, **changed: object) -> Any:
    fields = {key: value for key, value in {**GOOD, **changed}.items() if value is not None}
    with time_machine.travel(SUNDAY, tick=False):
        return client.post(URL, fields)


@pytest.fixture
def reader(client: Client) -> User:
    reader = make_user()
    client.force_login(reader)
    return reader


def test_saving_changes_what_was_asked(client: Client, reader: User) -> None:
    assert save(client).url == URL
    reader.refresh_from_db()
    assert reader.digest_enabled
    assert (reader.digest_hour, reader.timezone) == (6, "America/New_York")
    assert (reader.digest_days, reader.digest_size) == ([0, 2], 15)


def test_saving_counts_the_next_issue_anew(client: Client, reader: User) -> None:
    save(client)
    reader.refresh_from_db()
    assert reader.next_due_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


def test_switching_off_leaves_nothing_due(client: Client, reader: User) -> None:
    save(client)
    save(client, digest_enabled=None)
    reader.refresh_from_db()
    assert (reader.digest_enabled, reader.next_due_at) == (False, None)


def test_the_page_shows_the_next_issue_in_the_zone_of_the_reader(
    client: Client, reader: User
) -> None:
    save(client)
    with time_machine.travel(SUNDAY, tick=False):
        page = client.get(URL).content.decode()
    assert "Monday, 2 March, 06:00 (America/New_York)" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("timezone", "Mars/Base", "not a time zone we know"),
        ("digest_days", None, "Choose at least one day"),
        ("digest_days", ["7"], "Select a valid choice"),
        ("digest_hour", "24", "Select a valid choice"),
        ("digest_size", "0", "greater than or equal to 1"),
        ("digest_size", "51", "less than or equal to 50"),
    ],
)
def test_a_wrong_value_is_said_and_nothing_saved(
    client: Client, reader: User, field: str, value: object, words: str
) -> None:
    response = save(client, **{field: value})
    assert response.status_code == 422
    assert words in response.content.decode()
    reader.refresh_from_db()
    assert (reader.digest_enabled, reader.digest_size) == (False, 10)


def test_a_refused_form_keeps_what_was_typed(client: Client, reader: User) -> None:
    page = save(client, digest_size="51").content.decode()
    assert 'value="51"' in page
    assert '<option value="America/New_York" selected>' in page


def test_a_refused_form_announces_no_issue(client: Client, reader: User) -> None:
    assert "The digest is off: no issue is due." in save(client, digest_size="51").content.decode()


def test_days_are_not_needed_while_the_digest_is_off(client: Client, reader: User) -> None:
    assert save(client, digest_enabled=None, digest_days=None).status_code == 302


def test_other_fields_cannot_be_set(client: Client, reader: User) -> None:
    save(client, is_staff="on", email="other@example.org")
    reader.refresh_from_db()
    assert (reader.is_staff, reader.email != "other@example.org") == (False, True)


def test_each_reader_changes_only_their_own(client: Client, reader: User) -> None:
    other = make_user()
    save(client)
    other.refresh_from_db()
    assert not other.digest_enabled


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_is_asked_to_log_in(client: Client, method: str) -> None:
    response = getattr(client, method)(URL)
    assert response.url == f"{reverse('account_login')}?next=/settings/"


def test_looking_changes_nothing(client: Client, reader: User) -> None:
    before = User.objects.filter(pk=reader.pk).values().get()
    client.get(URL)
    assert User.objects.filter(pk=reader.pk).values().get() == before


def test_a_reader_without_password_is_offered_one(client: Client, reader: User) -> None:
    reader.set_unusable_password()
    reader.save()
    client.force_login(reader)
    assert reverse("account_set_password") in client.get(URL).content.decode()


def test_other_methods_are_refused(client: Client, reader: User) -> None:
    assert client.put(URL).status_code == 405
