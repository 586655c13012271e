import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.subscribe import Wish, make_token
from tests.factories import make_user

pytestmark = pytest.mark.django_db
WISH = Wish("new@example.org", "Europe/Berlin")


def address_of(wish: Wish = WISH) -> str:
    return reverse("accounts:confirm_subscription", args=[make_token(wish)])


@pytest.mark.promise(30)
def test_opening_the_link_asks_and_changes_nothing(client: Client) -> None:
    response = client.get(address_of())
    assert "new@example.org" in response.content.decode()
    assert '<form method="post">' in response.content.decode()
    assert not User.objects.exists()


def test_pressing_the_button_makes_the_reader(client: Client) -> None:
    response = client.post(address_of())
    reader = User.objects.get()
    assert (reader.email, reader.digest_enabled) == ("new@example.org", True)
    assert "Europe/Berlin" in response.content.decode()


def test_it_logs_nobody_in(client: Client) -> None:
    client.post(address_of())
    assert "_auth_user_id" not in client.session


def test_it_leaves_another_reader_logged_in(client: Client) -> None:
    other = make_user()
    client.force_login(other)
    client.post(address_of())
    assert client.session["_auth_user_id"] == str(other.pk)


def test_pressing_twice_is_said_and_makes_one_reader(client: Client) -> None:
    address = address_of()
    client.post(address)
    assert "subscribed already" in client.post(address).content.decode()
    assert User.objects.count() == 1


def test_a_closed_account_is_said(client: Client) -> None:
    make_user(email=WISH.email, is_active=False)
    assert "closed" in client.post(address_of()).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_broken_link_offers_the_box_again(client: Client, method: str) -> None:
    address = reverse("accounts:confirm_subscription", args=["broken"])
    response = getattr(client, method)(address)
    assert response.status_code == 410
    assert 'action="/subscribe/"' in response.content.decode()
    assert not User.objects.exists()


def test_an_old_link_says_that_it_is_old(client: Client) -> None:
    with time_machine.travel("2026-03-01", tick=False):
        address = address_of()
    with time_machine.travel("2026-03-04", tick=False):
        assert "too old" in client.post(address).content.decode()
    assert not User.objects.exists()


@pytest.mark.promise(29)
def test_the_button_needs_its_token() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(address_of()).status_code == 403
    assert not User.objects.exists()


def test_no_cache_keeps_the_page(client: Client) -> None:
    assert "no-store" in client.get(address_of())["Cache-Control"]


def test_other_methods_are_refused(client: Client) -> None:
    assert client.delete(address_of()).status_code == 405
