from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import chromium_for_tests, own_browser
from tests.browser.site import Site, running_site
from tests.origin import Origin


# A file at a time: while Playwright runs it keeps an event loop in this thread, where Django would
# refuse the database to the tests that follow.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with own_browser() as browser:
        yield browser


# It ends with the last of these files: its processes would run beside all other tests.
@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A whole running site for all files: each test signs up readers of its own.

    What a test changes for all readers it puts back.
    """
    chromium_for_tests()
    var: Path = tmp_path_factory.mktemp("site")
    var.chmod(0o711)
    with Origin() as origin, running_site(var, origin=origin.environment) as running:
        yield running
