import pytest
from pytest_django import Settings

from accounts import feed_keys
from readinglists import sharing
from tests.factories import make_follow

pytestmark = [pytest.mark.django_db, pytest.mark.promise(33)]


def test_a_key_opens_its_follow_and_no_other() -> None:
    first, second = make_follow(), make_follow()
    keys = [feed_keys.key_of(each) or "" for each in (first, second)]
    assert [feed_keys.find_follow(key) for key in keys] == [first, second]
    assert len(set(keys)) == 2


def test_no_key_is_stored() -> None:
    made = make_follow()
    key = feed_keys.key_of(made) or ""
    assert key.encode() not in bytes(made.feed_key_hash or b"")
    assert len(key) == 43


def test_a_new_key_ends_the_old_one() -> None:
    made = make_follow()
    old = feed_keys.key_of(made) or ""
    feed_keys.renew_key(made)
    assert feed_keys.find_follow(old) is None
    assert feed_keys.find_follow(feed_keys.key_of(made) or "") == made


def test_a_replaced_link_key_ends_all(settings: Settings) -> None:
    made = make_follow()
    key = feed_keys.key_of(made) or ""
    settings.LINK_KEY = "another"
    assert feed_keys.find_follow(key) is None
    made.refresh_from_db()
    assert feed_keys.key_of(made) is None


def test_a_closed_account_serves_no_feed() -> None:
    made = make_follow()
    made.user.is_active = False
    made.user.save()
    assert feed_keys.find_follow(feed_keys.key_of(made) or "") is None


def test_it_is_no_key_of_a_list_with_the_same_numbers() -> None:
    assert feed_keys.derive_key(1, 1) != sharing.derive_key(1, 1)


@pytest.mark.parametrize("key", ["", "x", "é", "A" * 43, "\x00", "\ud800"])
def test_odd_keys_open_nothing(key: str) -> None:
    make_follow()
    assert feed_keys.find_follow(key) is None
