"""Lists in a real browser: saved by a key, ordered by dragging and keys, undone; without script."""

import os
import re
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.reader import log_in, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT_MS = 60_000
TITLES = "#entries .card-title a"
# A folder for pictures to look at; none without it.
PICTURES = os.environ.get("BROADSHEET_PICTURES", "")


def open_page(browser: Browser, *, with_script: bool = True) -> tuple[Page, list[str]]:
    page, said = browser.new_context(java_script_enabled=with_script).new_page(), []
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    return page, said


def titles_of(page: Page) -> list[str]:
    return page.locator(TITLES).all_inner_texts()


def width_of(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=False)


def drag(page: Page, handle: Locator, *, above: str) -> None:
    """Press, move in steps as a hand does, let go above the paper of that title."""
    target = page.locator("#entries .card").filter(has_text=above)
    target.scroll_into_view_if_needed()
    handle.hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2, steps=10)
    page.mouse.move(box["x"] + 60, box["y"] + 8, steps=10)
    page.mouse.up()


def open_saved(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/lists/")
    page.get_by_role("link", name="Saved", exact=True).click()
    # Ready to be dragged; not by wait_for_function, whose predicate the policy of the page forbids.
    expect(page.locator(".can-drag, #entries:not(:has(.drag-handle))").first).to_be_attached()


def test_a_reader_saves_orders_and_undoes(browser: Browser, site: Site) -> None:
    page, said = open_page(browser)
    sign_up(page, site, "lists@example.org")
    log_in(page, site, "lists@example.org")

    page.goto(f"{site.url}/trending/all/")
    for n in range(4):
        page.keyboard.press("j")
        page.keyboard.press("s")
        button = page.locator(".card").nth(n).locator(".save-button")
        expect(button).to_have_attribute("aria-pressed", "true")
    toast = page.locator("#toasts .undo")
    expect(toast).to_contain_text("Saved in “Saved”.")
    picture(page, "toast")
    page.locator(".card").nth(3).locator(".card-title a").focus()
    page.keyboard.press("s")
    expect(page.locator(".card").nth(3).locator(".save-button")).to_have_attribute(
        "aria-pressed", "false"
    )
    expect(toast).to_contain_text("Taken out")
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".card").nth(3).locator(".save-button")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("j")
    page.keyboard.press("l")
    expect(page.locator(".save-panel input[type=checkbox]").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".save-panel")).to_have_count(0)

    open_saved(page, site)
    a, b, c, d = titles_of(page)

    # By keys, told to those who hear the page, the focus going along.
    page.locator("#entries .card-title a").nth(2).focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#said")).to_have_text(f"“{c}” is now number 2.")
    expect(page.locator(TITLES)).to_have_text([a, c, b, d])
    expect(page.locator("#entries .card-title a").nth(1)).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#said")).to_have_text(f"“{c}” is now number 3.")

    # Quicker than the page answers: none is lost, and the focus stays.
    for way in ("Up", "Up", "Down", "Up", "Down", "Down", "Up", "Down", "Down"):
        page.keyboard.press(f"Alt+Arrow{way}")
    expect(page.locator(TITLES)).to_have_text([a, b, d, c])
    expect(page.locator("#entries .card-title a").nth(3)).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(TITLES)).to_have_text([a, b, c, d])
    expect(page.locator("#entries .card-title a").nth(2)).to_be_focused()

    # By dragging.
    drag(page, page.locator("#entries .card .drag-handle").nth(1), above=a)
    expect(page.locator("#said")).to_have_text(f"“{b}” is now number 1.")
    page.reload()
    expect(page.locator(TITLES)).to_have_text([b, a, c, d])

    # By buttons, a heading in between.
    page.get_by_label("A heading at the end").fill("Later")
    page.get_by_role("button", name="Add the heading").click()
    heading = page.locator(".list-heading")
    heading.get_by_role("button", name=re.compile("^Up")).click()
    expect(page.locator("#said")).to_have_text("The heading “Later” was moved.")
    expect(page.locator("#entries > li").nth(3)).to_have_class("list-heading")

    # Marks count at once; "More" opens in its place.
    page.get_by_role("button", name="Read", exact=True).first.click()
    expect(page.locator("#progress")).to_contain_text("1 read")
    page.get_by_role("link", name=re.compile(r"^More\s*:")).first.click()
    page.get_by_label("Tags").fill("method, survey")
    picture(page, "more")
    page.get_by_role("button", name="Save the tags").click()
    expect(page.get_by_role("link", name="method", exact=True)).to_be_visible()

    # Words without end widen nothing.
    page.set_viewport_size({"width": 360, "height": 800})
    page.get_by_label("A heading at the end").fill("h" * 150)
    page.get_by_role("button", name="Add the heading").click()
    more = page.locator(".list-actions summary")
    more.click()
    assert width_of(page) == 360
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Delete", exact=True)).to_be_hidden()
    expect(more).to_be_focused()
    more.click()
    page.get_by_role("link", name="Change title and description").click()
    page.get_by_label("Title").fill("t" * 150)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("h1")).to_have_text("t" * 150)
    assert width_of(page) == 360
    page.locator(".save-choose").first.click()
    expect(page.locator(".save-panel")).to_be_visible()
    assert width_of(page) == 360
    page.goto(f"{site.url}/lists/")
    assert width_of(page) == 360
    page.get_by_role("link", name="t" * 150).click()
    page.get_by_role("button", name=re.compile(r"^Remove\s*: h+$")).click()
    expect(page.locator(".list-heading")).to_have_count(1)
    page.locator(".list-actions summary").click()
    page.get_by_role("link", name="Change title and description").click()
    page.get_by_label("Title").fill("Saved")
    page.get_by_role("button", name="Save", exact=True).click()
    page.set_viewport_size({"width": 1280, "height": 720})

    # Several at once, and back.
    page.get_by_role("link", name="Select several").click()
    page.locator(".entry-check input").nth(0).check()
    page.locator(".entry-check input").nth(1).check()
    expect(page.locator("#bulk-count")).to_have_text("(2)")
    picture(page, "bulk")
    page.get_by_role("button", name="Remove from the list").click()
    expect(page.locator("#toasts .undo")).to_contain_text("Removed 2 papers.")
    expect(page.locator(TITLES)).to_have_text([c, d])
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#entries .card")).to_have_count(4)
    expect(page.locator(TITLES)).to_have_text([b, a, c, d])

    if PICTURES:
        for size, width in (("wide", 1280), ("narrow", 390)):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 1400})
                page.emulate_media(color_scheme=scheme)
                open_saved(page, site)
                picture(page, f"list-{size}-{scheme}")
                page.goto(f"{site.url}/lists/")
                picture(page, f"lists-{size}-{scheme}")
    assert said == []


