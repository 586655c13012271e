"""Pages of errors: in the site's frame, in words, and without the database where that is away."""

import io
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from pytest_django import Settings

from config.errors import render_fault
from tests.api_client import make_program
from tests.factories import make_user


def is_whole(page: str) -> bool:
    return page.count("<h1") == 1 and 'class="nameplate"' in page and "style=" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("status", [400, 403, 404, 413, 429])
def test_each_page_has_the_frame_and_one_heading(status: int) -> None:
    assert is_whole(render_to_string(f"{status}.html", request=RequestFactory().get("/")))


@pytest.mark.parametrize("status", [500, 503])
def test_a_fault_of_ours_is_told_without_a_database(status: int) -> None:
    page = render_fault(status)
    assert is_whole(page)
    assert "css/base.css" in page


def test_a_fault_is_told_where_static_files_are_missing(settings: Settings) -> None:
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    assert is_whole(render_fault(500))


@pytest.mark.django_db
def test_a_token_that_is_missing_is_said_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert response.status_code == 403
    assert is_whole(response.content.decode())


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_413(client: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    client.force_login(make_user())
    response = client.post("/follows/follow/", {"q": "kestrel" * 10})
    assert response.status_code == 413
    assert is_whole(response.content.decode())


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_400(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert is_whole(response.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (RuntimeError, 500)])
def test_a_database_that_is_away_is_503(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], status: int
) -> None:
    def fail(_request: HttpRequest) -> HttpResponse:
        raise error

    monkeypatch.setattr("papers.views.ranking.render", lambda *_a, **_k: fail(HttpRequest()))
    response = Client(raise_request_exception=False).get("/ranking/")
    assert response.status_code == status
    assert is_whole(response.content.decode())
    assert response.has_header("Retry-After") == (status == 503)


class HungUp(io.RawIOBase):
    """The body of a request whose sender is no more there."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise ConnectionResetError


CUT_OFF: dict[str, Any] = {"CONTENT_LENGTH": "20", "wsgi.input": HungUp()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/language/", "application/x-www-form-urlencoded"),
        ("/language/", "multipart/form-data; boundary=b"),
        ("/accounts/login/", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_cut_off_is_a_refusal_without_a_traceback(
    caplog: pytest.LogCaptureFixture, path: str, kind: str
) -> None:
    client = Client(raise_request_exception=False)
    response = client.post(path, content_type=kind, **CUT_OFF)
    assert response.status_code == 400
    assert is_whole(response.content.decode())
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.records[0].exc_info is None


@pytest.mark.django_db
def test_a_body_that_is_cut_off_is_told_to_a_program_in_json() -> None:
    program = make_program()
    response = program.post("/api/v1/follows", content_type="application/json", **CUT_OFF)
    assert response.status_code == 400
    assert response.json()["detail"]
