"""Writes the table of all settings: what config/settings.py read, with what is said of each."""

from collections.abc import Mapping
from typing import Any

from config.settings_table.described import GROUPS, OTHERS, Setting

_HEAD = """\
# Settings

Made by `make settings`; `manage.py check` says what is wrong with a setting and what to write.

Environment variables, or lines of `.env` beside manage.py; an empty value counts as none.
`NAME_FILE` names a file that holds the value of `NAME`, so that secrets (★) need not stand in an
environment. Yes and no are written 1, true, yes, on and 0, false, no, off; several values with
commas and no spaces. *Read by* names who acts on a setting; the others can do without. Where
*one site* says same, all machines of a site must have the same value.
"""


def check_described(read: Mapping[str, Any]) -> list[str]:
    """Return what is wrong, in words: settings read and not described, or the reverse."""
    described = {setting.name for group in GROUPS for setting in group.settings}
    prefixes = tuple(name.removesuffix("...") for name in OTHERS if name.endswith("..."))
    known = {*(name for name in read if not name.startswith(prefixes)), *OTHERS}
    where = "config/settings_table/described.py"
    return [
        *(f"{name} is read and has no line in {where}." for name in sorted(known - described)),
        *(f"{name} is described in {where} and never read." for name in sorted(described - known)),
    ]


def write_table(read: Mapping[str, Any]) -> str:
    """Return the page in Markdown; `read` are defaults by name, as Environment.defaults."""
    lines = [_HEAD]
    for group in GROUPS:
        lines += [f"## {group.title}", ""]
        lines += [
            "| name | default | what | read by | one site |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [_row(setting, read) for setting in group.settings]
        lines.append("")
    return "\n".join(lines)


def _row(setting: Setting, read: Mapping[str, Any]) -> str:
    default = setting.default or _in_words(read.get(setting.name))
    name = f"`{setting.name}`{' ★' if setting.secret else ''}"
    same = "same" if setting.same else ""
    return f"| {name} | {default} | {setting.meaning} | {setting.by} | {same} |".replace(
        "|  |", "| |"
    )


def _in_words(default: Any) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, list | tuple):
        default = ",".join(map(str, default))
    return f"`{default}`" if default not in ("", None) else "none"