def test_a_message_waits_for_whoever_points_at_it(browser: Browser, site: Site) -> None:
    page, said = open_page(browser)
    sign_up(page, site, "toast@example.org")
    log_in(page, site, "toast@example.org")
    page.clock.install()
    page.goto(f"{site.url}/trending/all/")
    page.locator(".save-button").first.click()
    toast = page.locator("#toasts .undo")
    expect(toast).to_be_visible()
    page.clock.run_for(9_000)
    toast.hover()
    page.clock.run_for(30_000)
    expect(toast).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.run_for(11_000)
    expect(toast).to_have_count(0)
    assert said == []


def answer_with(status: int | None, route: Route) -> None:
    """None: as without a network."""
    if status is None:
        route.abort()
    else:
        route.fulfill(status=status, body="")


def test_what_comes_to_nothing_is_said(browser: Browser, site: Site) -> None:
    # A request that the service worker has seen is not met by a route of the test.
    page = browser.new_context(service_workers="block").new_page()
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    sign_up(page, site, "fails@example.org")
    log_in(page, site, "fails@example.org")
    page.goto(f"{site.url}/trending/all/")
    failure, save = page.locator("#toasts .failure"), page.locator(".save-button").first
    for answer, words in ((None, "cannot be reached"), (503, "on its side"), (429, "too much")):
        page.route("**/lists/save/*/", partial(answer_with, answer))
        save.click()
        expect(failure).to_contain_text(words)
        picture(page, f"failure-{answer}")
        page.unroute("**/lists/save/*/")
    expect(failure).to_have_count(1)
    failure.get_by_role("button", name="Try again").click()
    expect(save).to_have_attribute("aria-pressed", "true")
    expect(failure).to_have_count(0)

    # A double click saves, though the second half of it meets a button that takes out.
    second = page.locator(".save-button").nth(1)
    second.dblclick()
    expect(second).to_have_attribute("aria-pressed", "true")
    second.click()
    expect(second).to_have_attribute("aria-pressed", "false")

    # The session ends elsewhere while a note is written: it is sent again after the login.
    open_saved(page, site)
    page.get_by_role("link", name=re.compile("^Add a note")).click()
    expect(page.locator("textarea[name=note]")).to_be_focused()
    page.locator("textarea[name=note]").fill("Written meanwhile")
    other = page.context.new_page()
    other.goto(f"{site.url}/lists/")
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_role("link", name="Log in").first).to_be_visible()
    page.get_by_role("button", name="Save the note").click()
    expect(page.get_by_role("alert")).to_contain_text("not logged in any more")
    log_in(other, site, "fails@example.org")
    for _ in range(2):
        expect(page.locator("textarea[name=note]")).to_have_value("Written meanwhile")
        with page.expect_navigation():
            page.get_by_role("button", name="Send it again").click()
    expect(page.locator(".entry-note .note")).to_have_text("Written meanwhile")


def test_all_of_it_works_without_script(browser: Browser, site: Site) -> None:
    page, _said = open_page(browser, with_script=False)
    sign_up(page, site, "noscript@example.org")
    log_in(page, site, "noscript@example.org")
    for n in range(3):
        page.goto(f"{site.url}/trending/all/")
        page.locator(".card").nth(n).locator(".save-button").click()
        expect(page).to_have_url(f"{site.url}/trending/all/")
        expect(page.locator("main .message.undo")).to_contain_text("Saved in “Saved”.")

    page.goto(f"{site.url}/lists/")
    page.get_by_role("link", name="Saved", exact=True).click()
    expect(page.locator(TITLES)).to_have_count(3)
    a, b, c = titles_of(page)
    expect(page.locator(".drag-handle").first).to_be_hidden()
    page.get_by_role("button", name=f"Up: {c}").click()
    expect(page.locator(TITLES)).to_have_text([a, c, b])
    page.get_by_role("button", name="Reading", exact=True).first.click()
    expect(page.locator("#progress")).to_contain_text("1 being read")

    page.get_by_role("link", name=re.compile(rf"^More\s*: {re.escape(a)}")).click()
    page.get_by_label("Place").select_option(label="to the bottom")
    page.get_by_role("button", name="Move there").click()
    expect(page.locator(TITLES)).to_have_text([c, b, a])

    page.get_by_role("link", name="Select several").click()
    page.get_by_label("all on this page").check()
    page.get_by_role("button", name="Remove from the list").click()
    expect(page.locator("#entries .card")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(TITLES)).to_have_text([c, b, a])

    page.get_by_text("Filter and sort").click()
    page.get_by_label("Mark", exact=True).select_option("reading")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(TITLES)).to_have_text([a])
