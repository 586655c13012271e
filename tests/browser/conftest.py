from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.site import Site, running_site
from tests.origin import Origin


# A file at a time: while Playwright runs it keeps an event loop in this thread, where Django would
# refuse the database to the tests that follow.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        yield browser
        browser.close()


# It ends with the last of these files: its processes would run beside all other tests.
@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A whole running site for all files: each test signs up readers of its own.

    What a test changes for all readers it puts back.
    """
    _chromium()
    var: Path = tmp_path_factory.mktemp("site")
    var.chmod(0o711)
    with Origin() as origin, running_site(var, origin=origin.environment) as running:
        yield running


def _chromium() -> str:
    path = find_chromium()
    if path is None:
        pytest.skip("Chromium was not found: install Debian's package chromium to run this test.")
    return path
