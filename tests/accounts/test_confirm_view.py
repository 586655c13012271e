import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Follow, User
from accounts.subscribe import Wish, make_token
from readinglists import sharing
from readinglists.models import ListFollow, ReadingList, ShareLink
from tests.factories import make_follow, make_reading_list, make_user

pytestmark = pytest.mark.django_db
WISH = Wish("new@example.org", "Europe/Berlin")


SEARCH = Wish("new@example.org", "Europe/Berlin", "query", "kestrel owl")
CATEGORY = Wish("new@example.org", "Europe/Berlin", "query", "cat:cs.CL")


def wish_for_list(reading_list: ReadingList) -> Wish:
    link = sharing.make_link(reading_list)
    return Wish(WISH.email, "UTC", "list", link=link.pk, generation=link.generation)


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


@pytest.mark.parametrize("wish", [SEARCH, CATEGORY])
@pytest.mark.promise(30)
def test_opening_names_what_is_subscribed_to_and_follows_nothing(
    client: Client, wish: Wish
) -> None:
    page = client.get(address_of(wish)).content.decode()
    assert f"<strong>{wish.query.removeprefix('cat:')}</strong>" in page
    assert not User.objects.exists()
    assert not Follow.objects.exists()


@pytest.mark.parametrize("wish", [SEARCH, CATEGORY])
def test_the_button_follows_and_the_page_names_it(client: Client, wish: Wish) -> None:
    page = client.post(address_of(wish)).content.decode()
    assert "You are subscribed" in page
    assert f"<strong>{wish.query.removeprefix('cat:')}</strong>" in page
    assert Follow.objects.get().query == wish.query


def test_the_button_follows_a_list(client: Client) -> None:
    address = address_of(wish_for_list(make_reading_list(title="Decoders & more")))
    assert "<strong>Decoders &amp; more</strong>" in client.get(address).content.decode()
    assert not ListFollow.objects.exists()
    assert "<strong>Decoders &amp; more</strong>" in client.post(address).content.decode()
    assert ListFollow.objects.get().user.email == WISH.email


def test_a_second_place_is_said_to_be_added(client: Client) -> None:
    client.post(address_of())
    assert "It is added to your mail" in client.post(address_of(SEARCH)).content.decode()
    assert "subscribed already" in client.post(address_of(SEARCH)).content.decode()


@pytest.mark.promise(33)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_withdrawn_meanwhile_is_said_and_the_digest_offered(
    client: Client, method: str
) -> None:
    reading_list = make_reading_list(title="Decoders")
    address = address_of(wish_for_list(reading_list))
    sharing.revoke_links(reading_list)
    response = getattr(client, method)(address)
    page = response.content.decode()
    assert response.status_code == 410
    assert "withdrawn" in page
    assert "Decoders" not in page
    assert 'name="instead" value="digest"' in page
    assert not User.objects.filter(email=WISH.email).exists()


def test_the_digest_can_be_had_instead(client: Client) -> None:
    reading_list = make_reading_list()
    address = address_of(wish_for_list(reading_list))
    sharing.revoke_links(reading_list)
    page = client.post(address, {"instead": "digest"}).content.decode()
    assert "You get the day" in page
    assert User.objects.get(email=WISH.email).digest_enabled
    assert not ListFollow.objects.exists()


def test_a_deleted_list_is_gone_too(client: Client) -> None:
    reading_list = make_reading_list()
    address = address_of(wish_for_list(reading_list))
    ShareLink.objects.all().delete()
    reading_list.delete()
    assert client.get(address).status_code == 410


def test_the_limit_is_said(client: Client, settings: Settings) -> None:
    make_follow(user=make_user(email=WISH.email), query="owl")
    settings.FOLLOWS_PER_READER = 1
    page = client.post(address_of(SEARCH)).content.decode()
    assert "You follow 1 search, which is the most" in page
    assert "You get new papers that match" not in page


def test_the_own_list_is_said(client: Client) -> None:
    reading_list = make_reading_list(owner=make_user(email=WISH.email))
    page = client.post(address_of(wish_for_list(reading_list))).content.decode()
    assert "This list is your own" in page
