"""Following searches in a real browser, on a whole running site: by htmx, by script-free forms."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.reader import log_in, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
READER = "follower@example.org"
OTHER_READER = "other-follower@example.org"


def a_title_word(page: Page, site: Site) -> str:
    page.goto(site.url)
    found = re.search(r"[A-Za-z]{7,}", page.locator(".card-title").first.inner_text())
    assert found is not None
    return found[0]


def test_a_search_is_followed_left_and_taken_back(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    sign_up(page, site, READER)
    log_in(page, site, READER)
    word = a_title_word(page, site)
    page.goto(f"{site.url}/search/?q={word}")
    page.get_by_role("button", name="Follow this search").click()
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    assert page.url.endswith(f"/search/?q={word}")

    matched = page.locator(".papers .card")
    for _attempt in range(30):
        page.goto(f"{site.url}/follows/")
        page.get_by_role("link", name=word).first.click()
        if matched.count():
            break
        page.wait_for_timeout(1000)
    expect(matched.first).to_be_visible()

    page.goto(f"{site.url}/follows/")
    page.get_by_role("button", name=re.compile("^Remove")).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".messages")).to_contain_text(f"You follow “{word}” again.")
    assert problems == []


def test_without_script_it_works_the_same(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_up(page, site, OTHER_READER)
    log_in(page, site, OTHER_READER)
    page.goto(f"{site.url}/search/?q=anything+else")
    page.get_by_role("button", name="Follow this search").click()
    assert page.url.endswith("/search/?q=anything+else")
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    context.close()
