import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

# As root Chromium has no sandbox; it is never to look for its makers' servers.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def chromium_for_tests() -> str:
    """Return its path; skip the test where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("Chromium was not found: install Debian's package chromium to run this test.")
    return path


@contextmanager
def own_browser() -> Iterator[Browser]:
    """While one runs, Django refuses the database to this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_for_tests(), args=FLAGS)
        yield browser
        browser.close()
