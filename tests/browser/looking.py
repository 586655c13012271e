"""Drawn pages looked at in a real Chromium: by axe, and by what looking.js measures.

It asks axe for every rule in the light and, in the dark, for that of colours. Read more:
https://www.deque.com/axe/core-documentation/api-documentation/.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, Page

from tests.browser.pages import DrawnPage
from tests.browser.pages.served import served

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
LOOKING = Path(__file__).with_name("looking.js")
# Loaded along with each page: added to one that is open, they cost two more waits.
SCRIPTS = '<script src="/axe.js"></script><script src="/looking.js"></script>'
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
# Every rule in the light, and in the dark those that the colours decide.
LIGHT = {"runOnly": {"type": "tag", "values": TAGS}}
DARK = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# Colours are a few variables for all, so these show in the dark nearly all that can be wrong.
IN_THE_DARK = {"papers:home", "papers:search", "accounts:settings", "styleguide read"}
DESKTOP, PHONE, ZOOMED = (1280, 900), (320, 640), (640, 450)


@dataclass(slots=True)
class Looked:
    """What was found on one page; each list is empty where all is well."""

    name: str
    faults: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    no_focus: list[str] = field(default_factory=list)
    too_small: list[str] = field(default_factory=list)
    moving: list[str] = field(default_factory=list)

    @property
    def all_found(self) -> list[str]:
        return [*self.faults, *self.too_wide, *self.no_focus, *self.too_small, *self.moving]


def look_at(browser: Browser, pages: list[DrawnPage]) -> Iterator[Looked]:
    """Look at each page in the light, and at some in the dark."""
    with _each_page(browser, pages) as each:
        for page, name in each:
            yield _look(page, name)


def look_in_the_dark(browser: Browser, pages: list[DrawnPage]) -> Iterator[Looked]:
    """Look at the colours of every page in the dark."""
    with _each_page(browser, pages) as each:
        for page, name in each:
            looked = Looked(name)
            _look_in_the_dark(page, looked)
            yield looked


@contextmanager
def _each_page(browser: Browser, pages: list[DrawnPage]) -> Iterator[Iterator[tuple[Page, str]]]:
    """One window that opens each page, and its name."""
    context = browser.new_context(
        viewport={"width": DESKTOP[0], "height": DESKTOP[1]},
        color_scheme="light",
        reduced_motion="reduce",
        service_workers="block",
    )
    page = context.new_page()
    files = {"/axe.js": AXE, "/looking.js": LOOKING}
    with served([drawn.html + SCRIPTS for drawn in pages], files) as all_:
        yield (
            (_open(page, address), drawn.name) for address, drawn in zip(all_, pages, strict=True)
        )
    context.close()


def _open(page: Page, address: str) -> Page:
    page.goto(address)
    return page


def _look(page: Page, name: str) -> Looked:
    looked = Looked(name)
    _ask_axe(page, looked, "light", LIGHT)
    looked.moving = _ask(page, "moving()")
    looked.too_small = _ask(page, f"tooSmall(44, {json.dumps('main .primary')})")
    page.keyboard.press("Tab")
    looked.no_focus = _ask(page, "withoutFocusShown()")
    if name in IN_THE_DARK:
        _look_in_the_dark(page, looked)
    for width, height in (ZOOMED, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        looked.too_wide += [f"{width} px: {each}" for each in _ask(page, "tooWide()")]
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    return looked


def _look_in_the_dark(page: Page, looked: Looked) -> None:
    page.emulate_media(color_scheme="dark")
    _ask_axe(page, looked, "dark", DARK)
    page.keyboard.press("Tab")
    looked.no_focus += [f"dark: {each}" for each in _ask(page, "withoutFocusShown()")]
    page.emulate_media(color_scheme="light")


def _ask(page: Page, call: str) -> list[str]:
    return list(page.evaluate(f"window.looking.{call}"))


def _ask_axe(page: Page, looked: Looked, theme: str, options: dict[str, Any]) -> None:
    wanted = options | {"resultTypes": ["violations"], "iframes": False}
    if theme == "light":
        wanted["rules"] = {"target-size": {"enabled": True}}
    answer = page.evaluate("wanted => axe.run(document, wanted)", wanted)
    for rule in answer["violations"]:
        where = [f"{node['target'][0]}: {node['html'][:150]}" for node in rule["nodes"][:3]]
        words = f"{theme}: {rule['id']} ({rule['impact']}), {len(rule['nodes'])} times, {where}"
        looked.faults.append(words)
