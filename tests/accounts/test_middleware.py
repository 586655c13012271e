import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_readers_page_is_kept_by_no_cache(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/").headers["Cache-Control"] == "private, no-store"


def test_a_visitors_page_may_be_kept(client: Client) -> None:
    assert "Cache-Control" not in client.get("/").headers


def test_times_are_shown_in_the_readers_zone(client: Client) -> None:
    client.force_login(make_user(timezone="Pacific/Chatham", digest_enabled=True))
    assert "Pacific/Chatham" in client.get("/settings/").content.decode()
