"""The main job, as a newcomer does it after `make run`, in a real browser on a real site."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.reader import log_in, save_first_paper, send_issue_now, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READER = "newcomer@example.org"
# A test's own time-outs, for a machine that is busy: nothing is measured here.
WAIT_MS = 60_000


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
    log_in(page, site, READER)

    page.goto(site.url)
    vote = page.locator(".vote").first
    vote.click()
    expect(page.locator(".vote").first).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator(".vote").first).to_have_attribute("aria-pressed", "true")

    paper = save_first_paper(page, site, "To read on the train")
    page.goto(f"{site.url}/lists/")
    page.get_by_role("link", name="To read on the train").click()
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_label("Address of the list").input_value()

    private = browser.new_context().new_page()
    answer = private.goto(address)
    assert answer is not None
    assert answer.headers["cache-control"] == "no-store"
    expect(private.get_by_role("heading", name="To read on the train", exact=True)).to_be_visible()
    expect(private.get_by_role("link", name=paper, exact=True)).to_be_visible()
    assert READER not in private.content()

    page.goto(send_issue_now(page, site, READER))
    assert page.locator("a[href*='/paper/']").count() > 0

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Log out")).to_have_count(0)
    # What Clear-Site-Data leaves, and all that may be there: choices of the device, nobody's texts.
    kept = set(page.evaluate("Object.keys(localStorage)"))
    assert kept <= {"theme", "keys-off"}
    assert problems == []
