from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.signing import Signer
from pytest_django import Settings

from accounts.digest import unsubscribe
from accounts.digest.links import JUDGE, MANAGE
from accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ISSUED = date(2026, 3, 3)
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def reader() -> User:
    return make_user(email="ada@example.org")


def test_a_token_finds_its_reader(reader: User) -> None:
    make_user()
    assert MANAGE.find_reader(MANAGE.token_for(reader, ISSUED), NOW) == reader


def test_it_lives_thirty_days_from_the_issue(reader: User) -> None:
    token = MANAGE.token_for(reader, ISSUED)
    assert MANAGE.find_reader(token, NOW + timedelta(days=30)) == reader
    assert MANAGE.find_reader(token, NOW + timedelta(days=31)) is None


def test_one_issue_has_one_token_however_often_it_is_rendered(reader: User) -> None:
    assert MANAGE.token_for(reader, ISSUED) == MANAGE.token_for(reader, ISSUED)


def test_a_later_date_cannot_be_written_into_it(reader: User) -> None:
    token = MANAGE.token_for(reader, ISSUED).replace("20260303", "20270303")
    assert MANAGE.find_reader(token, NOW) is None


def test_another_reader_cannot_be_written_into_it(reader: User) -> None:
    other = make_user()
    token = MANAGE.token_for(reader, ISSUED)
    assert MANAGE.find_reader(token.replace(str(reader.pk), str(other.pk), 1), NOW) is None


@pytest.mark.parametrize(
    "token",
    ["", ".", "x", "1.20260303", "1.20260303.x", "9" * 400, "9" * 18 + ".1.x", "¹.20260303.x"],
)
def test_what_is_not_whole_opens_nothing(reader: User, token: str) -> None:
    assert MANAGE.find_reader(token, NOW) is None


def test_no_other_token_of_the_site_opens_it(reader: User) -> None:
    assert MANAGE.find_reader(unsubscribe.token_for(reader.pk), NOW) is None
    for salt in ("", "accounts.digest.manage", "accounts.digest.unsubscribe"):
        other = Signer(salt=salt, sep=".").sign(f"{reader.pk}.20260303")
        assert MANAGE.find_reader(other, NOW) is None


def test_no_link_opens_what_another_is_for(reader: User) -> None:
    assert MANAGE.find_reader(JUDGE.token_for(reader, ISSUED), NOW) is None
    assert JUDGE.find_reader(MANAGE.token_for(reader, ISSUED), NOW) is None


def test_it_ends_no_subscription_for_ever(reader: User) -> None:
    assert unsubscribe.find_reader(MANAGE.token_for(reader, ISSUED)) is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": "eve@example.org"}])
def test_a_closed_account_or_another_address_ends_it(
    reader: User, change: dict[str, object]
) -> None:
    token = MANAGE.token_for(reader, ISSUED)
    User.objects.filter(pk=reader.pk).update(**change)
    assert MANAGE.find_reader(token, NOW) is None


def test_a_deleted_account_ends_it(reader: User) -> None:
    token = MANAGE.token_for(reader, ISSUED)
    reader.delete()
    assert MANAGE.find_reader(token, NOW) is None


def test_it_survives_a_rotated_secret(reader: User, settings: Settings) -> None:
    token = MANAGE.token_for(reader, ISSUED)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key that is long enough for anybody"
    assert MANAGE.find_reader(token, NOW) == reader
