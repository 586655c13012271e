import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from papers import citations
from papers.citations import count_citations
from papers.feeds.records import FetchError, ParseError
from papers.feeds.semantic_scholar import fetch_citations
from papers.models import Paper, PaperOrigin, PaperStats, Signal, TextSource
from tests.factories import make_paper
from tests.origin import Origin
from tests.origin.asking import point_at

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def origin(settings: Settings) -> Iterator[Origin]:
    with Origin() as running:
        point_at(running, settings)
        settings.SEMANTIC_SCHOLAR_KEY = "abc"
        yield running


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The ids of each question."""
    questions: list[list[str]] = []

    def note(ids: list[str]) -> object:
        questions.append(list(ids))
        return fetch_citations(ids)

    monkeypatch.setattr(citations, "fetch_citations", note)
    return questions


def make_numbered(number: int, *, announced_on: date | None = None) -> Paper:
    return make_paper(arxiv_id=f"2603.{number:05}", announced_on=announced_on)


def citations_of(paper: Paper) -> int | None:
    return PaperStats.objects.get(paper=paper).citations


def test_citations_are_stored_and_the_unknown_has_none(origin: Origin) -> None:
    papers = [make_numbered(number) for number in (1, 2, 3)]
    origin.citations = {"2603.00001": 5, "2603.00002": 0}
    counted = count_citations(now=NOW)
    assert (counted.asked, counted.answered, counted.changed) == (3, 2, 2)
    assert [citations_of(paper) for paper in papers] == [5, 0, None]
    signal = Signal.objects.get(paper=papers[0])
    assert (signal.kind, signal.observed_on, signal.value) == ("s2_citations", NOW.date(), 5)


def test_each_paper_is_asked_for_once_a_week(origin: Origin, asked: list[list[str]]) -> None:
    make_numbered(1)
    origin.citations = {"2603.00001": 5}
    for days in (0, 6, 7, 8):
        count_citations(now=NOW + timedelta(days=days))
    assert asked == [["2603.00001"]] * 2


def test_where_none_is_known_none_is_asked_for_again(
    origin: Origin, asked: list[list[str]]
) -> None:
    make_numbered(1)
    for hours in (0, 1):
        assert count_citations(now=NOW + timedelta(hours=hours)).answered == 0
    assert len(asked) == 1


def test_popular_and_newest_papers_are_asked_for_first(
    origin: Origin, asked: list[list[str]]
) -> None:
    popular = make_numbered(1, announced_on=date(2024, 1, 1))
    PaperStats.objects.filter(paper=popular).update(popularity=3)
    make_numbered(2)
    for number in (3, 4, 5):
        make_numbered(number, announced_on=date(2026, 3, number))
    count_citations(now=NOW, most=3)
    assert asked == [["2603.00001", "2603.00005", "2603.00004"]]


def test_five_hundred_go_into_one_question(origin: Origin, asked: list[list[str]]) -> None:
    for number in range(501):
        make_numbered(number)
    origin.citations = {f"2603.{number:05}": number for number in range(501)}
    assert count_citations(now=NOW).answered == 501
    assert [len(ids) for ids in asked] == [500, 1]
    assert origin.requests[1].at - origin.requests[0].at >= 0.95


def test_neither_samples_nor_papers_elsewhere_are_asked_for(origin: Origin) -> None:
    sample = make_numbered(1)
    Paper.objects.filter(pk=sample.pk).update(text_source=TextSource.SAMPLE)
    make_paper(arxiv_id=None)
    assert count_citations(now=NOW).asked == 0
    assert origin.requests == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 429}, FetchError),
        ({"status": 500}, FetchError),
        ({"status": 200, "body": b"<html>"}, ParseError),
        ({"status": 200, "body": json.dumps([None]).encode()}, ParseError),
    ],
)
def test_after_a_fault_no_paper_counts_as_asked_for(
    origin: Origin, answer: dict[str, Any], error: type[Exception]
) -> None:
    papers = [make_numbered(1), make_numbered(2)]
    origin.fail_next(path="/graph", **answer)
    with pytest.raises(error):
        count_citations(now=NOW)
    assert [citations_of(paper) for paper in papers] == [None, None]
    assert not PaperOrigin.objects.exists()


def test_a_turn_that_was_lost_ends_the_round(origin: Origin) -> None:
    make_numbered(1)
    assert count_citations(now=NOW, go_on=lambda: False).asked == 0
