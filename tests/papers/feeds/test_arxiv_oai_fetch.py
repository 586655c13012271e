from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django import Settings

from papers.feeds.arxiv_oai import fetch_page, parse
from papers.feeds.records import ExpiredPositionError, FetchError, ParsedFeed
from tests.origin import Origin
from tests.origin.arxiv_oai import OaiServer
from tests.origin.asking import point_at
from tests.origin.samples import make_batch, make_origin_paper

MONDAY = date(2026, 3, 2)
TODAY = date(2026, 3, 10)


@pytest.fixture
def origin(settings: Settings, db: None) -> Iterator[Origin]:
    papers = [
        *make_batch(day=MONDAY, count=5),
        make_origin_paper(arxiv_id="2603.00500", categories=["hep-th"]),
    ]
    oai = OaiServer(page_size=2, deleted_on={"2603.00900": MONDAY})
    with Origin(papers=papers, day=TODAY, oai=oai) as running:
        point_at(running, settings)
        yield running


def ids_of(feed: ParsedFeed) -> list[str]:
    assert feed.problems == ()
    return [*(record.arxiv_id for record in feed.records), *feed.deleted]


@pytest.mark.parametrize("prefix", ["arXiv", "arXivRaw"])
def test_a_set_is_read_page_by_page_without_gaps(origin: Origin, prefix: str) -> None:
    answer = fetch_page(set_spec="cs:cs:CL", prefix=prefix, first_on=MONDAY, last_on=TODAY)
    feed = parse(answer.body, today=TODAY)
    found = ids_of(feed)
    while feed.position:
        feed = parse(fetch_page(position=feed.position).body, today=TODAY)
        found += ids_of(feed)
    assert found == [f"2603.0000{number}" for number in range(1, 6)]
    assert len(origin.requests) == 3


def test_everything_since_a_day_has_the_deleted_ones(origin: Origin) -> None:
    origin.oai.page_size = 100
    feed = parse(fetch_page(first_on=MONDAY).body, today=TODAY)
    assert ids_of(feed)[-2:] == ["2603.00500", "2603.00900"]
    assert "until" not in origin.requests[0].path


def test_nothing_changed_since_is_an_empty_feed(origin: Origin) -> None:
    feed = parse(fetch_page(first_on=date(2026, 3, 9)).body, today=TODAY)
    assert (feed.records, feed.position) == ((), "")


def test_a_token_of_yesterday_is_told_apart(origin: Origin) -> None:
    position = parse(fetch_page().body, today=TODAY).position
    origin.oai.expire_tokens()
    with pytest.raises(ExpiredPositionError, match="token"):
        parse(fetch_page(position=position).body, today=TODAY)


def test_a_refused_harvest_says_when_to_ask_again(origin: Origin) -> None:
    origin.fail_next(status=503, retry_after=120, path="/oai")
    with pytest.raises(FetchError) as caught:
        fetch_page(set_spec="cs")
    assert (caught.value.status, caught.value.retry_after_seconds) == (503, 120)
    assert caught.value.host_wide
