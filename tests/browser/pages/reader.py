"""Pages of a reader: their papers, follows, issues, settings and first minute."""

from django.test import Client
from django.urls import reverse

from papers import requests
from papers.models import PaperRequest
from tests.accounts.archive.test_read import as_json, with_list
from tests.accounts.entering import PASSPHRASE, enter, give_app, make_user_without_password
from tests.accounts.passkeys import give_passkey
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


def draw_logins(book: Book, library: Library) -> None:
    """Of a reader of their own: what they set up asks for more at each login."""
    user = make_user(email="careful@example.org")
    client = client_of(user)
    browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    for _ in range(2):
        login = {"login": user.email, "password": PASSPHRASE}
        Client(headers={"User-Agent": browser}).post(reverse("account_login"), login)
    book.take(client, "accounts:sessions")
    book.take(client, "mfa_index", say="off")
    enter(client, user)
    book.take(client, "mfa_list_webauthn", say="empty")
    for view in ("mfa_activate_totp", "mfa_add_webauthn"):
        book.take(client, view)
    book.take(client, "mfa_activate_totp", data={"code": "1"}, say="refused")
    give_app(user)
    key = give_passkey(user)
    for view in (
        *("mfa_index", "mfa_list_webauthn", "mfa_deactivate_totp", "mfa_view_recovery_codes"),
        *("mfa_generate_recovery_codes", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    ):
        book.take(client, view)
    for view in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        book.take(client, view, key.pk)
    entering = client_of(user)
    entering.logout()
    login = {"login": user.email, "password": PASSPHRASE}
    book.take(entering, "account_login", data=login, say="with a second step")
    book.take(entering, "mfa_authenticate", data={"code": "1"}, say="refused")
    operator = client_of(library.operator)
    book.take(operator, "accounts:staff_second_step")
    newcomer = client_of(make_user_without_password())
    book.take(newcomer, "accounts:prove")
    newcomer.post(reverse("accounts:mail_proof_code"))
    book.take(newcomer, "accounts:prove", data={"code": "1"}, say="refused")


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
    newcomer = client_of(make_user())
    enter(newcomer, make_user_without_password(), method="code")
    book.take(newcomer, "account_set_password")
