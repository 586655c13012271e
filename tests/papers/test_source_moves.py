from datetime import UTC, datetime, timedelta

import pytest

from papers.models import Source
from papers.source_moves import note_move
from tests.factories import make_source

pytestmark = [pytest.mark.django_db, pytest.mark.promise(25)]

NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW = "https://old.example.org/feed", "https://new.example.org/feed"


@pytest.fixture
def feed() -> Source:
    return make_source(kind=Source.Kind.SYNDICATION, key=OLD)


def heard(source: Source, *moves: tuple[str, timedelta]) -> list[str]:
    said = []
    for moved_to, after in moves:
        source.refresh_from_db()
        said.append(note_move(source, moved_to, now=NOW + after))
    source.refresh_from_db()
    return said


def test_an_address_is_followed_when_heard_again_after_a_day(feed: Source) -> None:
    assert heard(feed, (NEW, 0 * DAY), (NEW, DAY)) == ["", ""]
    assert (feed.key, feed.moved_to, feed.moved_seen_at) == (NEW, "", None)


def test_an_address_heard_twice_in_an_hour_is_not_followed(feed: Source) -> None:
    heard(feed, (NEW, 0 * DAY), (NEW, DAY / 24))
    assert (feed.key, feed.moved_to, feed.moved_seen_at) == (OLD, NEW, NOW)


def test_a_feed_that_came_back_is_forgiven(feed: Source) -> None:
    heard(feed, (NEW, 0 * DAY), ("", DAY / 2), (NEW, DAY))
    assert (feed.key, feed.moved_seen_at) == (OLD, NOW + DAY)


def test_another_address_is_waited_for_anew(feed: Source) -> None:
    heard(feed, ("https://third.example.org/", 0 * DAY), (NEW, DAY))
    assert (feed.key, feed.moved_to, feed.moved_seen_at) == (OLD, NEW, NOW + DAY)


def test_an_address_that_is_a_source_already_is_told_of(feed: Source) -> None:
    make_source(kind=Source.Kind.SYNDICATION, key=NEW)
    assert "is a source already" in heard(feed, (NEW, 0 * DAY), (NEW, DAY))[1]
    assert feed.key == OLD


@pytest.mark.parametrize(
    "moved_to", ["http://10.0.0.1/feed", f"https://example.org/{'a' * 600}", "nonsense:", OLD]
)
def test_an_address_that_nobody_may_type_is_not_followed(feed: Source, moved_to: str) -> None:
    heard(feed, (moved_to, 0 * DAY), (moved_to, DAY))
    assert (feed.key, feed.moved_to) == (OLD, "")


def test_other_kinds_of_sources_stay_where_the_settings_say() -> None:
    arxiv = make_source(kind=Source.Kind.ARXIV_RSS, key="cs.CL")
    heard(arxiv, (NEW, 0 * DAY), (NEW, DAY))
    assert (arxiv.key, arxiv.moved_to) == ("cs.CL", "")
