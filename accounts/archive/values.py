"""Single values of an archive that somebody uploaded: each function returns a clean one or raises
BadArchive, in words that say where it stands."""

from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.archive.naming import PaperName
from papers.identifiers import normalise_doi, parse_arxiv_id

LONGEST_TITLE = 2_000
MOST_NAMES = 20  # of one paper
LONGEST_NAME = 500


class BadArchive(ValueError):
    """The message is in words for whoever sent the file."""


class Fields:
    """An object of the file, and where it stands in it, for messages."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise BadArchive(_("%s should be an object and is not.") % where)
        self._values, self._where = value, where

    def text(self, name: str, most: int, *, default: str = "") -> str:
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise self._bad(name, _("should be text"))
        if len(value) > most:
            raise self._bad(name, _("has more than %s characters") % most)
        if "\0" in value or not _is_text(value):
            raise self._bad(name, _("holds a character that is no text"))
        return value

    def flag(self, name: str) -> bool:
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise self._bad(name, _("should be true or false"))
        return value

    def moment(self, name: str, now: datetime) -> datetime:
        """A moment, never after `now`; `now` where there is none."""
        return min(self.moment_or_none(name) or now, now)

    def moment_or_none(self, name: str) -> datetime | None:
        value = self._values.get(name)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            raise self._bad(name, _("should be a moment such as 2026-03-02T08:00:00Z")) from None

    def day_or_none(self, name: str) -> date | None:
        value = self._values.get(name)
        try:
            return None if value is None else date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self._bad(name, _("should be a day such as 2026-03-02")) from None

    def number(self, name: str) -> int:
        value = self._values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 10**6:
            raise self._bad(name, _("should be a number"))
        return value

    def rows(self, name: str, most: int) -> list[Any]:
        value = self._values.get(name, [])
        if not isinstance(value, list):
            raise self._bad(name, _("should be a list"))
        if len(value) > most:
            raise self._bad(name, _("has more than %s elements") % most)
        return value

    def texts(self, name: str, *, most: int, longest: int) -> tuple[str, ...]:
        values = self.rows(name, most)
        return tuple(Fields({"": each}, self._at(name)).text("", longest) for each in values)

    def objects(self, name: str, most: int) -> "list[Fields]":
        rows = enumerate(self.rows(name, most), start=1)
        return [Fields(row, f"{self._at(name)}[{number}]") for number, row in rows]

    def fields(self, name: str) -> "Fields":
        return Fields(self._values.get(name, {}), self._at(name))

    def merged(self, name: str) -> "Fields":
        """The object with what its field `name`, an object too, holds."""
        inner = self.fields(name)
        return Fields({**inner._values, "paper": self._values.get("paper", {})}, inner._where)

    def has(self, name: str) -> bool:
        return name in self._values

    def paper(self) -> PaperName:
        """The paper that the object's `paper` names; at least by one name or its title."""
        given = self.fields("paper")
        names = [("arxiv", text) for text in [given.text("arxiv", LONGEST_NAME)] if text]
        for scheme in ("doi", "url"):
            values = given.texts(scheme, most=MOST_NAMES, longest=LONGEST_NAME)
            names += [(scheme, text) for text in values]
        clean = [pair for name in names if (pair := _clean(*name)) is not None]
        return PaperName(tuple(dict.fromkeys(clean)), given.text("title", LONGEST_TITLE))

    def _at(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def _bad(self, name: str, what: str) -> BadArchive:
        return BadArchive(
            _("This file cannot be read: “%(where)s” %(what)s.")
            % {"where": self._at(name), "what": what}
        )


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _clean(scheme: str, value: str) -> tuple[str, str] | None:
    """The name as this site keeps it; None for what is none: the paper may have another."""
    try:
        if scheme == "arxiv":
            return scheme, parse_arxiv_id(value).base
        return scheme, normalise_doi(value) if scheme == "doi" else value
    except ValueError:
        return None
