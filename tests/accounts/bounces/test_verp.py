from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from accounts.bounces import verp
from accounts.digest import ledger
from accounts.models import Delivery, User
from tests.factories import make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bounce_address(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "bounces@example.org"


def issue(user: User | None = None) -> Delivery:
    delivery = ledger.new_delivery(user or make_user(), NOW.date(), NOW)
    delivery.save()
    return delivery


def test_the_address_names_the_issue() -> None:
    delivery = issue()
    issue()
    address = verp.return_path(delivery)
    assert address.startswith("bounces+")
    assert address.endswith("@example.org")
    assert verp.find_delivery(address) == delivery
    assert verp.find_delivery(f"<{address.upper()}>") == delivery


def test_without_the_setting_there_is_none(settings: Settings) -> None:
    delivery = issue()
    settings.BOUNCE_ADDRESS = ""
    assert verp.return_path(delivery) == ""


def test_the_longest_local_part_has_64_octets(settings: Settings) -> None:
    delivery = issue()
    delivery.pk = 2**63 - 1
    settings.BOUNCE_ADDRESS = f"{'b' * verp.LONGEST_LOCAL_PART}@example.org"
    assert len(verp.return_path(delivery).rpartition("@")[0]) == 64


def test_a_changed_token_names_nothing() -> None:
    local, _plus, rest = verp.return_path(issue()).partition("+")
    other = "1" if rest[-20] == "0" else "0"
    for changed in (f"{rest[:-20]}{other}{rest[-19:]}", f"1{rest}", rest[1:], "", "+@"):
        assert verp.find_delivery(f"{local}+{changed}") is None


@pytest.mark.parametrize("address", ["", "bounces@example.org", f"b+{'f' * 32}@example.org"])
def test_another_address_names_nothing(address: str) -> None:
    assert verp.find_delivery(address) is None


def test_a_token_for_an_address_left_behind_names_nothing() -> None:
    user = make_user()
    address = verp.return_path(issue(user))
    User.objects.filter(pk=user.pk).update(email="new@example.org")
    assert verp.find_delivery(address) is None
