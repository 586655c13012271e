import json
import logging
import re

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import URLPattern
from pytest_django import Settings

from accounts.tokens import make_token
from config.api_urls import urlpatterns
from papers.models import Vote
from tests.api_client import Program, make_program
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.promise(29)
def test_a_logged_in_browser_is_nobody_to_the_api() -> None:
    paper, user = make_paper(), make_user()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    for method in ("PUT", "DELETE"):
        response = browser.generic(method, f"/api/v1/papers/{paper.pk}/vote")
        assert response.status_code == 401
    assert browser.get("/api/v1/me").status_code == 401
    assert browser.get(f"/api/v1/papers/{paper.pk}").json()["mine"] is None
    assert not Vote.objects.exists()


@pytest.mark.promise(29)
def test_every_operation_that_changes_something_needs_a_token() -> None:
    browser = Client()
    browser.force_login(make_user())
    document = Client().get("/api/v1/openapi.json").json()
    changing = [
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
        if method != "get"
    ]
    assert len(changing) > 5
    for method, path in changing:
        path = re.sub(r"\{\w+\}", "1", path)
        response = browser.generic(method, path, "{}", "application/json")
        assert response.status_code == 401, (method, path)


def test_each_address_is_served_with_token_and_allowance() -> None:
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        is_page = pattern.name in ("api_docs", "api_openapi")
        assert is_page or getattr(pattern.callback, "csrf_exempt", False)


@pytest.mark.parametrize("sent", ["Bearer nonsense", "Bearer", "Basic YTpi", "", "bsh_x", "\xff"])
def test_a_token_that_opens_nothing_is_refused_even_where_none_is_needed(sent: str) -> None:
    path = f"/api/v1/papers/{make_paper().pk}"
    response = Client().get(path, headers={"Authorization": sent})
    assert response.status_code == 401
    assert "invalid_token" in response["WWW-Authenticate"]


def test_an_answer_is_told_unchanged_by_its_validator() -> None:
    program, path = Program(), f"/papers/{make_paper().pk}"
    first = program.send("GET", path)
    assert first["Cache-Control"] == "public, max-age=60"
    again = program.send("GET", path, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["RateLimit-Limit"] == str(site.API_VISITOR_REQUESTS_PER_HOUR)
    assert program.send("GET", path, **{"If-None-Match": '"old"'}).status_code == 200


def test_nothing_of_a_token_s_answer_is_kept() -> None:
    response = make_program().send("GET", f"/papers/{make_paper().pk}")
    assert response["Cache-Control"] == "private, no-store"
    assert "Authorization" in response["Vary"]


def test_refusals_are_not_kept() -> None:
    assert Program().send("GET", "/papers/1")["Cache-Control"] == "private, no-store"


def test_head_answers_as_get_without_the_body() -> None:
    path = f"/papers/{make_paper().pk}"
    got, asked = Program().send("GET", path), Program().send("HEAD", path)
    assert asked["ETag"] == got["ETag"]
    assert asked["Content-Length"] == str(len(got.content))
    assert asked.content == b""


def test_a_wrong_method_is_told_the_right_ones() -> None:
    response = Program().send("POST", f"/papers/{make_paper().pk}")
    assert response.status_code == 405
    assert "GET" in response["Allow"]
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b"[" * 100_000, b'{"query": ' + b"9" * 5000 + b"}", b"nul", b"NaN"]
)
def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    response = make_program().generic("POST", "/api/v1/follows", body, "application/json")
    assert response.status_code in (400, 422)
    assert response.json()["detail"]


def test_a_large_body_is_refused() -> None:
    body = json.dumps({"query": "x" * 1_000_001})
    response = make_program().generic("POST", "/api/v1/follows", body, "application/json")
    assert response.status_code == 413


def test_a_network_without_a_token_may_ask_so_often(settings: Settings) -> None:
    settings.API_VISITOR_REQUESTS_PER_HOUR = 3
    path = f"/papers/{make_paper().pk}"
    left = [Program().send("GET", path)["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = Program().send("GET", path)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3900
    assert make_program().send("GET", path).status_code == 200


@pytest.mark.promise(35)
def test_a_forged_address_gains_nothing(settings: Settings) -> None:
    settings.API_VISITOR_REQUESTS_PER_HOUR = 1
    path = f"/papers/{make_paper().pk}"
    answers = [
        Program().send("GET", path, **{"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(3)
    ]
    assert answers == [200, 429, 429]


def test_all_tokens_of_a_reader_share_what_they_may(settings: Settings) -> None:
    settings.API_READS_PER_HOUR, settings.API_WRITES_PER_HOUR = 1, 1
    user, path = make_user(), f"/papers/{make_paper().pk}"
    assert make_program(user=user).send("GET", path).status_code == 200
    assert make_program(user=user).send("GET", path).status_code == 429
    assert make_program(user=user).send("PUT", f"{path}/vote").status_code == 200
    assert make_program(user=user).send("PUT", f"{path}/vote").status_code == 429


def test_wrong_tokens_count_for_the_network(settings: Settings) -> None:
    settings.API_VISITOR_REQUESTS_PER_HOUR = 2
    answers = [Program(f"bsh_{n}").send("GET", "/me").status_code for n in range(3)]
    assert answers == [401, 401, 429]


@pytest.mark.promise(35)
@pytest.mark.usefixtures("cache_away")
def test_while_the_cache_is_away_requests_are_counted_all_the_same(settings: Settings) -> None:
    settings.API_VISITOR_REQUESTS_PER_HOUR = 2
    path = f"/papers/{make_paper().pk}"
    assert [Program().send("GET", path).status_code for _ in range(3)] == [200, 200, 429]


def test_no_log_line_bears_a_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _row, text = make_token(make_user(), "a script", ["vote"])
    Program(text).send("GET", "/me")
    Program(text[:-1]).send("GET", "/me")
    Program(text).send("POST", "/follows", {"query": 1})
    assert text[:-1] not in caplog.text
