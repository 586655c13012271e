"""Every word of the templates goes through gettext: what is left of them without tags, variables
and translated texts holds names alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# The style page is for developers; mails' style is no text; what is no page is read by programs.
NO_TEXT = ("styleguide", "emails/mail.css", "papers/service_worker.js")
# Names, and words that are the same in all languages or are for programs.
NAMES = {"arXiv", "BibTeX", "Broadsheet", "Atom", "JSON", "Feed", "OPML"}
NAMES |= {
    "RIS",
    "CSL",
    "DOI",
    "PDF",
    "HTML",
    "UTC",
    "MB",
    "API",
    "RSS",
    "GitHub",
    "Hugging",
    "Face",
}
_GONE = re.compile(
    r"\{#.*?#\}"
    r"|\{%-?\s*comment.*?endcomment\s*-?%\}"
    r"|\{%-?\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*-?%\}"
    r"|\{%-?\s*trans\b(?:(?!%\}).)*-?%\}.*?\{%-?\s*endtrans\s*-?%\}"
    r"|\{\{[^}]*\}\}/[\w/]+"  # an address of this site
    r"|\{%.*?%\}|\{\{.*?\}\}"
    r"|<!--.*?-->|<!doctype[^>]*>"
    r"|<(script|style|svg|code|pre|kbd)\b.*?</\1>",
    re.DOTALL,
)
_SAID_BY_ATTRIBUTES = re.compile(r'\b(?:aria-label|title|placeholder|alt|data-label)="([^"]*)"')
_TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
_ENTITY = re.compile(r"&#?\w+;")
_WORD = re.compile(r"[^\W\d_]{2,}")


def _paths() -> Iterator[Path]:
    for path in sorted(TEMPLATES.rglob("*")):
        name = path.relative_to(TEMPLATES).as_posix()
        if path.suffix in {".html", ".jinja", ".txt"} and not name.startswith(NO_TEXT):
            yield path


def words_left(source: str) -> list[str]:
    """Return the words that a template shows and nobody can translate."""
    text = _GONE.sub(" ", source)
    shown = [*_SAID_BY_ATTRIBUTES.findall(text), _TAG.sub(" ", text)]
    words = _WORD.findall(_ENTITY.sub(" ", " ".join(shown)))
    return [word for word in words if word not in NAMES]


@pytest.mark.parametrize("path", list(_paths()), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_word_can_be_translated(path: Path) -> None:
    assert words_left(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>{% translate 'Yes' %}</p>", []),
        ("<p>{% if a < b %}Plain{% endif %}</p>", ["Plain"]),
        ('<a title="Plain">{{ x }}</a>', ["Plain"]),
        ("{% blocktranslate with n=1 %}{{ n }} of them{% endblocktranslate %}", []),
        ("{{ _('Yes') }} no", ["no"]),
        ("<p>{# Why so. #}<code>manage.py</code> arXiv&nbsp;·</p>", []),
    ],
)
def test_a_word_is_found_wherever_it_is_shown(source: str, words: list[str]) -> None:
    assert words_left(source) == words
