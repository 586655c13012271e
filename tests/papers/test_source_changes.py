from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from papers import source_changes
from papers.models import HostGate, Source
from papers.source_changes import WantedSource, read_wanted
from tests.factories import make_source

pytestmark = pytest.mark.django_db

Kind = Source.Kind
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FEED = "https://journal.example.org/feed"


@pytest.mark.parametrize(
    ("typed", "category"),
    [
        ("cs.LG", "cs.LG"),
        (" hep-th ", "hep-th"),
        ("math", "math"),
        ("https://arxiv.org/list/cs.CL/new", "cs.CL"),
        ("https://rss.arxiv.org/rss/stat.ML", "stat.ML"),
    ],
)
def test_a_category_is_three_sources(typed: str, category: str) -> None:
    kinds = (Kind.ARXIV_RSS, Kind.ARXIV_OAI, Kind.ARXIV_LIST)
    assert read_wanted(typed) == WantedSource(kinds, category)


def test_what_is_switched_off_is_no_source_of_a_category(settings: Settings) -> None:
    settings.ARXIV_WITNESS = settings.ARXIV_REPAIR = False
    assert read_wanted("cs.LG").kinds == (Kind.ARXIV_RSS,)


def test_an_address_is_a_feed() -> None:
    assert read_wanted("journal.example.org/feed") == WantedSource((Kind.SYNDICATION,), FEED)


@pytest.mark.parametrize("typed", ["", "cats", "https://arxiv.org/list/cats.XY/new"])
def test_what_is_neither_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValueError, match="category of arXiv"):
        read_wanted(typed)


def test_adding_makes_a_source_that_is_due() -> None:
    [added] = source_changes.add_sources(read_wanted(FEED), title="The Journal")
    assert (added.key, added.title, added.state) == (FEED, "The Journal", "new")
    assert added.is_active


@pytest.mark.parametrize("known", [FEED, FEED.replace("https", "http")])
def test_a_feed_is_not_added_twice(known: str) -> None:
    make_source(kind=Kind.SYNDICATION, key=known)
    with pytest.raises(ValueError, match="is a source here already"):
        source_changes.add_sources(read_wanted(FEED))
    assert Source.objects.count() == 1


def test_a_category_that_is_half_here_is_completed() -> None:
    make_source(kind=Kind.ARXIV_RSS, key="cs.LG")
    added = source_changes.add_sources(read_wanted("cs.LG"))
    assert {source.kind for source in added} == {Kind.ARXIV_OAI, Kind.ARXIV_LIST}


def test_trying_now_makes_it_due() -> None:
    source = make_source(next_due_at=NOW + timedelta(hours=8))
    source_changes.try_now(source, now=NOW)
    source.refresh_from_db()
    assert source.next_due_at == NOW


@pytest.mark.promise(19)
def test_a_host_that_asked_for_a_pause_is_not_tried_now() -> None:
    source = make_source(kind=Kind.SYNDICATION, key=FEED, next_due_at=NOW + timedelta(hours=8))
    HostGate.objects.create(
        host="journal.example.org:443", next_allowed_at=NOW + timedelta(minutes=9)
    )
    with pytest.raises(ValueError, match="left alone until 2 Mar, 12:09"):
        source_changes.try_now(source, now=NOW)
    source.refresh_from_db()
    assert source.next_due_at > NOW


def test_the_ordinary_spacing_is_no_pause() -> None:
    HostGate.objects.create(host="arxiv.org", next_allowed_at=NOW + timedelta(seconds=15))
    source = make_source(kind=Kind.ARXIV_RSS, key="cs.LG", next_due_at=NOW + timedelta(hours=8))
    source_changes.try_now(source, now=NOW)
    source.refresh_from_db()
    assert source.next_due_at == NOW


def test_a_source_that_the_settings_name_is_not_removed(settings: Settings) -> None:
    settings.ARXIV_CATEGORIES = ["cs.LG"]
    named = make_source(kind=Kind.ARXIV_RSS, key="cs.LG")
    with pytest.raises(ValueError, match="made again"):
        source_changes.remove(named)
    source_changes.remove(make_source(kind=Kind.ARXIV_RSS, key="cs.CL"))
    assert list(Source.objects.all()) == [named]
