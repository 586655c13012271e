"""Pages of a reader: their papers, follows, issues, settings and first minute."""

from django.urls import reverse

from papers import requests
from papers.models import PaperRequest
from tests.accounts.archive.test_read import as_json, with_list
from tests.browser.pages.book import Book, client_of
from tests.browser.pages.library import CATEGORY, Library, text_file
from tests.factories import make_user

PAPERS = [
    ("papers:home", ()),
    ("papers:trending", ("now",)),
    ("papers:trending_in", ("now", "mine")),
    ("papers:new_in_category", (CATEGORY,)),
    ("papers:new_in_mine", ()),
    ("papers:author", ("Ada_Moor",)),
    ("accounts:near", ()),
]
ACCOUNT = [
    "accounts:settings",
    "accounts:export",
    "accounts:import_archive",
    "accounts:tokens",
    "accounts:follows",
    "accounts:follow",
    "accounts:issues",
    "accounts:preview",
    "accounts:welcome_categories",
    "accounts:welcome_likes",
    "accounts:welcome_hour",
    "accounts:welcome_preview",
    "account_email",
    "account_change_password",
    "account_logout",
]


def draw_papers(book: Book, library: Library) -> None:
    client = client_of(library.reader)
    for view, args in PAPERS:
        book.take(client, view, *args, say="read")
    book.take(client, library.papers[0].get_absolute_url(), say="read")
    book.take(client, "papers:search", query={"q": "kestrel"}, say="read")
    book.take(client, reverse("papers:mark_page_seen"), data={"papers": "1"}, say="with a message")
    book.take(client, "papers:add_paper")
    book.take(client, "papers:add_paper", data={"text": "no such"}, say="refused")
    asked = requests.request_paper(library.reader, "2401.99999")
    assert isinstance(asked, PaperRequest)
    book.take(client, "papers:paper_request", asked.pk)


def draw_account(book: Book, library: Library) -> None:
    client = client_of(library.reader)
    for view in ACCOUNT:
        book.take(client, view)
    follow = library.reader.follows.order_by("pk")[0]
    book.take(client, "accounts:issue", library.issued_on)
    book.take(client, "accounts:follow", query={"q": "hovering"}, say="asked first")
    book.take(client, "accounts:follow", data={"q": "("}, say="refused")
    book.take(client, "accounts:follow_page", follow.pk)
    book.take(client, "accounts:change_follow", follow.pk)
    book.take(client, "accounts:settings", data={"digest_hour": "99"}, say="refused")
    book.take(client, "accounts:tokens", data={"name": ""}, say="refused")
    made = {"name": "laptop", "scopes": ["read"], "lifetime": "7"}
    book.take(client, "accounts:tokens", data=made, say="made")
    book.take(client, "accounts:welcome_hour", data={"digest_hour": "99"}, say="refused")
    book.take(client, "account_change_password", data={"oldpassword": "x"}, say="refused")
    nobody = client_of(make_user())
    for view in ("papers:new_in_mine", "accounts:near", "accounts:follows", "accounts:issues"):
        book.take(nobody, view, say="of somebody new")


def draw_leaving(book: Book, library: Library) -> None:
    client = client_of(library.reader)
    book.take(client, "account_reauthenticate")
    client.post(reverse("account_reauthenticate"), {"password": "a long passphrase"})
    book.take(client, "accounts:delete_account")
    book.take(client, "accounts:delete_account", data={}, say="refused")
    book.take(client, "accounts:import_archive", data={}, say="refused")
    items = [{"paper": {"arxiv": library.papers[0].arxiv_id, "title": "A"}}]
    archive = text_file("broadsheet.json", as_json(**with_list(items=items)).decode())
    book.take(client, "accounts:import_archive", data={"file": archive}, say="looked at")
    book.take(client, "accounts:take_in_archive", data={})
    newcomer = make_user()
    newcomer.set_unusable_password()
    newcomer.save()
    book.take(client_of(newcomer), "account_set_password")
