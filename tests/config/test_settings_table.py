"""docs/settings.md against what config/settings.py reads."""

from pathlib import Path

import pytest

from config.settings_table.described import GROUPS
from config.settings_table.table import check_described, write_table
from config.supervisor.children import NAMES
from tests.config.test_settings import run

PROJECT = Path(__file__).resolve().parent.parent.parent


def test_the_page_is_current(tmp_path: Path) -> None:
    done = run("manage.py", "listsettings", var=tmp_path, environment={})
    assert done.returncode == 0, done.stderr
    page = (PROJECT / "docs" / "settings.md").read_text()
    assert done.stdout == page, "run 'make settings'"


def test_a_setting_that_nobody_described_is_named() -> None:
    read = dict.fromkeys(described(), "") | {"NEW_ONE": 3}
    assert check_described(read) == [
        "NEW_ONE is read and has no line in config/settings_table/described.py."
    ]


def test_a_setting_that_nobody_reads_is_named() -> None:
    read = {name: "" for name in described() if name != "CONTACT"}
    assert check_described(read) == [
        "CONTACT is described in config/settings_table/described.py and never read."
    ]


@pytest.mark.parametrize(
    ("default", "shown"),
    [(True, "yes"), (False, "no"), (0, "`0`"), ("", "none"), (["a", "b"], "`a,b`"), ([], "none")],
)
def test_a_default_is_shown_as_it_is_written(default: object, shown: str) -> None:
    assert f"| `LOG_LEVEL` | {shown} |" in write_table({"LOG_LEVEL": default})


def test_nothing_is_described_twice() -> None:
    assert len(described()) == len(set(described()))


def test_who_reads_a_setting_is_a_process() -> None:
    readers = {by for group in GROUPS for setting in group.settings for by in [setting.by]}
    assert readers - {"all", "start", "workers", "web, workers"} <= set(NAMES)


def described() -> list[str]:
    return [setting.name for group in GROUPS for setting in group.settings]
