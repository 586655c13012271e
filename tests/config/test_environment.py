from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment


@pytest.fixture
def env() -> Environment:
    return Environment()


@pytest.mark.parametrize("text", ["abc", "-1", "1.5", "٣", "9" * 12])
def test_what_is_no_whole_number_is_refused_by_name(
    env: Environment, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number, such as 8000"):
        env.whole_number("PORT", 8000)


@pytest.mark.parametrize(
    ("text", "value"), [("On", True), (" 1 ", True), ("no", False), ("", True)]
)
def test_yes_and_no_are_read_in_common_forms(
    env: Environment, monkeypatch: pytest.MonkeyPatch, text: str, value: bool
) -> None:
    monkeypatch.setenv("DEBUG", text)
    assert env.yes_or_no("DEBUG", default=True) is value


def test_what_is_neither_yes_nor_no_is_refused(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBUG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="DEBUG must be one of 1, true"):
        env.yes_or_no("DEBUG", default=False)


@pytest.mark.parametrize("text", ["soon", "-3", "nan", "inf"])
def test_what_are_no_seconds_is_refused(
    env: Environment, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("ARXIV_SPACING_SECONDS", text)
    with pytest.raises(ImproperlyConfigured, match="number of seconds"):
        env.seconds("ARXIV_SPACING_SECONDS", 3.0)


def test_an_empty_number_means_the_default(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "")
    assert env.whole_number("PORT", 8000) == 8000


def test_a_token_is_one_word(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", " abc_1 \n")
    assert env.token("GITHUB_TOKEN") == "abc_1"


@pytest.mark.parametrize("text", ["two words", "first\r\nX-Second: 1", "schlüssel"])
def test_what_cannot_be_a_header_is_no_token(
    env: Environment, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", text)
    with pytest.raises(ImproperlyConfigured, match="GITHUB_TOKEN must be one word"):
        env.token("GITHUB_TOKEN")


def test_settings_of_a_kind_are_read_together(
    env: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("EXTRA_NAME", " a value ")
    monkeypatch.setenv("EXTRA_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("EXTRA_EMPTY", "")
    assert env.all_starting_with("EXTRA_") == {"KEY": "from a file", "NAME": "a value"}


def test_one_of_several_words_the_first_is_the_default(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert env.one_of("WEB_WORKERS", ("threads", "sync")) == "threads"
    monkeypatch.setenv("WEB_WORKERS", "Sync")
    assert env.one_of("WEB_WORKERS", ("threads", "sync")) == "sync"
    monkeypatch.setenv("WEB_WORKERS", "async")
    with pytest.raises(ImproperlyConfigured, match="WEB_WORKERS must be one of threads, sync"):
        env.one_of("WEB_WORKERS", ("threads", "sync"))


def test_none_at_all_is_no_count(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PROCESSES", "0")
    with pytest.raises(ImproperlyConfigured, match="WEB_PROCESSES must be 1 or more"):
        env.count("WEB_PROCESSES", 2)


def test_the_line_end_of_a_file_is_no_part_of_the_secret(
    env: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("long secret\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert env.str("SECRET_KEY", default="") == "long secret"


def test_what_was_to_hold_is_remembered(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    env.whole_number("PORT", 8000)
    env.list("ALLOWED_HOSTS", default=[])
    assert env.defaults == {"PORT": 8000, "ALLOWED_HOSTS": []}


@pytest.mark.parametrize("text", ["0", "65536", "99999"])
def test_what_is_no_port_is_refused(
    env: Environment, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(ImproperlyConfigured, match="PORT must be a port, 1 to 65535"):
        env.port("PORT", 8000)
