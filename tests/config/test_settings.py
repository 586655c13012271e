"""The settings as another process reads them, from an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PUBLIC = {
    "SITE_URL": "https://papers.example.org",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "CONTACT": "admin@papers.example.org",
    "STAFF_NEEDS_MFA": "1",
    "TRUSTED_PROXIES": "1",
    "SECRET_KEY": "k3Jx9vQ2mZ7wB5nT8rL1cF6hD4sG0pYaEuIoXyRtWqNbVzKj-MPlHgUf",
}


def run(*command: str, var: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {key: os.environ[key] for key in ["PATH", "HOME"] if key in os.environ}
    own = {"BROADSHEET_VAR": str(var), "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, *command],
        env={**kept, **own, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def read(expression: str, var: Path, environment: dict[str, str]) -> str:
    code = f"from django.conf import settings as s; print({expression})"
    return run("-c", code, var=var, environment=environment).stdout.strip()


@pytest.mark.parametrize("environment", [{}, PUBLIC], ids=["local", "public"])
def test_checks_are_clean(tmp_path: Path, environment: dict[str, str]) -> None:
    deploy = ["--deploy", "--fail-level", "WARNING"] if environment else []
    done = run("-m", "django", "check", *deploy, var=tmp_path, environment=environment)
    assert done.returncode == 0, done.stderr


def test_a_local_site_opened_to_others_does_not_start(tmp_path: Path) -> None:
    environment = {"HOST": "0.0.0.0"}  # noqa: S104
    done = run("-m", "django", "check", var=tmp_path, environment=environment)
    assert done.returncode == 1
    assert "everybody who reaches the site can read its mail" in done.stderr


def test_the_outbox_is_shown_on_a_local_site_only(tmp_path: Path) -> None:
    expression = "(s.OUTBOX_SHOWN, s.EMAIL_BACKEND)"
    assert read(expression, tmp_path, {}) == "(True, 'accounts.outbox.OutboxBackend')"
    assert read("s.OUTBOX_SHOWN", tmp_path, PUBLIC) == "False"
    without_mail = {**PUBLIC, "EMAIL_URL": ""}
    assert read("s.OUTBOX_SHOWN", tmp_path, without_mail) == "False"


@pytest.mark.parametrize(("environment", "prefix"), [({}, ""), (PUBLIC, "__Host-")])
def test_cookies_of_an_https_site_are_bound_to_it(
    tmp_path: Path, environment: dict[str, str], prefix: str
) -> None:
    expression = (
        "[(getattr(s, k + '_COOKIE_NAME'), getattr(s, k + '_COOKIE_SECURE'),"
        " getattr(s, k + '_COOKIE_HTTPONLY'), getattr(s, k + '_COOKIE_PATH'),"
        " getattr(s, k + '_COOKIE_DOMAIN')) for k in ('SESSION', 'CSRF', 'LANGUAGE')]"
    )
    expected = [
        (f"{prefix}{name}", bool(prefix), True, "/", None)
        for name in ("session", "csrf", "language")
    ]
    assert read(expression, tmp_path, environment) == str(expected)


def test_an_https_site_says_so_for_a_year(tmp_path: Path) -> None:
    expression = "(s.SECURE_HSTS_SECONDS, s.SECURE_SSL_REDIRECT)"
    assert read(expression, tmp_path, PUBLIC) == "(31536000, True)"
    assert read(expression, tmp_path, {}) == "(0, False)"


@pytest.mark.parametrize(
    ("environment", "own"),
    [({}, ["localhost", "127.0.0.1", "[::1]"]), (PUBLIC, ["papers.example.org"])],
)
def test_further_names_take_no_name_away(
    tmp_path: Path, environment: dict[str, str], own: list[str]
) -> None:
    assert read("s.ALLOWED_HOSTS", tmp_path, environment) == str(own)
    further = {**environment, "ALLOWED_HOSTS": "10.0.0.5,web"}
    assert read("s.ALLOWED_HOSTS", tmp_path, further) == str([*own, "10.0.0.5", "web"])


def test_keys_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first = read("s.SECRET_KEY", tmp_path, {})
    assert len(first) >= 50
    assert read("s.SECRET_KEY", tmp_path, {}) == first
    assert (tmp_path / "keys" / "secret_key").stat().st_mode & 0o077 == 0


def test_a_key_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "keys" / "secret_key").mkdir(parents=True)  # root may read any file
    for command, status in (["check"], 1), (["readbounces", "-"], os.EX_TEMPFAIL):
        done = run("manage.py", *command, var=tmp_path, environment={})
        assert done.returncode == status
        assert "SECRET_KEY is not set and" in done.stderr
        assert "run this as the user of the site, or set SECRET_KEY." in done.stderr
        assert "Traceback" not in done.stderr


def test_forwarded_addresses_count_behind_a_proxy_only(tmp_path: Path) -> None:
    expression = "(s.TRUSTED_PROXIES, getattr(s, 'SECURE_PROXY_SSL_HEADER', None))"
    assert read(expression, tmp_path, {}) == "(0, None)"
    behind = read(expression, tmp_path, {"TRUSTED_PROXIES": "2"})
    assert behind == "(2, ('HTTP_X_FORWARDED_PROTO', 'https'))"


@pytest.mark.parametrize("name", ["BEHIND_PROXY", "TRUSTED_PROXY_COUNT"])
def test_names_that_settings_had_before_are_refused_in_words(tmp_path: Path, name: str) -> None:
    done = run("-m", "django", "check", var=tmp_path, environment={name: "1"})
    assert done.returncode == 1
    assert "Write TRUSTED_PROXIES=1" in done.stderr
