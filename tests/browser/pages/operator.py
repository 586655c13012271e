"""Pages of who runs the site: sources, the calendar, backfills, the digest, the outbox."""

from datetime import date
from unittest.mock import patch

from accounts.outbox import list_names
from papers import trials
from papers.models import Batch, Source
from papers.trials import Trial
from tests.browser.pages.book import Book, client_of
from tests.browser.pages.library import NOW, Library, text_file
from tests.factories import DAY, make_source
from tests.papers.test_backfill import make_harvest
from tests.papers.test_sources_opml import OPML

WORKS = Trial(works=True, words="2 papers.", titles=["First things", "Second things"])
VIEWS = ["papers:calendar", "papers:add_source", "papers:opml_in", "papers:backfills"]


def draw_sources(book: Book, library: Library) -> None:
    client = client_of(library.operator)
    feed = make_source(
        kind=Source.Kind.SYNDICATION,
        key="https://journal.example.org/a/rather/long/address/of/a/feed/that/does/not/break",
        title="The Journal",
        state=Source.State.FAILING,
        last_error="It answered with HTTP 404.",
    )
    arxiv = make_source(kind=Source.Kind.ARXIV_RSS, key="cs.LG", state=Source.State.OK)
    Batch.objects.create(
        source=arxiv, category="cs.LG", announced_on=DAY, updated_at=NOW, read_at=NOW
    )
    make_harvest(problems=["2024-01: HTTP 503"], last_on=date(2024, 2, 29))
    book.take(client, "papers:sources")
    for view in VIEWS:
        book.take(client, view)
    book.take(client, "papers:status", say="read by an operator")
    book.take(client, "papers:source", feed.pk)
    book.take(client, "papers:source", arxiv.pk, say="arXiv")
    book.take(client, "papers:remove_source", feed.pk)
    book.take(client, "papers:add_source", data={"what": ""}, say="refused")
    book.take(client, "papers:start_backfill", data={}, say="refused")
    book.take(client, "papers:opml_in", data={"file": text_file("f.opml", OPML.decode())})
    with patch.object(trials, "try_source", return_value=WORKS):
        book.take(client, "papers:add_source", data={"what": "https://blog.example.org/feed"})
        book.take(client, "papers:test_source", feed.pk, data={}, say="tried")


def draw_admin(book: Book, library: Library) -> None:
    """The admin in this site's frame. What is in its forms is Django's, some of it unlabelled."""
    client = client_of(library.operator)
    book.take(client, "admin:index")
    book.take(client, "admin:accounts_user_changelist")


def draw_mail(book: Book, library: Library) -> None:
    client = client_of(library.operator)
    book.take(client, "operate")
    book.take(client, "accounts:operate")
    book.take(client, "accounts:outbox")
    for name in list_names()[:2]:
        book.take(client, "accounts:outbox_message", name)
