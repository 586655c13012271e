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
    page.goto(f"{site.url}/accounts/login/")
    page.get_by_label("Email").first.fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").first.click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def newest_link(page: Page, site: Site, email: str, part: str) -> str:
    """Return the first address with `part` in the newest mail to `email` in the outbox."""
    page.goto(f"{site.url}/outbox/")
    page.get_by_role("row").filter(has_text=email).get_by_role("link").first.click()
    found = re.search(rf"https?://\S*{re.escape(part)}\S+", page.get_by_role("main").inner_text())
    assert found, f"no link with {part} in the newest mail to {email}"
    return found.group().rstrip(".)>")
