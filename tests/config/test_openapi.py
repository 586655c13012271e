"""The API's document, kept: a change of it, or of the library that writes it, is seen in review.

To renew it: BROADSHEET_RENEW=1 .venv/bin/python -m pytest tests/config/test_openapi.py
"""

import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client

KEPT = Path(__file__).parent / "openapi.json"

pytestmark = pytest.mark.django_db


def told() -> str:
    document = Client().get("/api/v1/openapi.json").json()
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_the_document_is_the_one_that_was_reviewed() -> None:
    if os.environ.get("BROADSHEET_RENEW"):
        KEPT.write_text(told())
    assert told() == KEPT.read_text(), "see the head of this file for how to renew it"


def test_every_operation_says_what_refusals_look_like() -> None:
    for path, operations in json.loads(told())["paths"].items():
        for method, operation in operations.items():
            assert {"404", "422", "429"} <= set(operation["responses"]), (path, method)
            assert "security" in operation or method == "get"


class Finder(HTMLParser):
    """What the site's Content-Security-Policy would not let through."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.refused.append(tag)
        self.refused += [name for name in given if name == "style" or name.startswith("on")]
        self.ids.append(given.get("id") or "")
        self.links.append(given.get("href") or "")


def test_the_page_names_every_operation_and_needs_no_inline_code() -> None:
    page = Client().get("/api/v1/docs").content.decode()
    finder = Finder()
    finder.feed(page)
    assert not finder.refused
    for path, operations in json.loads(told())["paths"].items():
        assert path in page
        for operation in operations.values():
            assert operation["operationId"] in finder.ids
            assert f"#{operation['operationId']}" in finder.links
