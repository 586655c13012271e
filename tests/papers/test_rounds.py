from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from papers import rounds
from papers.models import HostGate, PaperStats, Source
from papers.source_turns import claim
from tests.factories import make_paper, make_source
from tests.origin import Origin
from tests.origin.asking import point_at

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def origin(settings: Settings) -> Iterator[Origin]:
    with Origin() as running:
        point_at(running, settings)
        settings.GITHUB_TOKEN, settings.SEMANTIC_SCHOLAR_KEY = "", "abc"
        running.github.stars = {"example/mills": 700}
        running.citations = {"2603.00001": 5}
        yield running


@pytest.fixture
def paper(origin: Origin) -> PaperStats:
    paper = make_paper(arxiv_id="2603.00001", code_url="https://github.com/example/mills")
    return PaperStats.objects.get(paper=paper)


def take_turn(kind: Source.Kind) -> Source:
    source = claim(make_source(kind=kind, next_due_at=NOW).pk, now=NOW)
    assert source is not None
    rounds.take_turn(source, now=NOW)
    source.refresh_from_db()
    return source


def test_stars_are_counted_and_due_again_in_an_hour(paper: PaperStats) -> None:
    source = take_turn(Source.Kind.GITHUB)
    paper.refresh_from_db()
    assert (paper.stars, source.state) == (700, Source.State.OK)
    assert (source.next_due_at, source.lease_token) == (NOW + timedelta(hours=1), None)


def test_citations_are_counted_and_due_again_in_an_hour(paper: PaperStats) -> None:
    source = take_turn(Source.Kind.SEMANTIC_SCHOLAR)
    paper.refresh_from_db()
    assert (paper.citations, source.state) == (5, Source.State.OK)
    assert source.next_due_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("kind", [Source.Kind.GITHUB, Source.Kind.SEMANTIC_SCHOLAR])
def test_a_count_that_fails_says_why(origin: Origin, paper: PaperStats, kind: Source.Kind) -> None:
    origin.fail_next(status=500)
    source = take_turn(kind)
    assert (source.state, source.last_error) == (
        Source.State.FAILING,
        "127.0.0.1 answered with HTTP 500.",
    )
    assert source.next_due_at > NOW


@pytest.mark.parametrize("kind", [Source.Kind.GITHUB, Source.Kind.SEMANTIC_SCHOLAR])
def test_a_count_whose_host_rests_is_not_failing(
    origin: Origin, paper: PaperStats, kind: Source.Kind
) -> None:
    HostGate.objects.create(host=origin.host, next_allowed_at=Now() + timedelta(minutes=10))
    source = take_turn(kind)
    assert (source.state, source.lease_token) == (Source.State.NEW, None)
    assert timedelta(minutes=9) < source.next_due_at - NOW <= timedelta(minutes=10)
    assert origin.requests == []
