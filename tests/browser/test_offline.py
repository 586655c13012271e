"""Without a network the site says so itself; keys lead from page to page."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_without_a_network_the_site_says_so(browser: Browser, site: Site) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.url)
    # Not by wait_for_function, whose predicate the policy of the page forbids.
    page.evaluate(
        "new Promise((done) => navigator.serviceWorker.controller ? done() :"
        " navigator.serviceWorker.addEventListener('controllerchange', () => done()))"
    )
    context.set_offline(True)
    page.goto(f"{site.url}/new/")
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
    kept = page.evaluate(
        "caches.keys().then(async (names) => (await Promise.all(names.map(async (name) =>"
        " (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname)))).flat())"
    )
    assert {path for path in kept if not path.startswith("/static/")} == {"/offline/"}
    context.set_offline(False)
    page.reload()
    expect(page.get_by_role("heading", name="No network")).to_have_count(0)
    context.close()


def test_g_and_a_letter_go_to_a_page(browser: Browser, site: Site) -> None:
    page = browser.new_context().new_page()
    page.goto(site.url)
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.wait_for_url("**/new/")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(f"{site.url}/trending/now/")
