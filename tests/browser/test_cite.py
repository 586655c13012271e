"""A paper's page in a real browser: nothing is refused, and the BibTeX entry is copied."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT_MS = 60_000


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.goto(f"{site.url}/search/?q=learning")
    page.locator(".card-title a").first.click()
    yield page
    assert said == []


def test_the_entry_is_copied(page: Page) -> None:
    page.get_by_text("Cite or take away").click()
    page.get_by_role("button", name="Copy BibTeX").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").lstrip().startswith("@misc{")


def test_programs_find_the_paper_in_the_page(page: Page) -> None:
    said = json.loads(page.locator("script[type='application/ld+json']").text_content() or "")
    assert said["@type"] == "ScholarlyArticle"
    title = page.locator("meta[name='citation_title']").get_attribute("content")
    assert title == said["headline"]
