import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from readinglists import list_follows, sharing
from readinglists.models import ListFollow, ReadingList
from tests.factories import make_reading_list, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> User:
    user = make_user(digest_enabled=True)
    client.force_login(user)
    return user


@pytest.fixture
def shared() -> ReadingList:
    return make_reading_list(title="Decoders")


def key_of(shared: ReadingList) -> str:
    return sharing.key_of(sharing.make_link(shared)) or ""


def page_of(client: Client, shared: ReadingList) -> str:
    return client.get(reverse("readinglists:shared", args=[key_of(shared)])).content.decode()


def press(client: Client, shared: ReadingList) -> str:
    address = reverse("readinglists:follow_list", args=[key_of(shared)])
    return client.post(address, follow=True).content.decode()


def test_one_press_follows_and_shows_the_list_again(
    client: Client, reader: User, shared: ReadingList
) -> None:
    assert "Follow this list" in page_of(client, shared)
    page = press(client, shared)
    assert "You follow “Decoders”." in page
    assert "Stop telling me" in page
    assert "Tell me by mail" not in page
    assert ListFollow.objects.get().user == reader


def test_another_press_stops_it_and_leads_back(
    client: Client, reader: User, shared: ReadingList
) -> None:
    press(client, shared)
    address = reverse("readinglists:unfollow_list", args=[ListFollow.objects.get().pk])
    back = reverse("readinglists:shared", args=[key_of(shared)])
    response = client.post(address, {"next": back}, follow=True)
    assert response.redirect_chain == [(back, 302)]
    assert "You no longer follow this list." in response.content.decode()
    assert not ListFollow.objects.exists()


@pytest.mark.promise(31)
def test_stopping_leads_to_no_other_site(client: Client, reader: User, shared: ReadingList) -> None:
    list_follows.follow(reader, sharing.make_link(shared))
    address = reverse("readinglists:unfollow_list", args=[ListFollow.objects.get().pk])
    assert client.post(address, {"next": "//evil.example/"})["Location"] == "/lists/"


def test_the_address_field_is_not_for_who_is_logged_in(
    client: Client, reader: User, shared: ReadingList
) -> None:
    assert 'action="/subscribe/"' not in page_of(client, shared)


def test_the_owner_is_offered_nothing(client: Client, shared: ReadingList) -> None:
    client.force_login(shared.owner)
    page = page_of(client, shared)
    assert "Tell me by mail" not in page
    assert 'action="/subscribe/"' not in page


def test_a_digest_that_is_off_is_said(client: Client, shared: ReadingList) -> None:
    client.force_login(make_user())
    assert "Your daily digest is off" in page_of(client, shared)


def test_a_digest_that_is_on_is_not_said_to_be_off(
    client: Client, reader: User, shared: ReadingList
) -> None:
    assert "Your daily digest is off" not in page_of(client, shared)


def test_a_refusal_is_said(client: Client, shared: ReadingList) -> None:
    client.force_login(shared.owner)
    assert "This list is your own" in press(client, shared)
    assert not ListFollow.objects.exists()


def test_a_revoked_key_is_not_found(client: Client, reader: User, shared: ReadingList) -> None:
    address = reverse("readinglists:follow_list", args=[key_of(shared)])
    sharing.revoke_links(shared)
    assert client.post(address).status_code == 404
    assert not ListFollow.objects.exists()
