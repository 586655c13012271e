"""Papers among the bookmarks that a browser exports; a folder is a section.

It decides nothing about which bookmarks are papers (matching.py does). Read more: "Netscape
Bookmark File Format" (Microsoft); Firefox and Chrome write it alike.
"""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

from readinglists.imports.naming import Names
from readinglists.imports.records import (
    N_,
    ImportedFile,
    ImportedRecord,
    split_tags,
)

_LOOKS_LIKE = re.compile(r"<!DOCTYPE\s+NETSCAPE-Bookmark-file|<DL>\s*<p>", re.IGNORECASE)
_TOKEN = re.compile(
    r"<H[1-6](?:\s[^<>]*)?>(?P<folder>[^<]*)"
    r"|<(?P<open>DL)\b"
    r"|</(?P<close>DL)\b"
    r"|<A\s(?P<link>[^<>]*)>(?P<title>[^<]*)"
    r"|<DD>(?P<note>[^<]*)",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"([A-Z_]{1,30})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_PASSED_OVER = ("place:", "javascript:", "about:", "chrome:", "data:", "file:", "moz-")
DEEPEST_FOLDER = 50


def looks_like(text: str) -> bool:
    return _LOOKS_LIKE.search(text[:5_000]) is not None


def read(text: str) -> ImportedFile:
    """The bookmarks in order; `where` is the line."""
    found = ImportedFile(format="bookmarks")
    folders: list[str] = []
    named = ""
    waiting: ImportedRecord | None = None
    line, place = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", place, match.start())
        place = match.start()
        if match["note"] is not None:
            note = html.unescape(match["note"])
            waiting = replace(waiting, note=note) if waiting else None
            continue
        if waiting and not found.add(waiting):
            return found
        waiting = None
        if match["folder"] is not None:
            named = html.unescape(match["folder"])
        elif match["open"] and len(folders) < DEEPEST_FOLDER:
            folders.append(named)
            named = ""
        elif match["close"]:
            folders = folders[:-1]
        elif match["link"] is not None:
            waiting = _record(found, f"line {line}", match, folders)
    if waiting:
        found.add(waiting)
    return found


def _record(
    found: ImportedFile, where: str, match: re.Match[str], folders: list[str]
) -> ImportedRecord | None:
    said = {
        name.upper(): html.unescape(double or single)
        for name, double, single in _ATTRIBUTE.findall(match["link"])
    }
    address = said.get("HREF", "").strip()
    names = Names()
    names.add_url(address)
    if not names.pairs:
        # Programs and searches of the browser's own are no loss.
        if not address.lower().startswith(_PASSED_OVER):
            found.say(where, N_("This bookmark leads to no page of the web."), address)
        return None
    return ImportedRecord(
        where=where,
        names=names.pairs,
        title=html.unescape(match["title"]),
        tags=split_tags(said.get("TAGS", "")),
        # The outermost heading is the file's own: "Bookmarks".
        section=" / ".join(filter(None, (name.strip() for name in folders[1:]))),
        added_at=_moment(said.get("ADD_DATE", "")),
    )


def _moment(seconds: str) -> datetime | None:
    """Seconds since 1970; some programs write microseconds."""
    if not seconds.isdecimal() or len(seconds) > 17:
        return None
    number = int(seconds)
    try:
        return datetime.fromtimestamp(number if number < 10**11 else number / 10**6, UTC)
    except (OverflowError, ValueError, OSError):
        return None
