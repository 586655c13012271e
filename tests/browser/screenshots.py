"""`make screenshots`: every page a person can meet, at three widths, light and dark, and in print.

Not a test: pictures for people to look at, in `screenshots/`, with an `index.html` to leaf through.
`python -m tests.browser.screenshots list paper` draws only the pages whose names begin so.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, FloatRect, Page, Route, sync_playwright

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.gallery import NEWCOMER, READER, SHOWN_IN_PRINT, STAFF, Picture, pictures
from tests.browser.reader import log_in, send_issue_now
from tests.browser.site import PROJECT, Site, running_site
from tests.origin import Origin

FOLDER = PROJECT / "screenshots"
SIZES = {360: 740, 768: 1024, 1440: 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# What is far below looks as what is above it.
TALLEST = 3600
SCENERY = "from tests.browser.scenery import build; build()"
# Of A4 between margins of 15 mm, at 96 pixels an inch.
PRINTED_WIDTH = 680


def main() -> None:
    path = find_chromium()
    if path is None:
        sys.exit(
            "Error: Chromium was not found. Install it (Debian, Ubuntu: apt install chromium)."
        )
    FOLDER.mkdir(exist_ok=True)
    with _site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        made = json.loads(site.manage("shell", "-v0", "-c", SCENERY))
        pages = _pages(browser, site, made["faults"])
        wanted = [
            each
            for each in pictures(pages["reader"], site, made["addresses"], list(made["faults"]))
            if each.name.startswith(tuple(sys.argv[1:] or [""]))
        ]
        for each in wanted:
            _shoot(pages[each.who], site, each)
        browser.close()
    (FOLDER / "index.html").write_text(_index(wanted), encoding="utf-8")
    sys.stdout.write(f"The pictures are in {FOLDER}: open index.html\n")


@contextmanager
def _site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="broadsheet-") as folder, Origin() as origin:
        var = Path(folder)
        var.chmod(0o711)
        with running_site(var, origin=origin.environment) as site:
            yield site


def _pages(browser: Browser, site: Site, faults: dict[str, str]) -> dict[str, Page]:
    """Return a page for each kind of person; faults are answered as the site would."""
    pages = {}
    people = {"visitor": "", "reader": READER, "newcomer": NEWCOMER, "staff": STAFF}
    for who, email in people.items():
        page = browser.new_context(service_workers="block", reduced_motion="reduce").new_page()
        page.route("**/faults/*", lambda route: _answer(route, faults))
        if email:
            log_in(page, site, email)
        pages[who] = page
    send_issue_now(pages["reader"], site, READER)
    return pages


def _answer(route: Route, faults: dict[str, str]) -> None:
    body = faults[route.request.url.rpartition("/")[2]]
    route.fulfill(body=body, content_type="text/html; charset=utf-8")


def _shoot(page: Page, site: Site, picture: Picture) -> None:
    page.set_viewport_size({"width": 1440, "height": SIZES[1440]})
    page.goto(
        f"{site.url}{picture.address}" if picture.address.startswith("/") else picture.address
    )
    if picture.then:
        picture.then(page)
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            _draw(page, f"{picture.name}-{width}-{scheme}")
    if picture.name in SHOWN_IN_PRINT:
        page.set_viewport_size({"width": PRINTED_WIDTH, "height": 900})
        page.emulate_media(media="print", color_scheme="dark")
        _draw(page, f"{picture.name}-print")
        page.emulate_media(media="screen")


def _draw(page: Page, name: str) -> None:
    width, height, wide = page.evaluate(
        "[innerWidth, document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
    )
    if wide > width:
        sys.stdout.write(f"{name}: {wide - width} px wider than the window\n")
    clip = FloatRect(x=0, y=0, width=width, height=min(height, TALLEST))
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True, clip=clip)


def _index(drawn: list[Picture]) -> str:
    """Return a page that shows all pictures of a page in a row."""
    rows = []
    for each in drawn:
        names = [f"{each.name}-{width}-{scheme}" for width in SIZES for scheme in SCHEMES]
        if each.name in SHOWN_IN_PRINT:
            names.append(f"{each.name}-print")
        shown = "".join(
            f'<a href="{escape(name)}.png"><img src="{escape(name)}.png" alt="{escape(name)}" '
            'loading="lazy" height="420"></a> '
            for name in names
        )
        rows.append(f"<h2>{escape(each.name)} <small>{each.who}</small></h2><p>{shown}</p>")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title>'
        "<style>body{font-family:sans-serif;background:#888}p{white-space:nowrap;overflow:auto}"
        f"</style><h1>Pages</h1>{''.join(rows)}</html>"
    )


if __name__ == "__main__":
    main()
