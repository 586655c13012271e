from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.middleware import ReaderTimezoneMiddleware
from accounts.models import User
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


def test_a_readers_page_is_kept_by_no_cache(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/").headers["Cache-Control"] == "private, no-store"


def test_a_visitors_page_may_be_kept(client: Client) -> None:
    make_paper()
    assert "Cache-Control" not in client.get("/").headers


def zone_during(user: User | AnonymousUser) -> str:
    request = RequestFactory().get("/")
    request.user = user
    names = []

    def answer(_request: HttpRequest) -> HttpResponse:
        names.append(timezone.get_current_timezone_name())
        return HttpResponse()

    ReaderTimezoneMiddleware(answer)(request)
    return names[0]


def test_times_are_shown_in_the_readers_zone() -> None:
    assert zone_during(User(timezone="Pacific/Chatham")) == "Pacific/Chatham"
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_visitor_sees_the_sites_times() -> None:
    assert zone_during(AnonymousUser()) == "UTC"


@pytest.mark.parametrize("path", ["/", "/settings/", "/issues/"])
def test_pages_open_for_a_reader_whose_zone_is_gone(client: Client, path: str) -> None:
    due = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    client.force_login(make_user(timezone="US/Gone", digest_enabled=True, next_due_at=due))
    page = client.get(path).content.decode()
    assert ("3 March, 07:00 (UTC)" in page) is (path != "/")
