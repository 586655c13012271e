import pytest

from papers.feed_import import MOST_FEEDS, Feed, add_feeds, sort_feeds
from papers.models import Source
from tests.factories import make_source

pytestmark = pytest.mark.django_db

FEED = "https://journal.example.org/feed"


def test_a_list_is_sorted_into_new_known_and_refused() -> None:
    make_source(kind="syndication", key=FEED)
    found = sort_feeds(
        [
            ("http://Journal.example.org/feed", ""),
            ("blog.example.org", "A  Blog"),
            ("ftp://x.y/", ""),
        ]
    )
    assert found.known == [Feed("http://journal.example.org/feed", "")]
    assert found.new == [Feed("https://blog.example.org/", "A Blog")]
    assert found.refused[0].reason == "Only http and https addresses are read, not ftp."


def test_a_feed_that_stands_twice_is_new_once() -> None:
    found = sort_feeds([(FEED, "One"), (FEED, "Two")])
    assert [feed.title for feed in found.new] == ["One"]
    assert [each.reason for each in found.refused] == ["It stands in the list twice."]


def test_a_very_long_list_is_cut_and_says_so() -> None:
    found = sort_feeds((f"https://example.org/{n}", "") for n in range(MOST_FEEDS + 400))
    assert len(found.new) == MOST_FEEDS
    assert [each.address for each in found.refused] == ["400 further feeds"]
    assert "At most 500 feeds" in found.refused[0].reason


def test_adding_stores_the_new_ones_due_at_once() -> None:
    assert add_feeds([(FEED, "Journal"), ("http://10.0.0.1/", "Printer")]) == 1
    assert Source.objects.get().title == "Journal"
    assert add_feeds([(FEED, "Journal")]) == 0
