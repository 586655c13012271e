"""Searching in a real browser: results as one types, the way back, the keys, and without script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT_MS = 60_000


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    page = browser.new_context().new_page()
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    yield page
    assert said == []


def test_results_follow_the_typing_and_the_way_back_is_kept(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/")
    page.goto(f"{site.url}/search/")
    page.locator("#search-box").press_sequentially("learning", delay=20)
    expect(page.locator("#search-count")).to_contain_text("paper")
    expect(page).to_have_title("learning · Search · Broadsheet")
    assert page.url.endswith("/search/?q=learning")
    assert page.evaluate("document.activeElement.id") == "search-box"
    page.locator(".card-title a").first.click()
    page.go_back()
    expect(page.locator("#search-box")).to_have_value("learning")
    expect(page.locator(".papers .card").first).to_be_visible()
    page.go_back()
    assert page.url == f"{site.url}/"


def test_keys_go_from_paper_to_paper_and_can_be_switched_off(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/search/?q=learning")
    page.keyboard.press("j")
    expect(page.locator(".card-title a").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#search-box")).to_be_focused()
    page.goto(f"{site.url}/search/help/")
    page.get_by_role("button", name="Switch the keys off").click()
    page.goto(f"{site.url}/search/?q=learning")
    page.keyboard.press("j")
    expect(page.locator(".card-title a").first).not_to_be_focused()


def test_suggestions_are_chosen_by_the_arrows(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/")
    box = page.locator("#site-search")
    box.press_sequentially("cat:c", delay=20)
    # Not those of what was typed a moment before.
    expect(page.get_by_role("option").first).to_contain_text("cs.")
    box.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=cat%3Acs\.[A-Z]{2}$"))


def test_all_of_it_works_without_script(browser: Browser, site: Site) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site.url}/search/")
    page.locator("#search-box").fill("learning")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Narrow").click()
    page.locator("#search-facets li a").first.click()
    expect(page.locator(".papers .card").first).to_be_visible()
    assert "cat%3A" in page.url


def test_a_suggestion_is_taken_by_a_click(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/")
    page.locator("#site-search").press_sequentially("cat:c", delay=20)
    # Slower than the list takes to close once the box has lost the focus.
    page.get_by_role("option").first.click(delay=400)
    expect(page).to_have_url(re.compile(r"/search/\?q=cat%3Acs\.[A-Z]{2}$"))
