"""Sentences that are stored, and read in whatever language their reader speaks later.

What is stored is the English sentence and, beside it, what it was made of: the text as it stands in
the catalogs, and the values put into it. Read more: docs/decisions.md, "Languages".
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from papers.numerals import grouped

# What a sentence is made of, as JSON keeps it.
MadeOf = dict[str, Any]


class Sentence(str):
    """An English sentence, to compare and to store as any text; `made_of` says it in others."""

    __slots__ = ("made_of",)
    made_of: MadeOf

    def __new__(cls, made_of: MadeOf) -> "Sentence":
        with translation.override("en"):
            sentence = super().__new__(cls, _say(made_of))
        sentence.made_of = made_of
        return sentence


def sentence(text: str, **values: "str | int | Sentence | MadeOf") -> Sentence:
    """Return `text`, which is marked for translation by being written here, with its values."""
    return Sentence({"text": text, "values": _plain(values)})


def plural_sentence(singular: str, plural: str, n: int) -> Sentence:
    """Return the one or the other, `%(n)s` in it being the number."""
    return Sentence({"text": singular, "plural": plural, "n": n, "values": {"n": n}})


def joined(sentences: Iterable[str]) -> Sentence:
    """Return several with commas between them."""
    return Sentence({"joined": [_made_of(each) for each in sentences]})


def day(moment: date, form: str) -> MadeOf:
    """Return a value that is a day, written as in the language (config/formats/)."""
    return {"day": moment.isoformat(), "format": form}


def number(value: float, places: int) -> MadeOf:
    """Return a value that is a number with `places` after the point; whole ones are values as they
    are."""
    return {"number": value, "places": places}


def restored(text: str, made_of: MadeOf | None) -> str:
    """Return a stored text as the sentence that it was; what was stored before is only a text."""
    return Sentence(made_of) if made_of else text


def in_language(text: str) -> str:
    """Return a sentence in the language of the moment; any other text as it is."""
    return _say(text.made_of) if isinstance(text, Sentence) else text


def _plain(values: Mapping[str, Any]) -> MadeOf:
    return {name: _made_of(value) for name, value in values.items()}


def _made_of(value: Any) -> Any:
    return value.made_of if isinstance(value, Sentence) else value


def _say(made: Any) -> str:
    if isinstance(made, int | float):
        return grouped(made)
    if not isinstance(made, dict):
        return str(made)
    if "number" in made:
        return grouped(made["number"], made["places"])
    if "day" in made:
        return date_format(date.fromisoformat(made["day"]), made["format"])
    if "joined" in made:
        return ", ".join(map(_say, made["joined"]))
    if "plural" in made:
        text = ngettext(made["text"], made["plural"], made["n"])
    else:
        text = gettext(made["text"])
    return text % {name: _say(value) for name, value in made["values"].items()}
