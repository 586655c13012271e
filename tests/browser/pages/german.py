"""A few pages once more in German: its words are longer, and what stays English is marked."""

from tests.browser.pages.book import Book, client_of
from tests.browser.pages.library import Library


def draw_in_german(book: Book, library: Library) -> None:
    client = client_of(library.reader)
    german = {"HTTP_ACCEPT_LANGUAGE": "de", "say": "in German"}
    for view in ("papers:home", "papers:status", "accounts:settings", "accounts:follows"):
        book.take(client, view, **german)
    book.take(client, "papers:search", query={"q": "kestrel"}, **german)
    book.take(client, "accounts:issue", library.issued_on, **german)
    book.take(client, "/api/v1/docs", **german)
    for view in ("list", "history"):
        book.take(client, f"readinglists:{view}", library.reading_list.pk, **german)
