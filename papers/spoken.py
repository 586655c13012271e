"""Sentences that were stored in English, said in the language of the moment.

A sentence that is no text of the catalogs as it stands may have been made of one by putting values
into it ("export.arxiv.org answered with HTTP 503."): it is known again by what stands around them,
and what was put in is looked up too. What is stored beside what it was made of: sentences.py.
"""

import re
from functools import cache, lru_cache

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, trans_real

# With fewer letters around its values a text would know again what it never said: "%s of %s".
FEWEST_LETTERS = 8
MOST_DEPTH = 4
LONGEST = 300
KEPT = 2_000
# What texts call a value that is a number: it holds no words.
NUMBERS = ("n", "count", "most", "total")
_VALUE = re.compile(r"%(?:\((\w+)\))?[sd]")


def spoken(text: str) -> str | None:
    """Return the sentence in the language of the moment, None where it is not known in that."""
    language = get_language() or settings.LANGUAGE_CODE
    if _is_english(language):
        return text
    return _translated(language, text) if len(text) <= LONGEST else None


def marked(text: str) -> SafeString | str:
    """Return the sentence for a page: what stays English is marked as that, for screen readers."""
    said = spoken(text) if text else ""
    return format_html('<span lang="en">{}</span>', text) if said is None else said


def _is_english(language: str) -> bool:
    return language.partition("-")[0] == "en"


@lru_cache(maxsize=KEPT)
def _translated(language: str, text: str, depth: int = 0) -> str | None:
    texts = _texts(language)
    if isinstance(known := texts.get(text), str):
        return known
    if depth > MOST_DEPTH:
        return None
    found = next(filter(None, (form.fullmatch(text) for form in _forms(language))), None)
    if found is None:
        return None
    values = {name: _value(language, value, depth) for name, value in found.groupdict().items()}
    said = texts[_text_of(language)[found.re]].replace("%%", "%")
    return _VALUE.sub(lambda place: values[_name(place)], said)


def _value(language: str, value: str, depth: int) -> str:
    return _translated(language, value, depth + 1) or value


@cache
def _texts(language: str) -> dict[str, str]:
    """All texts of the catalog that have neither a plural nor a context."""
    # As Django's own JavaScriptCatalog reads it.
    found = trans_real.translation(language)._catalog.items()  # type: ignore[attr-defined]
    return {
        key: text
        for key, text in found
        if isinstance(key, str) and key and "\x04" not in key and isinstance(text, str)
    }


@cache
def _text_of(language: str) -> dict[re.Pattern[str], str]:
    texts = (text for text in _texts(language) if _VALUE.search(text))
    return {_form(text): text for text in texts if _letters(text) >= FEWEST_LETTERS}


@cache
def _forms(language: str) -> tuple[re.Pattern[str], ...]:
    """Those with the most letters of their own first: of two that fit, the one that says more."""
    of_text = _text_of(language)
    return tuple(sorted(of_text, key=lambda form: -_letters(of_text[form])))


def _form(text: str) -> re.Pattern[str]:
    parts, end, seen = [], 0, set[str]()
    for place in _VALUE.finditer(text):
        name = _name(place)
        parts.append(re.escape(text[end : place.start()].replace("%%", "%")))
        value = "[0-9.,]+" if name in NUMBERS else ".+?"
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{value})")
        seen.add(name)
        end = place.end()
    return re.compile("".join([*parts, re.escape(text[end:].replace("%%", "%"))]), re.DOTALL)


def _letters(text: str) -> int:
    return sum(map(str.isalpha, _VALUE.sub("", text)))


def _name(place: re.Match[str]) -> str:
    """A value without a name is the only one of its text."""
    return place[1] or "only"
