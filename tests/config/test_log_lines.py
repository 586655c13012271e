import io
import json
import logging
import logging.config
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config.log_lines import CutKeysFormatter, JsonFormatter, as_settings, cut_keys

KEY = "Ab3dE_-PI3Q94LD_4oBoY8x3FQ-103xoQmktuMX-nPJ"


@pytest.mark.promise(33)
@pytest.mark.parametrize(
    "path",
    [
        f"/l/{KEY}/",
        f"/l/{KEY}",
        f"https://papers.example.org/site/l/{KEY}/?page=2",
        f"/accounts/login/?next=/l/{KEY}/",
        f"/accounts/login/?next=%2Fl%2F{KEY}%2F%3Fpage%3D2",
        f"/f/{KEY}.atom",
        f"https://papers.example.org/f/{KEY}.bib?x=1",
        f"/unsubscribe/{KEY}:1tPq2x:{KEY}/",
        f"/manage/{KEY}.20260303.{KEY}/",
        f"/manage/{KEY}.20260303.{KEY}/unfollow/",
        f"/l/{KEY}/follow/",
        f"/lists/invitation/{KEY}/answer/",
        f"/accounts/signup/?next=%2Flists%2Finvitation%2F{KEY}%2F",
        f"/subscribe/confirm/{KEY}%3A1tPq2x%3A{KEY}/",
        f"/accounts/confirm-email/{KEY}:1tPq2x:{KEY}/",
        f"/accounts/password/reset/key/{KEY}/",
    ],
)
def test_a_key_in_an_address_is_cut_to_six_characters(path: str) -> None:
    line = cut_keys(f'"GET {path} HTTP/1.1" 200')
    assert "Ab3dE_…" in line
    assert "Ab3dE_-" not in line
    assert "PJ" not in line


@pytest.mark.parametrize(
    "path",
    [
        "/lists/12345678901/",
        "/l/",
        "/follows/12345678/",
        "/lists/invitations/12345678/answer/",
        "/paper/2603.00141v2/",
        "/search/?q=l/decoder-only",
    ],
)
def test_other_addresses_stay_whole(path: str) -> None:
    assert cut_keys(path) == path


def test_a_traceback_is_cut_too() -> None:
    try:
        raise ValueError(f"/l/{KEY}/")
    except ValueError as error:
        exc_info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("name", logging.ERROR, "", 1, "%s", ("failed",), exc_info)
    line = CutKeysFormatter().format(record)
    assert "Ab3dE_…" in line
    assert KEY not in line


def test_a_token_is_cut_wherever_it_stands() -> None:
    line = cut_keys(f"Refused: Authorization: Bearer bsh_{KEY}, /search/?q=bsh_{KEY}&page=2")
    assert line == "Refused: Authorization: Bearer bsh_Ab3dE_…, /search/?q=bsh_Ab3dE_…&page=2"


def test_every_handler_of_the_site_writes_cut_lines() -> None:
    logs: dict[str, Any] = settings.LOGGING
    used = {handler["formatter"] for handler in logs["handlers"].values()}
    classes = {logs["formatters"][name]["()"] for name in used}
    assert classes == {"config.log_lines.CutKeysFormatter"}
    assert {each["()"] for each in logs["formatters"].values()} == {
        "config.log_lines.CutKeysFormatter",
        "config.log_lines.JsonFormatter",
    }


def test_no_logger_of_django_writes_around_them() -> None:
    for name in ("django", "django.request", "django.server"):
        formats = [handler.formatter for handler in logging.getLogger(name).handlers]
        assert all(isinstance(each, CutKeysFormatter) for each in formats)


@pytest.mark.django_db
def test_a_refused_key_is_logged_cut(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.setFormatter(CutKeysFormatter())
    Client().get(f"/l/{KEY}/")
    assert "/l/Ab3dE_…" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.django_db
def test_a_refusal_is_logged_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    Client().get("/lists/1/")
    Client().get("/paper/number/0/")
    refused = [record for record in caplog.records if record.name == "django.request"]
    assert refused
    assert not any(record.exc_info for record in refused)


@pytest.mark.parametrize("formatter", [CutKeysFormatter(), JsonFormatter()])
def test_both_formats_cut_keys_in_message_and_traceback(formatter: logging.Formatter) -> None:
    try:
        raise ValueError(f"bsh_{KEY}")
    except ValueError as error:
        exc_info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("name", logging.ERROR, "", 1, "at /l/%s/", (KEY,), exc_info)
    line = formatter.format(record)
    assert KEY not in line
    assert "/l/Ab3dE_…" in line
    assert "bsh_Ab3dE_…" in line


def test_a_json_line_is_one_object() -> None:
    record = logging.LogRecord(
        "papers", logging.WARNING, "", 1, 'two\nlines "and" %s', ("ü",), None
    )
    line = JsonFormatter().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert (said["level"], said["logger"]) == ("WARNING", "papers")
    assert said["message"] == 'two\nlines "and" ü'


def test_passwords_in_addresses_and_proofs_are_cut() -> None:
    said = cut_keys(
        "redis://:hunter2@cache/0 Authorization: Bearer hunter2, postgres://a:hunter2@b"
    )
    assert "hunter2" not in said
    assert "@cache/0" in said


@pytest.mark.promise(33)
def test_what_gunicorn_says_is_cut_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """It puts a handler of its own there before it loads the site."""
    gunicorn = logging.getLogger("gunicorn.error")
    before = gunicorn.handlers[:], gunicorn.level, gunicorn.propagate
    said = io.StringIO()
    try:
        gunicorn.handlers = [logging.StreamHandler(said)]
        logging.config.dictConfig(as_settings("INFO", "plain"))
        (handler,) = gunicorn.handlers
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(said)
        gunicorn.error("Error handling request GET /l/%s/papers.bib", KEY)
        assert (
            said.getvalue()
            == "ERROR gunicorn.error: Error handling request GET /l/Ab3dE_…/papers.bib\n"
        )
    finally:
        gunicorn.handlers, gunicorn.level, gunicorn.propagate = before
        logging.config.dictConfig(settings.LOGGING)
