"""The main ways through the site, at three widths, in the light and the dark, without script too.

On the way nothing is refused, asked of another host, wider than the window or a fault of a script.
"""

import json
import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.reader import save_first_paper, sign_up
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Theme = Literal["light", "dark"]
WAIT_MS = 60_000
HEIGHTS = {360: 740, 768: 1024, 1440: 900}
# Width, theme, with script: each width in each theme, and each width without script.
WAYS = [
    *((width, theme, True) for width in HEIGHTS for theme in ("light", "dark")),
    *((360, "dark", False), (768, "light", False), (1440, "dark", False)),
]
# The narrowest with script and the widest without; the others in the long tier.
EVERY_TIME = {(360, "light", True), (1440, "dark", False)}
IDS = [f"{width}-{theme}{'' if script else '-no-script'}" for width, theme, script in WAYS]
BACKGROUNDS: dict[Theme, str] = {"light": "rgb(251, 250, 246)", "dark": "rgb(23, 22, 20)"}
LIST = "To read on the train"
SUBSCRIBERS = """
import json
from accounts.digest import unsubscribe
from tests.factories import make_user
made = [make_user(email=f"mail{n}@example.org", digest_enabled=True) for n in range({count})]
print(json.dumps([unsubscribe.url_path(each.pk) for each in made]))
"""


class Walker:
    """A browser of one width and theme, and what it said and asked for on the way."""

    def __init__(
        self, browser: Browser, site: Site, width: int, theme: Theme, script: bool
    ) -> None:
        self.browser, self.site = browser, site
        self.width, self.theme, self.script = width, theme, script
        self.problems: list[str] = []
        self.page = self.open().new_page()

    def open(self) -> BrowserContext:
        context = self.browser.new_context(
            viewport={"width": self.width, "height": HEIGHTS[self.width]},
            color_scheme=self.theme,
            java_script_enabled=self.script,
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(WAIT_MS)
        here = urlsplit(self.site.url).netloc
        context.on(
            "request",
            lambda asked: (
                None
                if urlsplit(asked.url).netloc == here
                else self.problems.append(f"another host: {asked.url}")
            ),
        )
        # What the Content-Security-Policy refuses is an error of the console too.
        context.on(
            "console",
            lambda said: self.problems.append(said.text) if said.type == "error" else None,
        )
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        return context

    def at(self, address: str) -> Page:
        self.page.goto(f"{self.site.url}{address}")
        self.look()
        return self.page

    def look(self, page: Page | None = None) -> None:
        """What a page must be wherever one stands."""
        page = page or self.page
        over, shown = page.locator("body").evaluate(
            "body => [document.documentElement.scrollWidth - innerWidth,"
            " getComputedStyle(body).backgroundColor]"
        )
        assert over <= 0, f"{page.url} is {over} px wider than the window"
        assert shown == BACKGROUNDS[self.theme], page.url


@pytest.fixture(scope="module")
def subscribers(site: Site) -> Iterator[str]:
    """Addresses that stop the mail of a reader each."""
    made = site.manage("shell", "-v0", "-c", SUBSCRIBERS.replace("{count}", str(len(WAYS))))
    return iter(json.loads(made))


@pytest.mark.promise(47)
@pytest.mark.parametrize(
    ("width", "theme", "script"),
    [
        pytest.param(*way, id=name, marks=() if way in EVERY_TIME else pytest.mark.long)
        for way, name in zip(WAYS, IDS, strict=True)
    ],
)
def test_the_main_ways(
    browser: Browser, site: Site, subscribers: Iterator[str], width: int, theme: Theme, script: bool
) -> None:
    expect.set_options(timeout=WAIT_MS)
    walker = Walker(browser, site, width, theme, script)
    paper = read_a_paper(walker)
    search(walker)
    sign_up_and_choose(walker, f"walk-{width}-{theme}-{script}@example.org")
    vote(walker)
    follow(walker)
    share(walker, save(walker))
    change_the_hour(walker)
    import_papers(walker, paper)
    stop_the_mail(walker, next(subscribers))
    assert walker.problems == []
    walker.page.context.close()


def read_a_paper(walker: Walker) -> str:
    """From the front page to a paper and its BibTeX; returns the paper's address."""
    page = walker.at("/")
    first = page.locator(".card-title a").first
    box = first.bounding_box()
    # Papers are reached at once: on a phone too the first begins above the fold.
    assert box is not None
    assert box["y"] < HEIGHTS[walker.width]
    title = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    walker.look()
    page.get_by_text("Cite or take away").click()
    expect(page.locator("#bibtex-entry")).to_have_value(re.compile(r"^\s*@misc\{"))
    if walker.script:
        page.get_by_role("button", name="Copy BibTeX").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        copied = str(page.evaluate("navigator.clipboard.readText()"))
        assert copied.lstrip().startswith("@misc{")
    walker.look()
    return page.url


def search(walker: Walker) -> None:
    page = walker.at("/")
    page.locator("#site-search").fill("learning")
    page.locator("#site-search").press("Enter")
    expect(page.locator(".papers .card").first).to_be_visible()
    expect(page.locator(".card mark").first).to_have_text(re.compile("learn", re.IGNORECASE))
    walker.look()


def sign_up_and_choose(walker: Walker, email: str) -> None:
    """Three questions, and the preview that answers them."""
    page = walker.page
    sign_up(page, walker.site, email)
    walker.at("/welcome/")
    page.locator("[value='cs.CL']").first.check()
    page.get_by_role("button", name="Keep these and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pick a few that you like")
    walker.look()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Hour")).to_be_visible()
    walker.look()
    page.get_by_label("Hour").select_option("06:00")
    page.get_by_role("button", name="Send it then").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your next issue")
    walker.look()
    page.get_by_role("link", name=re.compile("^Read today")).click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    walker.look()


def vote(walker: Walker) -> None:
    page = walker.at("/")
    page.locator(".vote").first.click()
    expect(page.locator(".vote").first).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator(".vote").first).to_have_attribute("aria-pressed", "true")


