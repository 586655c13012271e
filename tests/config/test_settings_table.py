"""docs/settings.md against what config/settings.py reads."""

import re
from pathlib import Path

import pytest

from config.settings_table.described import GROUPS, OTHERS
from config.settings_table.table import check_described, write_table
from config.supervisor.children import NAMES
from tests.config.test_settings import run

PROJECT = Path(__file__).resolve().parent.parent.parent
FOR_OPERATORS = ("README", "SECURITY", "CONTRIBUTING")
# In capitals in the documents too: constants of the code, and variables that others read.
NO_SETTINGS = {
    "BROADSHEET_SHARED_DATA",
    "INDEX_VERSION",
    "INSIDE_ADDRESS",
    "MALLOC_ARENA_MAX",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TRIM_THRESHOLD_",
    "MOST_BUILD_BYTES",
    "OPENBLAS_NUM_THREADS",
}


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


def test_the_documents_name_no_setting_that_is_not_there() -> None:
    pages = [*PROJECT.glob("docs/*.md"), *(PROJECT / f"{name}.md" for name in FOR_OPERATORS)]
    prefixes = tuple(name.removesuffix("...") for name in OTHERS if name.endswith("..."))
    named = {
        (page.name, name)
        for page in pages
        for name in re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?==|`)", page.read_text())
        if not name.startswith(prefixes)
    }
    assert {name for _page, name in named} >= {"SITE_URL", "TRUSTED_PROXIES"}
    known = {*described(), *(f"{name}_FILE" for name in (*described(), "NAME")), *NO_SETTINGS}
    assert {(page, name) for page, name in named if name not in known} == set()


def test_nothing_is_described_twice() -> None:
    assert len(described()) == len(set(described()))


def test_who_reads_a_setting_is_a_process() -> None:
    readers = {by for group in GROUPS for setting in group.settings for by in [setting.by]}
    assert readers - {"all", "start", "workers", "web, workers"} <= set(NAMES)


def described() -> list[str]:
    return [setting.name for group in GROUPS for setting in group.settings]
