"""The reference of the API and the bookmarklet, under the site's Content-Security-Policy."""

import json
import re
from urllib.parse import unquote, urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.reader import PASSWORD, log_in, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "Kestrels Elsewhere"
ELSEWHERE = '<meta name="Citation_arXiv_ID" content="2603.00141"><title>Article 7</title>'
DRAG = """
link => {
  const data = new DataTransfer();
  link.dispatchEvent(new DragEvent('dragstart', {bubbles: true, dataTransfer: data}));
  return [link.href, link.draggable];
}
"""


def open_page(browser: Browser, said: list[str]) -> Page:
    page = browser.new_context().new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    return page


def load_paper(site: Site) -> None:
    paper = {"arxiv_id": "2603.00141", "title": TITLE, "abstract": "", "categories": ["cs.LG"]}
    path = site.var / "papers.jsonl"
    path.write_text(json.dumps(paper | {"authors": ["Ada Moor"], "published": "2026-03-02"}))
    site.manage("loadpapers", str(path))


def test_a_page_is_added_by_the_bookmarklet(browser: Browser, site: Site) -> None:
    said: list[str] = []
    page = open_page(browser, said)
    sign_up(page, site, "elsewhere@example.org")
    log_in(page, site, "elsewhere@example.org")

    page.goto(f"{site.url}/lists/add-from-anywhere/")
    link = page.get_by_role("link", name=re.compile("^Add to "))
    address, is_draggable = link.evaluate(DRAG)
    assert is_draggable
    assert page.locator("#bookmarklet-text").input_value() == link.get_attribute("href")

    load_paper(site)
    page.route(
        "https://journal.example/**",
        lambda route: route.fulfill(body=ELSEWHERE, content_type="text/html"),
    )
    page.goto("https://journal.example/articles/7")
    # As the browser runs a bookmark: not as a script of the page.
    page.evaluate(unquote(address).removeprefix("javascript:"))
    page.wait_for_url("**/lists/add-this/**")
    expect(page.get_by_role("main")).to_contain_text(TITLE)
    page.get_by_label("A new list").check()
    page.get_by_label("Title of the new list").fill("From elsewhere")
    page.get_by_role("main").get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_contain_text("From elsewhere")
    expect(page.get_by_role("main")).to_contain_text(TITLE)
    assert said == []


def test_a_page_is_added_without_script(browser: Browser, site: Site) -> None:
    sign_up(browser.new_context().new_page(), site, "plain@example.org")
    load_paper(site)

    page = browser.new_context(java_script_enabled=False).new_page()
    asked = urlencode({"url": "https://arxiv.org/abs/2603.00141v2", "title": "Elsewhere"})
    page.goto(f"{site.url}/lists/add-this/?{asked}")
    page.get_by_label("Email").first.fill("plain@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").first.click()
    expect(page.get_by_role("main")).to_contain_text(TITLE)
    page.get_by_label("A new list").check()
    page.get_by_label("Title of the new list").fill("By hand")
    page.get_by_role("main").get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_contain_text("By hand")
    expect(page.get_by_role("main")).to_contain_text(TITLE)


@pytest.mark.promise(27)
def test_the_reference_and_the_tokens_page_need_nothing_the_policy_forbids(
    browser: Browser, site: Site
) -> None:
    said: list[str] = []
    page = open_page(browser, said)
    sign_up(page, site, "programs@example.org")
    log_in(page, site, "programs@example.org")
    page.goto(f"{site.url}/api/v1/docs")
    expect(page.get_by_role("heading", name="The API")).to_be_visible()
    page.goto(f"{site.url}/settings/tokens/")
    page.get_by_label("What it is for").fill("a browser's test")
    page.get_by_role("main").get_by_role("button", name="Make a token").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    text = page.locator("#token-text").input_value()
    told = page.request.get(f"{site.url}/api/v1/me", headers={"Authorization": f"Bearer {text}"})
    assert told.json()["token"]["name"] == "a browser's test"
    page.get_by_role("button", name=re.compile("^Revoke")).click()
    told = page.request.get(f"{site.url}/api/v1/me", headers={"Authorization": f"Bearer {text}"})
    assert told.status == 401
    assert said == []
