"""What a reader does in a browser, step by step, in words that a test can be read in."""

import re

from playwright.sync_api import Page, expect

from tests.browser.site import Site

PASSWORD = "a long passphrase of mine"


def sign_up(page: Page, site: Site, email: str) -> None:
    """Sign up with the confirmation mail read from the outbox."""
    page.goto(f"{site.url}/accounts/signup/")
    page.get_by_label("Email").first.fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.goto(newest_link(page, site, email, "/accounts/confirm-email/"))
    page.get_by_role("main").get_by_role("button", name=re.compile("confirm it")).click()


def log_in(page: Page, site: Site, email: str) -> None:
    """Log in, unless this browser is logged in already, as it is after confirming there."""
    page.goto(f"{site.url}/accounts/login/")
    if page.get_by_role("button", name="Log out").is_visible():
        return
    page.get_by_label("Email").first.fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").first.click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def save_first_paper(page: Page, site: Site, title: str) -> str:
    """Save the first paper of the front page not saved yet in the list `title`, made if need be.

    Returns the paper's title.
    """
    page.goto(site.url)
    unsaved = page.locator('.save-button[aria-pressed="false"]')
    card = page.locator(".card").filter(has=unsaved)
    paper = card.first.locator(".card-title a").inner_text()
    card.first.get_by_role("link", name=re.compile("^Choose lists")).click()
    panel = page.locator(".save-panel")
    expect(panel).to_be_visible()
    if panel.get_by_label(title).count():
        panel.get_by_label(title).check()
    else:
        panel.locator("input[type=text]").fill(title)
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_have_count(0)
    return paper


def send_issue_now(page: Page, site: Site, email: str) -> str:
    """Press the button, wait until a worker has sent the issue, return its web copy's address."""
    page.goto(f"{site.url}/issues/")
    page.get_by_role("button", name=re.compile("Send me today")).click()
    issue = page.get_by_role("row").filter(has_text=email).filter(has_text=re.compile("papers?"))
    for _ in range(60):
        page.goto(f"{site.url}/outbox/")
        if issue.count():
            issue.get_by_role("link").first.click()
            return _link_here(page, "/issues/")
        page.wait_for_timeout(1000)
    raise AssertionError("The issue did not reach the outbox within a minute.")


def newest_link(page: Page, site: Site, email: str, part: str) -> str:
    """Return the first address with `part` in the newest mail to `email` in the outbox."""
    page.goto(f"{site.url}/outbox/")
    page.get_by_role("row").filter(has_text=email).get_by_role("link").first.click()
    return _link_here(page, part)


def _link_here(page: Page, part: str) -> str:
    mail = page.get_by_role("main").inner_text()
    found = re.search(rf"https?://\S*{re.escape(part)}\S+", mail)
    assert found, f"no link with {part} in the mail:\n{mail}"
    return found.group().rstrip(".)>")
