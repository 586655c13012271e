"""Two readers edit one list in two browsers at once: nothing of either is lost."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.reader import log_in, newest_link, save_first_paper, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT_MS = 60_000
LIST = "Edited together"


def open_page(browser: Browser, site: Site, email: str, *, with_script: bool = True) -> Page:
    page = browser.new_context(java_script_enabled=with_script).new_page()
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    sign_up(page, site, email)
    log_in(page, site, email)
    return page


def entries_of(page: Page) -> list[str]:
    """The numbers of the entries, in their order."""
    ids = page.locator("#entries [id^=entry-]").evaluate_all("all => all.map(each => each.id)")
    return list(dict.fromkeys(each.split("-")[-1] for each in ids))


def open_note(page: Page, site: Site, entry: str) -> None:
    page.goto(f"{site.url}/lists/entries/{entry}/note/")


def write_note(page: Page, text: str) -> None:
    page.get_by_label("Note").last.fill(text)


def move(page: Page, entry: str, after: str) -> None:
    token = page.locator("#act [name=csrfmiddlewaretoken]").get_attribute("value") or ""
    page.request.post(
        f"{page.url.split('/lists/')[0]}/lists/entries/{entry}/move/",
        form={"csrfmiddlewaretoken": token, "after": after},
        headers={"Referer": page.url},
    )


def test_two_readers_edit_one_list(browser: Browser, site: Site) -> None:
    owner = open_page(browser, site, "owner@example.org")
    for _ in range(3):
        save_first_paper(owner, site, LIST)
    owner.goto(f"{site.url}/lists/")
    owner.get_by_role("link", name=LIST, exact=True).click()
    address = owner.url
    owner.goto(f"{address}people/")
    owner.get_by_label("Email address").fill("editor@example.org")
    owner.get_by_label("They may").select_option("editor")
    owner.get_by_role("button", name="Send the invitation").click()
    expect(owner.get_by_text("on its way to editor@example.org")).to_be_visible()

    invitation = newest_link(owner, site, "editor@example.org", "/lists/invitation/")

    editor = open_page(browser, site, "editor@example.org", with_script=False)
    editor.goto(invitation)
    editor.get_by_role("button", name="Take part").click()
    expect(editor.get_by_role("heading", name=LIST)).to_be_visible()

    owner.goto(address)
    first, second, third = entries_of(owner)
    open_note(owner, site, first)
    open_note(editor, site, first)
    write_note(owner, "What the owner wrote")
    write_note(editor, "What the editor wrote")
    editor.get_by_role("button", name="Save the note").click()
    expect(editor.get_by_text("What the editor wrote")).to_be_visible()
    # With script the answer comes as a swap of htmx, though its status is 409.
    owner.get_by_role("button", name="Save the note").click()
    expect(owner.get_by_role("alert")).to_contain_text("Both texts are here")
    expect(owner.locator(f"#note-{first} textarea[readonly]")).to_have_value(
        "What the editor wrote"
    )
    mine = owner.locator(f"#note-{first} textarea[name=note]")
    expect(mine).to_have_value("What the owner wrote")
    mine.fill("What the editor wrote. What the owner wrote.")
    owner.get_by_role("button", name="Save what is here").click()
    expect(owner.get_by_role("alert")).to_have_count(0)

    # The same the other way round, and without script.
    open_note(editor, site, first)
    open_note(owner, site, first)
    write_note(owner, "Now the owner first")
    owner.get_by_role("button", name="Save the note").click()
    expect(owner.locator("textarea[name=note]")).to_have_count(0)
    write_note(editor, "Now the editor second")
    editor.get_by_role("button", name="Save the note").click()
    expect(editor.locator("textarea[readonly]")).to_have_value("Now the owner first")
    expect(editor.locator("textarea[name=note]")).to_have_value("Now the editor second")
    editor.get_by_role("button", name="Save what is here").click()
    owner.goto(address)
    expect(owner.get_by_text("Now the editor second").first).to_be_visible()

    editor.goto(address)
    move(owner, first, third)
    move(editor, second, first)  # the page of the editor still shows the old order
    owner.reload()
    assert entries_of(owner) == [third, first, second]

    owner.goto(f"{address}history/")
    expect(owner.get_by_text("editor@example.org changed the note").first).to_be_visible()
    moved = owner.locator(".history > li").filter(has_text="editor@example.org moved").first
    moved.get_by_role("button").click()
    expect(owner).to_have_url(f"{address}history/")
    owner.goto(address)
    assert entries_of(owner) == [second, third, first]
