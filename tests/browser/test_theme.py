"""Light, dark, or as the system: chosen once, shown before the first paint, kept in the browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIGHT, DARK = "rgb(251, 250, 246)", "rgb(23, 22, 20)"
# What a page looked like when its body began: nothing is painted before that.
RECORD = """
new MutationObserver((_, observer) => {
  if (!document.body) return;
  window.firstTheme = document.documentElement.dataset.theme || "";
  observer.disconnect();
}).observe(document, {childList: true, subtree: true});
"""


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize(("system", "shown"), [("light", LIGHT), ("dark", DARK)])
def test_the_system_decides_until_the_reader_does(
    browser: Browser, site: Site, system: str, shown: str
) -> None:
    page = browser.new_context(color_scheme=system).new_page()  # type: ignore[arg-type]
    page.add_init_script(RECORD)
    page.goto(site.url)
    assert background(page) == shown
    page.get_by_label("dark", exact=True).check()
    assert background(page) == DARK
    page.goto(f"{site.url}/status/")
    assert page.evaluate("window.firstTheme") == "dark"
    assert background(page) == DARK
    page.get_by_label("light", exact=True).check()
    assert background(page) == LIGHT
    page.get_by_label("as the system").check()
    page.reload()
    assert background(page) == shown
    assert page.context.cookies() == []


def test_without_script_the_system_decides(browser: Browser, site: Site) -> None:
    context = browser.new_context(color_scheme="dark", java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url)
    expect(page.get_by_label("dark", exact=True)).to_be_hidden()
    context.close()


def test_paper_is_white_in_print(browser: Browser, site: Site) -> None:
    page = browser.new_context(color_scheme="dark").new_page()
    page.goto(site.url)
    page.get_by_label("dark", exact=True).check()
    page.emulate_media(media="print", color_scheme="dark")
    assert background(page) == "rgb(255, 255, 255)"
