"""What a browser sees of a page with an empty cache: first paint, bytes, shifts, other hosts.

    python -m benchmarks.first_paint FOLDER [--runs 7] [--reader EMAIL --password WORDS]

FOLDER is a site left by `benchmarks.load --keep FOLDER`. It is served as `manage.py start` serves
it, over loopback, without its workers; each run is a new browser context. The service worker is
blocked: what it fetches comes after the page.
"""

import argparse
import os
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright

from benchmarks.site import print_table
from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.site import running_site

PAGES = {"trending": "/trending/now/", "front page": "/"}
HEIGHTS = {360: 740, 1440: 900}
# What moves late, moves after the network has fallen silent.
SETTLE_MS = 600
# See https://web.dev/articles/cls and https://www.w3.org/TR/paint-timing/
WATCH = """
window.shift = 0;
window.refused = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
document.addEventListener("securitypolicyviolation", (e) => window.refused.push(e.blockedURI));
"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
ANSWER = "performance.getEntriesByType('navigation')[0].responseEnd"
HEAD = (
    *("who", "page", "width", "paint ms", "answer ms", "kB"),
    *("requests", "shift", "other hosts", "refused"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    paint_ms: float
    answer_ms: float
    transferred_bytes: float
    requests: int
    shift: float
    elsewhere: int
    refused: int


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--reader", default="")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    path = find_chromium()
    if path is None:
        sys.exit("Error: Chromium was not found.")
    site = running_site(options.folder.absolute(), origin={}, sample=False, only="web")
    with site as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        readers: dict[str, StorageState | None] = {"visitor": None}
        if options.reader:
            readers["reader"] = log_in(browser, running.url, options.reader, options.password)
        rows = [
            row(who, name, width, [visit(browser, state, url, width) for _ in range(options.runs)])
            for who, state in readers.items()
            for name, url in {name: f"{running.url}{PAGES[name]}" for name in PAGES}.items()
            for width in HEIGHTS
        ]
    load = os.getloadavg()[0]
    sys.stdout.write(f"median (slowest) of {options.runs} runs; load {load:.1f}\n")
    print_table(HEAD, rows)


def log_in(browser: Browser, url: str, email: str, password: str) -> StorageState:
    page = browser.new_page()
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("Email").first.fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in").first.click()
    page.get_by_role("button", name="Log out").wait_for()
    return page.context.storage_state()


def visit(browser: Browser, state: StorageState | None, url: str, width: int) -> Visit:
    context = browser.new_context(
        storage_state=state,
        viewport={"width": width, "height": HEIGHTS[width]},
        service_workers="block",
    )
    try:
        return _visit(context, url)
    finally:
        context.close()


def _visit(context: BrowserContext, url: str) -> Visit:
    page = context.new_page()
    page.add_init_script(WATCH)
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url, wait_until="networkidle")
    page.wait_for_timeout(SETTLE_MS)
    here = urlsplit(url).netloc
    elsewhere = [each for each in asked if urlsplit(each).netloc not in (here, "")]
    return Visit(
        paint_ms=float(page.evaluate(PAINT)),
        answer_ms=float(page.evaluate(ANSWER)),
        transferred_bytes=sum(sizes),
        requests=len(asked),
        shift=float(page.evaluate("window.shift")),
        elsewhere=len(elsewhere),
        refused=int(page.evaluate("window.refused.length")),
    )


def row(who: str, name: str, width: int, visits: list[Visit]) -> tuple[str, ...]:
    paints = [each.paint_ms for each in visits]
    answers = [each.answer_ms for each in visits]
    return (
        who,
        name,
        str(width),
        f"{statistics.median(paints):.0f} ({max(paints):.0f})",
        f"{statistics.median(answers):.0f} ({max(answers):.0f})",
        f"{statistics.median(each.transferred_bytes for each in visits) / 1000:.1f}",
        str(max(each.requests for each in visits)),
        f"{max(each.shift for each in visits):.4f}",
        str(max(each.elsewhere for each in visits)),
        str(max(each.refused for each in visits)),
    )


if __name__ == "__main__":
    main()
