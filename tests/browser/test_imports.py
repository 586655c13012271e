"""A file comes into a list by way of a worker, with script and without."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from readinglists.imports.steps import READ_AT_ONCE_BYTES
from tests.browser.reader import log_in, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT_MS = 60_000


def open_page(browser: Browser, *, with_script: bool) -> Page:
    page = browser.new_context(java_script_enabled=with_script).new_page()
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    return page


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no script"])
def test_a_large_file_is_read_by_a_worker_and_imported(
    browser: Browser, site: Site, with_script: bool
) -> None:
    page, said = open_page(browser, with_script=with_script), []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    email = f"imports-{with_script}@example.org"
    sign_up(page, site, email)
    log_in(page, site, email)

    page.goto(site.url)
    title = page.locator(".card-title a").first
    words, address = title.inner_text(), str(title.get_attribute("href"))
    padding = "word " * (READ_AT_ONCE_BYTES // 4)
    body = (
        f"@misc{{a, url={{{site.url}{address}}}, x-section={{Of moors}}, annote={{mine}},"
        f" abstract={{{padding}}}}}\n@misc{{b, title={{Nothing}}}}\n"
    )
    page.goto(f"{site.url}/lists/")
    page.get_by_role("link", name="Import", exact=True).click()
    file = {"name": "moors.bib", "mimeType": "text/plain", "buffer": body.encode()}
    page.get_by_label("A file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Read it").click()

    expect(page.get_by_role("heading", name="What will change")).to_be_visible()
    expect(page.get_by_role("link", name=words, exact=True)).to_be_visible()
    page.get_by_role("link", name=re.compile(r"not understood \(1\)")).click()
    expect(page.get_by_text("no paper here has this title")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="Open the list").click()
    expect(page.get_by_role("heading", name="moors", exact=True)).to_be_visible()
    expect(page.get_by_text("mine", exact=True)).to_be_visible()
    assert said == []
