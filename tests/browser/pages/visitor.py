"""Pages of visitors: papers, search, subscribing, logging in, and links out of mails."""

from datetime import timedelta

from django.test import Client

from accounts import subscribe
from accounts.digest import unsubscribe
from accounts.digest.links import JUDGE, MANAGE
from accounts.subscribe import Wish
from tests.accounts.test_pages import VISITOR
from tests.browser.pages.book import Book
from tests.browser.pages.library import CATEGORY, TODAY, Library

PAPERS = [
    "papers:home",
    "papers:trending_now",
    "papers:days",
    "papers:new",
    "papers:search",
    "papers:search_help",
    "papers:ranking",
    "papers:status",
    "papers:offline",
    "readinglists:public_lists",
    "readinglists:from_anywhere",
]
WITHOUT_A_VIEW = ["account_inactive", "signup_closed", "verified_email_required"]


def draw_papers(book: Book, library: Library) -> None:
    client = Client()
    for view in PAPERS:
        book.take(client, view)
    for paper in library.papers[:6]:
        book.take(client, paper.get_absolute_url())
    book.take(client, "papers:trending", "week")
    book.take(client, "papers:trending_in", "week", CATEGORY)
    book.take(client, "papers:past_trending", TODAY - timedelta(days=2))
    book.take(client, "papers:new_in_category", CATEGORY)
    book.take(client, "papers:author", "Ada_Moor")
    book.take(client, "papers:search", query={"q": "kestrel"}, say="found")
    book.take(client, "papers:search", query={"q": "unheardof"}, say="found nothing")
    book.take(client, "papers:search", query={"q": 'kestrel AND (" cat:'}, say="not understood")
    book.take(client, "/api/v1/docs")
    book.take(client, f"/public/{library.reading_list.pk}/")
    book.take(client, f"/public/{library.reading_list.pk}/", query={"view": "print"}, say="print")


def draw_subscribing(book: Book, library: Library) -> None:
    client = Client()
    at_home = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}
    book.take(client, "accounts:subscribe")
    book.take(client, "accounts:subscribe", data={"email": "no"}, say="refused", **at_home)
    book.take(client, "accounts:subscribe", data={"email": "a@example.org"}, say="sent", **at_home)
    book.take(
        client,
        "accounts:subscribe",
        data={"email": "a@example.org"},
        say="from elsewhere",
        HTTP_ORIGIN="https://elsewhere.example",
        HTTP_SEC_FETCH_SITE="cross-site",
    )
    wish = subscribe.make_token(Wish("new@example.org", "UTC", "query", "kestrel"))
    gone = subscribe.make_token(Wish("new@example.org", "UTC", "list", public_list=999_999))
    book.take(client, "accounts:confirm_subscription", "broken")
    book.take(client, "accounts:confirm_subscription", wish)
    book.take(client, "accounts:confirm_subscription", gone, say="gone")
    book.take(client, "accounts:confirm_subscription", wish, data={}, say="done")


def draw_mail_links(book: Book, library: Library) -> None:
    client, paper = Client(), library.papers[0]
    manage = MANAGE.token_for(library.reader, TODAY)
    judge = JUDGE.token_for(library.reader, TODAY)
    stop = unsubscribe.token_for(library.friend.pk)
    book.take(client, "accounts:manage", "broken")
    book.take(client, "accounts:manage", manage)
    book.take(client, "accounts:manage", manage, data={"digest_hour": "99"}, say="refused")
    book.take(client, "accounts:judge", "broken", paper.pk)
    book.take(client, "accounts:judge", judge, paper.pk)
    book.take(client, "accounts:judge", judge, paper.pk, data={"wish": "x"}, say="refused")
    book.take(client, "accounts:unsubscribe", "broken")
    book.take(client, "accounts:unsubscribe", stop)
    book.take(client, "accounts:unsubscribe", stop, data={}, say="done")


def draw_account(book: Book, library: Library) -> None:
    client = Client()
    for path in VISITOR:
        book.take(client, f"/accounts/{path}")
    for name in WITHOUT_A_VIEW:
        book.render(f"account/{name}.html")
    book.render("accounts/mail_away.html")
    book.take(client, "accounts:account_deleted")
    wrong = {"login": "reader@example.org", "password": "wrong"}
    book.take(client, "account_login", data=wrong, say="refused")
    book.take(client, "account_signup", data={"email": "no", "password1": "1"}, say="refused")
    book.take(client, "account_reset_password", data={"email": ""}, say="refused")
    book.take(client, "account_request_login_code", data={"email": library.reader.email})
