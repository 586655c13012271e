"""Dates and numbers as each language writes them."""

import re
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation
from django.utils.formats import date_format

OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
DAY = date(2026, 11, 28)
_IN_TEMPLATES = re.compile(r"""\|(?:date|time):["']([^"']+)["']""")
_FOR_PROGRAMS = {"c", "Y-m-d"}
_IN_CODE = re.compile(r'\b(?:date_format|day)\([^\n"\[]*"([^"]+)"(?: if [^"]*else "([^"]+)")?')


def formats_in_use() -> Iterator[str]:
    for path in (settings.BASE_DIR / "templates").rglob("*"):
        if path.is_file():
            yield from _IN_TEMPLATES.findall(path.read_text())
    for app in ("accounts", "papers", "readinglists"):
        for path in Path(settings.BASE_DIR / app).rglob("*.py"):
            for found in _IN_CODE.findall(path.read_text()):
                yield from filter(None, found)


@pytest.mark.parametrize("language", OTHERS)
def test_each_language_says_how_it_writes_every_format_in_use(language: str) -> None:
    known = import_module(f"config.formats.{language}.formats").DATES
    assert {*formats_in_use()} - {*known} - _FOR_PROGRAMS == set()


def test_a_german_day_has_its_point() -> None:
    with translation.override("de"):
        assert date_format(DAY, "l, j F Y") == "Samstag, 28. November 2026"
        assert date_format(DAY, "j M") == "28. Nov."


def test_english_dates_are_as_written() -> None:
    with translation.override("en"):
        assert date_format(DAY, "l, j F Y") == "Saturday, 28 November 2026"


@pytest.mark.parametrize(("language", "shown"), [("en", "12,345 1.5"), ("de", "12.345 1,5")])
def test_numbers_are_written_as_in_the_language(language: str, shown: str) -> None:
    template = Template("{% load humanize %}{{ n|intcomma }} {{ f|floatformat:1 }}")
    with translation.override(language):
        assert template.render(Context({"n": 12_345, "f": 1.5})) == shown
