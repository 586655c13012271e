from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.signing import Signer
from django.test import Client
from pytest_django import Settings

from accounts.digest import unsubscribe
from accounts.models import User
from tests.factories import make_user

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
pytestmark = [pytest.mark.django_db, pytest.mark.promise(39)]


@pytest.fixture
def reader() -> User:
    return make_user(email="ada@example.org", digest_enabled=True, next_due_at=datetime.now(UTC))


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


def is_subscribed(user: User) -> bool:
    user.refresh_from_db()
    return user.digest_enabled


def test_opening_the_link_changes_nothing(reader: User, visitor: Client) -> None:
    for _ in range(2):
        response = visitor.get(unsubscribe.url_path(reader.pk))
    assert response.status_code == 200
    assert is_subscribed(reader)


def test_one_click_post_without_a_cookie_acts(reader: User, visitor: Client) -> None:
    response = visitor.post(unsubscribe.url_path(reader.pk), ONE_CLICK)
    assert response.status_code == 200  # RFC 8058: no redirect
    assert not is_subscribed(reader)
    assert reader.next_due_at is None


def test_post_sets_no_cookie(reader: User, visitor: Client) -> None:
    visitor.post(unsubscribe.url_path(reader.pk), ONE_CLICK)
    assert not visitor.cookies


def test_replay_does_no_harm(reader: User, visitor: Client) -> None:
    visitor.post(unsubscribe.url_path(reader.pk), ONE_CLICK)
    response = visitor.post(unsubscribe.url_path(reader.pk), ONE_CLICK)
    assert "stopped before" in response.content.decode()
    assert not is_subscribed(reader)


def test_undo_switches_it_on_again(reader: User, visitor: Client) -> None:
    visitor.post(unsubscribe.url_path(reader.pk), ONE_CLICK)
    response = visitor.post(unsubscribe.url_path(reader.pk), {"undo": "1"})
    assert "goes to a…@example.org again" in response.content.decode()
    assert is_subscribed(reader)
    assert reader.next_due_at is not None


def test_undo_gives_weekdays_to_a_reader_without(reader: User, visitor: Client) -> None:
    User.objects.filter(pk=reader.pk).update(digest_enabled=False, digest_days=[])
    visitor.post(unsubscribe.url_path(reader.pk), {"undo": "1"})
    reader.refresh_from_db()
    assert reader.next_due_at is not None


def test_undo_plans_the_next_issue_by_the_settings_of_now(reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(digest_hour=20)
    unsubscribe.set_subscribed(reader, subscribed=True, now=datetime(2026, 3, 3, 7, tzinfo=UTC))
    assert reader.next_due_at == datetime(2026, 3, 3, 20, tzinfo=UTC)


def test_link_works_after_subscribing_again(reader: User, visitor: Client) -> None:
    for body in (ONE_CLICK, {"undo": "1"}, ONE_CLICK):
        visitor.post(unsubscribe.url_path(reader.pk), body)
    assert not is_subscribed(reader)


def test_page_says_what_happened_and_hides_the_address(reader: User, visitor: Client) -> None:
    page = visitor.post(unsubscribe.url_path(reader.pk), ONE_CLICK).content.decode()
    assert "From now on no daily digest goes to a…@example.org" in page
    assert "ada@" not in page


def test_old_link_still_works(reader: User, visitor: Client) -> None:
    path = unsubscribe.url_path(reader.pk)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=364)):
        visitor.post(path, ONE_CLICK)
    assert not is_subscribed(reader)


def test_link_survives_a_rotated_secret(reader: User, visitor: Client, settings: Settings) -> None:
    path = unsubscribe.url_path(reader.pk)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key that is long enough for anybody"
    visitor.post(path, ONE_CLICK)
    assert not is_subscribed(reader)


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "9" + t, lambda t: "x"])
def test_link_that_is_not_whole_is_a_clear_404(
    reader: User, visitor: Client, change: object
) -> None:
    assert callable(change)
    token = change(unsubscribe.token_for(reader.pk))
    response = visitor.post(f"/unsubscribe/{token}/", ONE_CLICK)
    assert response.status_code == 404
    assert "This link does not work" in response.content.decode()
    assert is_subscribed(reader)


def test_what_was_signed_for_something_else_opens_nothing(reader: User) -> None:
    for salt in ("", "accounts.subscribe", None):
        assert unsubscribe.find_reader(Signer(salt=salt, sep=".").sign(str(reader.pk))) is None


def test_link_of_a_deleted_account_looks_the_same(reader: User, visitor: Client) -> None:
    path = unsubscribe.url_path(reader.pk)
    reader.delete()
    assert visitor.get(path).status_code == 404


def test_other_methods_are_refused(reader: User, visitor: Client) -> None:
    assert visitor.delete(unsubscribe.url_path(reader.pk)).status_code == 405
