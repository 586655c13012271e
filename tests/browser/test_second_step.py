"""App, recovery codes and passkeys in a real browser; passkeys are Chromium's own, in software."""

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.browser.reader import PASSWORD, log_in, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HALF_MINUTE = 30


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def digits(page: Page, secret: str, *, step: int) -> str:
    """What the app shows, by the browser's clock: each is good once, so tests take the next."""
    now = int(page.evaluate("Date.now()")) // 1000
    return str(format_hotp_value(hotp_value(secret, now // HALF_MINUTE + step)))


def prove(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").first.click()
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()


def type_password(page: Page, site: Site, email: str) -> None:
    page.goto(f"{site.url}/accounts/login/")
    page.get_by_label("Email").first.fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").first.click()


def test_an_app_is_set_up_and_asked_for_and_a_recovery_code_stands_for_it(
    page: Page, site: Site
) -> None:
    email = "careful@example.org"
    sign_up(page, site, email)
    log_in(page, site, email)
    page.goto(f"{site.url}/settings/")
    page.get_by_role("link", name="The second step at login").click()
    page.get_by_role("link", name="Set up an app").click()
    prove(page)
    picture = page.locator("img.qr")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.get_by_label("The key").input_value()
    page.get_by_label("The six digits").fill(digits(page, secret, step=-1))
    page.get_by_role("button", name="Switch it on").click()
    codes = page.locator("#recovery-codes").inner_text().split()
    assert len(codes) == 10

    log_out(page)
    type_password(page, site, email)
    expect(page.get_by_role("heading", name="The second step")).to_be_visible()
    page.get_by_label("Code").fill(digits(page, secret, step=0))
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out").first).to_be_visible()

    log_out(page)
    type_password(page, site, email)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out").first).to_be_visible()
    page.goto(f"{site.url}/accounts/2fa/")
    expect(page.get_by_text("9 are left")).to_be_visible()


def test_a_passkey_is_added_and_opens_the_account_alone(page: Page, site: Site) -> None:
    email = "keyholder@example.org"
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_up(page, site, email)
    log_in(page, site, email)
    page.goto(f"{site.url}/accounts/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    prove(page)
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{site.url}/accounts/2fa/webauthn/")
    expect(page.get_by_text("opens your account alone")).to_be_visible()

    log_out(page)
    page.goto(f"{site.url}/accounts/login/?next=/settings/sessions/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", name="Where you are logged in")).to_be_visible()
    expect(page.get_by_text("(this one)")).to_be_visible()

    log_out(page)
    type_password(page, site, email)
    page.get_by_role("button", name="Use the passkey").click()
    expect(page.get_by_role("button", name="Log out").first).to_be_visible()

    log_out(page)
    devtools.send(
        "WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made["authenticatorId"]}
    )
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{site.url}/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("alert").filter(has_text=re.compile("no passkey"))).to_be_visible()


def test_without_script_the_login_page_offers_no_passkey(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/accounts/login/")
    expect(page.get_by_role("button", name="Log in with a passkey")).to_be_hidden()
    context.close()
