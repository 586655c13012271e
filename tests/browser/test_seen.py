"""Marking papers as seen and hiding them, with keys, with the mouse and without script."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.reader import log_in, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT_MS = 60_000


def open_page(browser: Browser, *, with_script: bool = True) -> Page:
    page = browser.new_context(java_script_enabled=with_script).new_page()
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    return page


def test_a_reader_marks_and_hides_what_they_saw(browser: Browser, site: Site) -> None:
    page, said = open_page(browser), []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    sign_up(page, site, "keys@example.org")
    log_in(page, site, "keys@example.org")

    page.goto(f"{site.url}/")
    titles = page.locator(".card-title a")
    first, second = titles.nth(0).inner_text(), titles.nth(1).inner_text()
    page.keyboard.press("j")
    page.keyboard.press("x")
    button = page.locator(".card").first.locator(".seen-button")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("j")
    expect(titles.nth(1)).to_be_focused()

    page.get_by_role("button", name="Hide papers I have seen").click()
    expect(titles.first).to_have_text(second)
    page.goto(f"{site.url}/search/?q=is:seen")
    expect(titles.first).to_have_text(first)

    page.goto(f"{site.url}/search/")
    page.locator("#search-box").press_sequentially("learning", delay=20)
    expect(titles.first).to_be_visible()
    page.get_by_role("button", name="Mark all on this page as seen").click()
    expect(page).to_have_url(f"{site.url}/search/?q=learning")
    expect(page.get_by_text("marked as seen")).to_be_visible()
    assert said == []


def test_so_does_one_without_script(browser: Browser, site: Site) -> None:
    page = open_page(browser, with_script=False)
    sign_up(page, site, "plain-seen@example.org")
    log_in(page, site, "plain-seen@example.org")
    page.goto(f"{site.url}/trending/all/")
    button = page.locator('.seen-button[aria-pressed="false"]').first
    title = page.locator(".card", has=button).first.locator(".card-title a").inner_text()
    button.click()
    page.get_by_role("button", name="Hide papers I have seen").click()
    expect(page).to_have_url(f"{site.url}/trending/all/")
    expect(page.get_by_role("link", name=title)).to_have_count(0)