def follow(walker: Walker) -> None:
    """A search, then an author."""
    page = walker.at("/search/?q=learning")
    page.get_by_role("button", name="Follow this search").click()
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    page.locator(".card-facts a[href^='/author/']").first.click()
    page.wait_for_url("**/author/**")
    walker.look()
    author = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name=f"Follow {author}").click()
    button = page.get_by_role("main").get_by_role("button", name="Follow", exact=True).first
    expect(button).to_be_visible()
    walker.look()
    button.click()
    expect(page.locator(".message").first).to_be_visible()
    walker.at("/follows/")
    for name in ("learning", author):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()


def save(walker: Walker) -> str:
    """Make a list by saving into it; returns the paper's title."""
    page = walker.page
    if walker.script:
        paper = save_first_paper(page, walker.site, LIST)
        walker.look()
    else:
        walker.at("/lists/new/")
        page.get_by_label("Title").fill(LIST)
        page.get_by_role("button", name="Make the list").click()
        card = walker.at("/").locator(".card").first
        paper = card.locator(".card-title a").inner_text()
        card.get_by_role("link", name=re.compile("^Choose lists")).click()
        page.get_by_label(LIST).check()
        page.get_by_role("main").get_by_role("button", name="Save", exact=True).click()
    walker.at("/lists/").get_by_role("link", name=LIST).click()
    expect(page.get_by_role("link", name=paper, exact=True)).to_be_visible()
    walker.look()
    return paper


def share(walker: Walker, paper: str) -> None:
    """Make a link to the list that is open, and read it signed out."""
    page = walker.page
    page.get_by_role("link", name="Share", exact=True).click()
    button = page.get_by_role("button", name="Make a link")
    expect(button).to_be_visible()
    walker.look()
    button.click()
    address = page.get_by_label("Address of the list").input_value()
    walker.look()
    other = walker.open().new_page()
    other.goto(address)
    expect(other.get_by_role("heading", name=LIST, exact=True)).to_be_visible()
    expect(other.get_by_role("link", name=paper, exact=True)).to_be_visible()
    expect(other.get_by_role("link", name="Log in", exact=True)).to_be_visible()
    walker.look(other)
    other.context.close()


def change_the_hour(walker: Walker) -> None:
    page = walker.at("/settings/")
    page.get_by_label("Hour").select_option("18:00")
    page.get_by_role("main").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".message").first).to_be_visible()
    walker.at("/settings/")
    expect(page.get_by_label("Hour")).to_have_value(re.compile("^18"))


def import_papers(walker: Walker, paper: str) -> None:
    page = walker.at("/lists/import/")
    page.get_by_label("Or a text").fill(f"{paper}\nNothing to be found here\n")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", name="What will change")).to_be_visible()
    walker.look()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="Open the list").click()
    expect(page.locator("#entries .card")).to_have_count(1)
    walker.look()


def stop_the_mail(walker: Walker, address: str) -> None:
    """By the link of a mail, signed out."""
    page = walker.open().new_page()
    page.goto(f"{walker.site.url}{address}")
    walker.look(page)
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The daily digest is stopped")
    walker.look(page)
    page.context.close()
