"""The main job, as a newcomer does it after `make run`, in a real browser on a real site."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.reader import log_in, newest_link, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READER = "newcomer@example.org"
# A test's own time-outs, for a machine that is busy: nothing is measured here.
WAIT_MS = 60_000


def make_list_with_first_paper(page: Page, site: Site, title: str) -> str:
    """Save the first paper of the front page in a new list and return the paper's title."""
    page.goto(site.url)
    paper = page.locator(".card-title a").first.inner_text()
    page.get_by_role("link", name=re.compile("Save")).first.click()
    page.locator(".save-panel input[type=text]").fill(title)
    page.locator(".save-panel").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved").first).to_be_visible()
    return paper


def test_a_newcomer_votes_shares_a_list_and_reads_the_days_issue(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(timezone_id="Europe/Vienna")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )

    sign_up(page, site, READER)
    if not page.get_by_role("button", name="Log out").is_visible():
        log_in(page, site, READER)

    page.goto(site.url)
    vote = page.locator(".vote").first
    vote.click()
    expect(page.locator(".vote").first).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator(".vote").first).to_have_attribute("aria-pressed", "true")

    paper = make_list_with_first_paper(page, site, "To read on the train")
    page.goto(f"{site.url}/lists/")
    page.get_by_role("link", name="To read on the train").click()
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_label("Address of the list").input_value()

    private = browser.new_context().new_page()
    answer = private.goto(address)
    assert answer is not None
    assert answer.headers["cache-control"] == "no-store"
    expect(private.get_by_role("heading", name="To read on the train")).to_be_visible()
    expect(private.get_by_role("link", name=paper)).to_be_visible()
    assert READER not in private.content()

    page.goto(f"{site.url}/issues/")
    page.get_by_role("button", name=re.compile("Send me today")).click()
    wait_for_issue(page, site)
    copy = newest_link(page, site, READER, "/issues/")
    page.goto(copy)
    assert page.locator("a[href*='/paper/']").count() > 0

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in", exact=True)).to_be_visible()
    assert problems == []


def wait_for_issue(page: Page, site: Site) -> None:
    """Look into the outbox until the worker has sent the issue."""
    for _ in range(60):
        page.goto(f"{site.url}/outbox/")
        if page.get_by_role("row").filter(has_text=re.compile(r"more papers?|papers")).count():
            return
        page.wait_for_timeout(1000)
    raise AssertionError("The issue did not reach the outbox within a minute.")
