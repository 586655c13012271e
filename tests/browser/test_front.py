"""The front page: a calendar without script, what is near by htmx; nothing moves or fails."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.reader import log_in, save_first_paper, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT_MS = 60_000
SHIFT = """window.shift = 0; new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({type: "layout-shift", buffered: true})"""


def test_days_are_found_without_script(browser: Browser, site: Site) -> None:
    page = browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 800}
    ).new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{site.url}/")
    expect(page.locator(".with-lead .card").first).to_be_visible()
    day = page.locator(".month a").last
    expect(day).to_be_hidden()
    page.get_by_text("Calendar", exact=True).click()
    expect(day).to_be_visible()
    day.click()
    expect(page.locator("h1")).to_be_visible()
    page.goto(f"{site.url}/days/")
    expect(page.get_by_role("table")).to_be_visible()


def test_what_is_near_comes_to_the_page_and_moves_nothing(browser: Browser, site: Site) -> None:
    page, said = browser.new_page(), []
    page.set_default_timeout(WAIT_MS)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.add_init_script(SHIFT)
    sign_up(page, site, "front@example.org")
    log_in(page, site, "front@example.org")
    save_first_paper(page, site, "To read")
    page.goto(f"{site.url}/")
    section = page.locator("#front-near")
    expect(section).not_to_have_attribute("hx-get", "/near/", timeout=WAIT_MS)
    expect(section.get_by_role("link", name="Find them")).to_have_count(0)
    assert page.evaluate("window.shift") <= 0.02
    assert said == []
