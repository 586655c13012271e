"""Which pages the gallery shows, to whom, and what is pressed before the picture."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.site import Site

READER, NEWCOMER, STAFF = "reader@example.org", "newcomer@example.org", "staff@example.org"
SHOWN_IN_PRINT = frozenset(
    {"front-visitor", "paper-everything", "paper-maths", "list", "shared-print", "shared", "issue"}
)
PASTED = "arXiv:2611.90001\n2611.90003 and 2611.99999\n10.5555/unknown\nNothing to be found here\n"

VISITOR = {
    "front-visitor": "/",
    "days": "/days/",
    "trending": "/trending/now/",
    "trending-all": "/trending/all/",
    "trending-none": "/trending/now/math.AG/",
    "trending-bad": "/trending/yesterday/",
    "new": "/new/",
    "new-category": "/new/cs.CL/",
    "search": "/search/",
    "search-results": "/search/?q=model",
    "search-none": "/search/?q=zyzzyva",
    "search-bad": "/search/?q=%28kestrel+AND",
    "search-help": "/search/help/",
    "author": "/author/Ada%20Moor/",
    "author-unknown": "/author/Nobody%20Here/",
    "add-paper": "/papers/add/",
    "public-lists": "/public/",
    "subscribe": "/subscribe/",
    "ranking": "/ranking/",
    "status": "/status/",
    "offline": "/offline/",
    "api-docs": "/api/v1/docs",
    "outbox": "/outbox/",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "password-reset": "/accounts/password/reset/",
    "password-reset-done": "/accounts/password/reset/done/",
    "login-code": "/accounts/login/code/",
    "confirm-sent": "/accounts/confirm-email/",
    "confirm-bad": "/accounts/confirm-email/bad/",
    "inactive": "/accounts/inactive/",
    "404": "/no/such/page/",
    "404-link": "/l/no-such-key/",
    "admin-login": "/admin/login/",
}
OWN = {
    "front-reader": "/",
    "new-mine": "/new/mine/",
    "near": "/near/",
    "my-search": "/search/?q=kestrel",
    "lists": "/lists/",
    "lists-bin": "/lists/bin/",
    "list-new": "/lists/new/",
    "list-import": "/lists/import/",
    "from-anywhere": "/lists/add-from-anywhere/",
    "follows": "/follows/",
    "issues": "/issues/",
    "digest-preview": "/issues/preview/",
    "settings": "/settings/",
    "export": "/settings/export/",
    "archive-import": "/settings/import/",
    "delete-account": "/settings/delete/",
    "tokens": "/settings/tokens/",
    "sessions": "/settings/sessions/",
    "second-step": "/accounts/2fa/",
    "password-change": "/accounts/password/change/",
    "email": "/accounts/email/",
    "logout": "/accounts/logout/",
}
NEW_READER = {
    "welcome-categories": "/welcome/categories/",
    "welcome-likes": "/welcome/likes/",
    "welcome-hour": "/welcome/hour/",
    "welcome-preview": "/welcome/preview/",
    "empty-front": "/",
    "empty-lists": "/lists/",
    "empty-follows": "/follows/",
    "empty-issues": "/issues/",
    "empty-near": "/near/",
    "empty-mine": "/new/mine/",
}
OPERATOR = {
    "sources": "/sources/",
    "source": "/sources/1/",
    "sources-calendar": "/sources/calendar/",
    "sources-add": "/sources/add/",
    "sources-import": "/sources/import/",
    "sources-backfill": "/sources/backfill/",
    "operate": "/operate/digest/",
    "admin": "/admin/",
}
OF_A_LIST = {
    "list": "",
    "list-select": "?select=1",
    "list-more": "more/",
    "list-edit": "edit/",
    "list-delete": "delete/",
    "list-sharing": "share/",
    "list-people": "people/",
    "list-history": "history/",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """`who` is a visitor, a reader, a newcomer or of the staff; `then` acts on the opened page."""

    name: str
    who: str
    address: str
    then: Callable[[Page], object] | None = None


def pictures(
    reader: Page, site: Site, made: dict[str, str], faults: list[str]
) -> Iterator[Picture]:
    """Yield the pages in the order in which they are looked through.

    `reader` is a page that is logged in, to find the addresses that only mails and lists tell.
    """
    papers = {name: address for name, address in made.items() if name.startswith("paper-")}
    for name, address in (VISITOR | papers | {"public": made["public"]}).items():
        yield Picture(name, "visitor", address)
    yield Picture("calendar", "visitor", "/", lambda page: _open(page, "Calendar"))
    yield Picture("paper-cite", "visitor", papers["paper-everything"], _cite)
    yield Picture("shared", "visitor", made["shared"])
    yield Picture("shared-print", "visitor", f"{made['shared']}?view=print")
    yield Picture("search-bad-subscribe", "visitor", "/subscribe/", _subscribe_badly)
    yield Picture("login-wrong", "visitor", "/accounts/login/", _log_in_badly)
    for name in faults:
        yield Picture(name, "visitor", f"/faults/{name}")
    for name, address in OWN.items():
        yield Picture(name, "reader", address)
    yield Picture("save-panel", "reader", "/", _open_panel)
    yield Picture("my-paper", "reader", papers["paper-everything"])
    yield Picture("shared-reader", "reader", made["shared"])
    yield Picture("follow", "reader", made["follow"])
    yield Picture("entry", "reader", made["entry"])
    for name, rest in OF_A_LIST.items():
        yield Picture(name, "reader", f"{made['list']}{rest}")
    yield Picture("list-empty", "reader", made["empty-list"])
    yield Picture("list-import-preview", "reader", "/lists/import/", _paste)
    reader.goto(f"{site.url}/issues/")
    issue = reader.locator("tbody a").first.get_attribute("href") or ""
    yield Picture("issue", "reader", issue)
    for name in ("unsubscribe", "manage"):
        yield Picture(name, "visitor", made[name])
    for name, address in NEW_READER.items():
        yield Picture(name, "newcomer", address)
    for name, address in OPERATOR.items():
        yield Picture(name, "staff", address)


def _open(page: Page, summary: str) -> None:
    page.get_by_text(summary, exact=True).first.click()


def _cite(page: Page) -> None:
    _open(page, "Cite or take away")


def _open_panel(page: Page) -> None:
    page.get_by_role("link", name="Choose lists").first.click()
    page.locator(".save-panel").wait_for()


def _paste(page: Page) -> None:
    page.locator("textarea").first.fill(PASTED)
    page.get_by_role("button", name="Read it").click()
    page.get_by_role("heading", name="What will change").wait_for()


def _subscribe_badly(page: Page) -> None:
    page.locator("#subscribe-email").evaluate("field => { field.form.noValidate = true }")
    page.locator("#subscribe-email").fill("nobody")
    page.locator("#subscribe-email").press("Enter")
    page.wait_for_load_state()


def _log_in_badly(page: Page) -> None:
    page.get_by_label("Email").first.fill(NEWCOMER)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("main").get_by_role("button", name="Log in").first.click()
    page.get_by_text("not correct").first.wait_for()
