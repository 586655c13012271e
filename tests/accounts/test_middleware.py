from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import leaving
from accounts.middleware import ReaderTimezoneMiddleware
from accounts.models import User
from papers import votes
from tests.accounts.entering import enter
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


def test_a_readers_page_is_kept_by_no_cache(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/").headers["Cache-Control"] == "private, no-store"


def test_a_visitors_page_may_be_kept(client: Client) -> None:
    make_paper()
    assert client.get("/").headers["Cache-Control"].startswith("public")


FORGET = "Clear-Site-Data"


def test_the_end_of_a_login_lets_the_browser_forget_pages(client: Client) -> None:
    client.force_login(make_user())
    assert not client.get("/accounts/logout/").has_header(FORGET)
    assert client.post("/accounts/logout/").headers[FORGET] == '"cache"'
    assert not client.post("/accounts/logout/").has_header(FORGET)


def test_so_does_the_end_of_an_account(client: Client) -> None:
    enter(client, make_user())
    assert not client.post("/settings/delete/").has_header(FORGET)
    assert client.post("/settings/delete/", {"sure": "on"}).headers[FORGET] == '"cache"'


def test_an_answer_of_the_api_ends_no_login(client: Client) -> None:
    client.force_login(make_user())
    assert not client.get("/api/v1/papers").has_header(FORGET)


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


@pytest.mark.promise(41)
def test_request_of_an_account_that_was_just_deleted_is_told_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, paper = make_user(), make_paper()
    client.force_login(user)

    def vote_late(*args: Any, **options: Any) -> Any:
        leaving.delete_account(user)
        return votes.set_vote(*args, **options)

    # The package of views has a view of the module's name.
    monkeypatch.setattr(import_module("papers.views.paper"), "set_vote", vote_late)
    response = client.post(f"/paper/number/{paper.pk}/vote/", {"voted": "1"})
    assert response["Location"] == "/deleted/"
    assert not client.cookies["session"].value


def test_faults_of_the_site_are_not_taken_for_a_deletion(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_reader_id: int) -> None:
        raise IntegrityError

    client.force_login(make_user())
    client.raise_request_exception = False
    monkeypatch.setattr("papers.votes.hold_reader", fail)
    address = f"/paper/number/{make_paper().pk}/vote/"
    assert client.post(address, {"voted": "1"}).status_code == 500
