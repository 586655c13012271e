"""Every page of the site drawn once, without a browser: what the tests of all pages look at.

Pages are drawn before a browser starts: while one runs, Django refuses the database to its thread.
"""

from pathlib import Path

import time_machine
from django.test import override_settings

from tests.browser.pages import faults, german, lists, operator, reader, visitor
from tests.browser.pages.book import Book, DrawnPage
from tests.browser.pages.library import NOW, fill_library

# In this order: what changes or leaves something comes after what shows it.
CHAPTERS = [
    visitor.draw_papers,
    visitor.draw_account,
    reader.draw_papers,
    reader.draw_account,
    reader.draw_logins,
    german.draw_in_german,
    lists.draw_list,
    lists.draw_entry,
    lists.draw_sharing,
    lists.draw_imports,
    operator.draw_sources,
    operator.draw_mail,
    operator.draw_admin,
    faults.draw_faults,
    faults.draw_styleguide,
    visitor.draw_subscribing,
    visitor.draw_mail_links,
    reader.draw_leaving,
]


def draw_all(folder: Path) -> list[DrawnPage]:
    """Fill the database, which has to be empty, and draw every page; `folder` is for its files."""
    book = Book()
    own = override_settings(
        SEARCH_INDEX=folder / "index",
        OUTBOX=folder / "outbox",
        EMAIL_BACKEND="accounts.outbox.OutboxBackend",
        OUTBOX_SHOWN=True,
    )
    with own, time_machine.travel(NOW, tick=False):
        library = fill_library()
        for draw in CHAPTERS:
            draw(book, library)
    return book.pages


__all__ = ["DrawnPage", "draw_all"]
