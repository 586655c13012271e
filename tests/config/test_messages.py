"""Every text of the site is in every language of it, with all that is put into it."""

import re
from collections import Counter, defaultdict
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings

from config import messages

OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+0#]*\d*(?:\.\d+)?[a-zA-Z]|\{\w*\}")
_TAG = re.compile(r"</?\w+[^>]*>")


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return messages.template()


def path_of(language: str) -> Path:
    return settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po"


def keys(catalog: Catalog) -> set[Any]:
    return {(message.context, message.id) for message in catalog if message.id}


def forms(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalog_has_each_text_and_no_other(language: str, texts: Catalog) -> None:
    known = keys(messages.read(path_of(language)))
    assert keys(texts) - known == set(), "run `make messages`, then translate what it adds"
    assert known - keys(texts) == set(), "run `make messages`"


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    catalog = messages.read(path_of(language))
    missing = [each.id for each in catalog if each.id and not messages.is_translated(each)]
    assert missing == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_holds_what_is_put_into_it(language: str) -> None:
    """A singular may leave its number out ("one paper"), and may not ask for anything else."""
    wrong = []
    for message in messages.read(path_of(language)):
        if not (message.id and messages.is_translated(message)):
            continue
        said, written = forms(message.id), forms(message.string)
        wanted = Counter(_PLACEHOLDER.findall(said[-1]))
        if any(Counter(_PLACEHOLDER.findall(form)) - wanted for form in written):
            wrong.append(message.id)
        if Counter(_PLACEHOLDER.findall(written[-1])) != wanted:
            wrong.append(message.id)
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_markup(language: str) -> None:
    wrong = []
    for message in messages.read(path_of(language)):
        if message.id and messages.is_translated(message):
            said, written = forms(message.id)[-1], forms(message.string)[-1]
            if Counter(_TAG.findall(said)) != Counter(_TAG.findall(written)):
                wrong.append(message.id)
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalog_is_that_of_the_text(language: str) -> None:
    path = path_of(language)
    made = GNUTranslations(BytesIO(messages.compiled(messages.read(path))))
    with path.with_suffix(".mo").open("rb") as file:
        kept = GNUTranslations(file)
    assert vars(kept)["_catalog"] == vars(made)["_catalog"], "run `make messages`"


def test_no_text_stands_both_with_and_without_a_plural() -> None:
    """gettext would find only one of the two."""
    ways = defaultdict(set)
    for _name, text, _comments, context in messages.all_texts():
        ways[context, forms(text)[0]].add(forms(text)[1:])
    assert [text for text, plurals in ways.items() if len(plurals) > 1] == []


def test_texts_are_read_from_all_kinds_of_files(texts: Catalog) -> None:
    kinds = {Path(name).suffix for message in texts for name, _line in message.locations}
    assert {".py", ".html", ".jinja", ".txt"} <= kinds
