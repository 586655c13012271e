"""Pages of faults: a reader's and ours."""

from django.test import Client, override_settings

from config.errors import render_fault
from tests.browser.pages.book import Book, client_of
from tests.browser.pages.library import Library


def draw_faults(book: Book, library: Library) -> None:
    for status in (400, 403, 413, 429):
        book.render(f"{status}.html")
    for status in (500, 503):
        book.draw(f"{status}.html", lambda status=status: render_fault(status))
    book.take(Client(), "/there/is/no/such/page/")
    book.take(client_of(library.reader), "papers:author", "Nobody_Atall", say="read")
    book.take(Client(enforce_csrf_checks=True), "account_login", data={})


def draw_styleguide(book: Book, library: Library) -> None:
    with override_settings(DEBUG=True):
        book.take(Client(), "styleguide")
        book.take(client_of(library.reader), "styleguide", say="read")
