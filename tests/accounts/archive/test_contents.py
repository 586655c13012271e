from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from accounts.archive.contents import HOLDINGS, NotWritten, Written, models_about_a_reader

WRITTEN = sorted(label for label, each in HOLDINGS.items() if isinstance(each, Written))
# No key of the database leads from these to a reader.
WITHOUT_KEY = {"sessions.Session", "accounts.Suppression"}


@pytest.mark.promise(41)
def test_every_model_about_a_reader_is_named() -> None:
    labels = {model._meta.label for model in models_about_a_reader()}
    missing = sorted(labels - HOLDINGS.keys())
    assert not missing, (
        f"say in accounts/archive/contents.py how an archive has {missing}, or why not"
    )
    assert HOLDINGS.keys() - labels == WITHOUT_KEY


@pytest.mark.promise(41)
@pytest.mark.parametrize("label", WRITTEN)
def test_every_field_of_what_is_written_is_named(label: str) -> None:
    holding = HOLDINGS[label]
    assert isinstance(holding, Written)
    there = {key.name for key in apps.get_model(label)._meta.concrete_fields}
    named = {*holding.fields, *holding.left_out}
    assert there == named, f"name in accounts/archive/contents.py, {label}: {there ^ named}"
    assert not set(holding.fields) & set(holding.left_out)


def test_what_is_not_written_says_why() -> None:
    assert all(each.why for each in HOLDINGS.values() if isinstance(each, NotWritten))


@pytest.mark.parametrize("label", sorted(HOLDINGS))
def test_the_documentation_names_every_part(label: str) -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "archive.md").read_text()
    holding = HOLDINGS[label]
    words = holding.key.split(", ") if isinstance(holding, Written) else [label]
    assert all(f"`{word}`" in text for word in words)
