"""deploy/broadsheet-manage: a command by hand has what the units have."""

import importlib.util
import pwd
import re
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from deploy.check.compose import DEPLOY
from deploy.check.units import UNITS

SCRIPT = DEPLOY / "broadsheet-manage"


@pytest.fixture
def manage() -> ModuleType:
    loader = SourceFileLoader("broadsheet_manage", str(SCRIPT))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


@pytest.fixture
def settings_folder(manage: ModuleType, tmp_path: Path) -> Path:
    """As docs/operating.md has it made: /etc/broadsheet."""
    (tmp_path / "broadsheet.env").write_text(
        '# a comment\n\nSITE_URL=https://papers.example.org\n SITE_NAME = "The papers\' site" \n'
    )
    (tmp_path / "secrets").mkdir()
    for name in manage.SECRETS:
        (tmp_path / "secrets" / name).write_text(f"the {name}\n")
    (tmp_path / "secrets" / "postgres_superuser").write_text("not for the site\n")
    return tmp_path


def read_unit(*path: str) -> dict[str, list[str]]:
    """Return the values of each name, in their order."""
    found: dict[str, list[str]] = {}
    for line in UNITS.joinpath(*path).read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def assignments(unit: dict[str, list[str]]) -> dict[str, str]:
    pairs = (word.partition("=") for value in unit["Environment"] for word in value.split())
    return {name: value for name, _equals, value in pairs}


def test_it_gives_what_the_units_give(manage: ModuleType) -> None:
    common = read_unit("broadsheet-.service.d", "10-common.conf")
    given = assignments(common)
    secrets = {f"{name.upper()}_FILE": f"%d/{name}" for name in manage.SECRETS}
    assert secrets.items() <= given.items()
    plain = {name: value for name, value in given.items() if name not in secrets}
    web = assignments(read_unit("broadsheet-web.service"))
    assert plain | {"TRUSTED_PROXIES": web["TRUSTED_PROXIES"]} == manage.GIVEN
    folder = manage.SETTINGS
    credentials = [f"{name}:{folder}/secrets/{name}" for name in manage.SECRETS]
    assert common["LoadCredential"] == credentials
    for unit in (common, read_unit("one-machine", "broadsheet.service")):
        assert unit["User"] == [manage.USER]
        assert unit["EnvironmentFile"] == [f"{folder}/broadsheet.env"]
        assert assignments(unit)["BROADSHEET_VAR"] == manage.GIVEN["BROADSHEET_VAR"]


def test_settings_and_secrets_are_read_and_nothing_of_the_shell(
    manage: ModuleType, settings_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/other")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    found = manage.read_environment(settings_folder)
    assert found["SITE_NAME"] == "The papers' site"
    assert found["SITE_URL"] == "https://papers.example.org"
    assert found["DATABASE_URL"] == "the database_url"
    assert {"LOG_LEVEL", "POSTGRES_SUPERUSER"}.isdisjoint(found)


def test_what_the_file_says_goes_before_what_is_given(
    manage: ModuleType, settings_folder: Path
) -> None:
    (settings_folder / "broadsheet.env").write_text("TRUSTED_PROXIES=2\n")
    assert manage.read_environment(settings_folder)["TRUSTED_PROXIES"] == "2"


def test_a_site_of_one_unit_has_no_secrets(manage: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "broadsheet.env").write_text("SITE_URL=https://papers.example.org\n")
    assert "DATABASE_URL" not in manage.read_environment(tmp_path)


def test_a_secret_that_is_missing_is_refused(manage: ModuleType, settings_folder: Path) -> None:
    (settings_folder / "secrets" / "database_url").unlink()
    with pytest.raises(FileNotFoundError):
        manage.read_environment(settings_folder)


@pytest.mark.parametrize("line", ["SITE_NAME=a\\", 'SITE_NAME="a" b', "SITE_NAME", "SITE_NAME='a"])
def test_a_line_that_systemd_may_read_in_another_way_is_refused(
    manage: ModuleType, settings_folder: Path, line: str
) -> None:
    (settings_folder / "broadsheet.env").write_text(f"{line}\n")
    with pytest.raises(SystemExit, match=r"broadsheet\.env: .*SITE_NAME"):
        manage.read_environment(settings_folder)


def test_it_becomes_the_user_before_it_becomes_the_command(
    manage: ModuleType, settings_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = pwd.struct_passwd(("broadsheet", "x", 990, 991, "", "/var/lib/broadsheet", "/bin/no"))
    calls: list[Any] = []
    for name in ("umask", "chdir", "initgroups", "setgid", "setuid", "execve"):
        monkeypatch.setattr(manage.os, name, lambda *given, name=name: calls.append((name, *given)))
    monkeypatch.setattr(manage.os, "geteuid", lambda: 0)
    monkeypatch.setattr(manage.pwd, "getpwnam", lambda _name: account)
    monkeypatch.setattr(manage, "SETTINGS", settings_folder)
    monkeypatch.setattr(sys, "argv", ["broadsheet-manage", "doctor", "--offline"])
    manage.main()
    assert calls[:-1] == [
        ("umask", 0o077),
        ("chdir", DEPLOY.parent),
        ("initgroups", "broadsheet", 991),
        ("setgid", 991),
        ("setuid", 990),
    ]
    _name, python, command, environment = calls[-1]
    assert python == str(DEPLOY.parent / ".venv" / "bin" / "python")
    assert command == [python, "manage.py", "doctor", "--offline"]
    assert environment["REDIS_URL"] == "the redis_url"
    assert environment["HOME"] == "/var/lib/broadsheet"


def test_others_than_root_are_told_to_be_root(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="run this as root"):
        manage.main()


def test_the_document_gives_each_command_by_hand_its_way() -> None:
    text = (DEPLOY.parent / "docs" / "operating.md").read_text()
    assert "broadsheet-manage" in text
    assert not re.search(r"cd /\S+ && \.venv/bin/python manage\.py", text)
