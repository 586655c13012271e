"""`make screenshots`: the main pages with sample papers, light and dark, phone and desktop.

Not a test: pictures for people to look at, in `screenshots/`.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.reader import log_in, save_first_paper, send_issue_now, sign_up
from tests.browser.site import PROJECT, Site, running_site
from tests.origin import Origin

FOLDER = PROJECT / "screenshots"
READER = "reader@example.org"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LIST = "To read on the train"


def main() -> None:
    path = find_chromium()
    if path is None:
        sys.exit(
            "Error: Chromium was not found. Install it (Debian, Ubuntu: apt install chromium)."
        )
    FOLDER.mkdir(exist_ok=True)
    with _site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        pages = _pages(_prepare(browser, site), site)
        for size, (width, height) in SIZES.items():
            for scheme in SCHEMES:
                context = browser.new_context(
                    color_scheme=scheme,
                    viewport={"width": width, "height": height},
                )
                _shoot(context, site, pages, f"{size}-{scheme}")
        browser.close()
    sys.stdout.write(f"The pictures are in {FOLDER}\n")


@contextmanager
def _site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="broadsheet-") as folder, Origin() as origin:
        var = Path(folder)
        var.chmod(0o711)
        with running_site(var, origin=origin.environment) as site:
            yield site


def _prepare(browser: Browser, site: Site) -> Page:
    page = browser.new_page()
    sign_up(page, site, READER)
    log_in(page, site, READER)
    for _ in range(3):
        save_first_paper(page, site, LIST)
    send_issue_now(page, site, READER)
    return page


def _pages(page: Page, site: Site) -> dict[str, str]:
    """Return the address of each picture; the first ones are looked at signed out."""
    page.goto(site.url)
    paper = page.locator(".card-title a").first.get_attribute("href") or ""
    page.goto(f"{site.url}/lists/")
    page.get_by_role("link", name=LIST).click()
    reading_list = page.url.removeprefix(site.url)
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_role("button", name="Make a link").click()
    shared = page.get_by_label("Address of the list").input_value().removeprefix(site.url)
    page.goto(f"{site.url}/issues/")
    issue = page.locator("tbody a").first.get_attribute("href") or ""
    return {
        "front": "/",
        "trending": "/trending/now/",
        "new": "/new/cs.CL/",
        "search": "/search/?q=decoder-only",
        "paper": paper,
        "shared-list": shared,
        "subscribe": "/subscribe/",
        "my-front": "/",
        "my-near": "/near/",
        "my-list": reading_list,
        "my-issues": "/issues/",
        "my-issue": issue,
        "my-settings": "/settings/",
    }


def _shoot(context: BrowserContext, site: Site, pages: dict[str, str], suffix: str) -> None:
    page = context.new_page()
    is_logged_in = False
    for name, address in pages.items():
        if name.startswith("my-") and not is_logged_in:
            log_in(page, site, READER)
            is_logged_in = True
        page.goto(f"{site.url}{address}")
        page.screenshot(path=FOLDER / f"{name}-{suffix}.png")
    context.close()


if __name__ == "__main__":
    main()
