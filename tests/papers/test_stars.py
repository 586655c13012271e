import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from papers.feeds.records import FetchError
from papers.models import HostGate, Paper, PaperStats, Repository, Signal, TextSource
from papers.stars import count_stars, link_repositories
from tests.factories import make_paper
from tests.origin import Origin
from tests.origin.asking import point_at

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def origin(settings: Settings) -> Iterator[Origin]:
    with Origin() as running:
        point_at(running, settings)
        settings.GITHUB_TOKEN = ""
        running.github.stars = {"Example/Mills": 700, "example/weirs": 5}
        yield running


def make_coded(number: int, repository: str, *, announced_on: date | None = None) -> Paper:
    return make_paper(
        arxiv_id=f"2603.{number:05}",
        code_url=f"https://github.com/{repository}",
        announced_on=announced_on,
    )


def stars_of(paper: Paper) -> int | None:
    return PaperStats.objects.get(paper=paper).stars


def asked(origin: Origin) -> list[str]:
    return [request.path.removeprefix("/repos/") for request in origin.requests]


def test_stars_are_stored_as_a_signal_and_ranked(origin: Origin) -> None:
    papers = [make_coded(1, "Example/Mills"), make_coded(2, "example/mills/tree/main")]
    counted = count_stars(now=NOW)
    assert (counted.asked, counted.answered, counted.changed) == (1, 1, 2)
    for paper in papers:
        assert stars_of(paper) == 700
    signal = Signal.objects.get(paper=papers[0])
    assert (signal.kind, signal.observed_on, signal.value) == ("github_stars", NOW.date(), 700)


def test_only_stars_gained_since_the_first_count_make_a_paper_popular(origin: Origin) -> None:
    paper = make_coded(1, "example/mills")
    Signal.objects.create(
        paper=paper, kind="github_stars", observed_on=NOW.date() - timedelta(days=1), value=610
    )
    count_stars(now=NOW)
    stats = PaperStats.objects.get(paper=paper)
    assert (stats.stars, stats.stars_gained) == (700, 90)
    assert stats.popularity == pytest.approx(1.0)


def test_a_repository_is_asked_for_once_a_day_and_only_for_news(origin: Origin) -> None:
    paper = make_coded(1, "example/mills")
    for hours in (0, 1, 24):
        count_stars(now=NOW + timedelta(hours=hours))
    assert asked(origin) == ["example/mills"] * 2
    assert "If-None-Match" in origin.requests[1].headers
    days = Signal.objects.filter(paper=paper).values_list("observed_on", "value")
    assert dict(days) == {date(2026, 3, 2): 700, date(2026, 3, 3): 700}


def test_the_newest_papers_come_first_and_the_rest_next_time(origin: Origin) -> None:
    make_coded(1, "example/old", announced_on=date(2025, 1, 1))
    make_coded(2, "example/undated")
    make_coded(3, "example/new", announced_on=date(2026, 3, 2))
    assert count_stars(now=NOW, most=1).asked == 1
    count_stars(now=NOW + timedelta(hours=1))
    assert asked(origin) == ["example/new", "example/old", "example/undated"]


def test_without_a_token_no_round_asks_for_more_than_strangers_may(origin: Origin) -> None:
    for number in range(60):
        make_coded(number, f"example/mill{number}")
    assert count_stars(now=NOW).asked == 50


def test_a_repository_that_is_gone_is_asked_for_after_a_month(origin: Origin) -> None:
    paper = make_coded(1, "example/gone")
    for days in (0, 29, 31):
        count_stars(now=NOW + timedelta(days=days))
    assert asked(origin) == ["example/gone"] * 2
    assert Repository.objects.get().problem == "GitHub has no such public repository."
    assert stars_of(paper) is None


def test_a_renamed_repository_has_its_new_name(origin: Origin) -> None:
    origin.github.renamed = {"old/mills": "Example/Mills"}
    paper = make_coded(1, "old/mills")
    count_stars(now=NOW)
    assert (Repository.objects.get().name, stars_of(paper)) == ("example/mills", 700)
    assert link_repositories(now=NOW) == 0


def test_a_renamed_repository_joins_the_row_of_its_new_name(origin: Origin) -> None:
    origin.github.renamed = {"old/mills": "Example/Mills"}
    papers = [make_coded(1, "old/mills"), make_coded(2, "example/mills")]
    count_stars(now=NOW)
    assert {stars_of(paper) for paper in papers} == {700}
    assert set(Repository.objects.get().papers.all()) == set(papers)


def test_a_spent_allowance_ends_the_round_and_keeps_what_came(origin: Origin) -> None:
    first = make_coded(1, "example/mills", announced_on=date(2026, 3, 2))
    make_coded(2, "example/weirs")
    origin.github.allowance, origin.github.reset_at = 1, int(time.time()) + 1_000
    with pytest.raises(FetchError, match="asked it too often"):
        count_stars(now=NOW)
    assert stars_of(first) == 700
    second = Repository.objects.get(name="example/weirs")
    assert (second.problem, second.checked_at) == ("", None)
    assert HostGate.objects.get().next_allowed_at > datetime.now(UTC) + timedelta(seconds=900)


def test_an_unreadable_answer_is_noted_and_others_go_on(origin: Origin) -> None:
    make_coded(1, "example/mills", announced_on=date(2026, 3, 2))
    weirs = make_coded(2, "example/weirs")
    origin.fail_next(status=200, body=b"<html>Unicorn!</html>", path="/repos/example/mills")
    assert count_stars(now=NOW).answered == 1
    assert "not answer in JSON" in Repository.objects.get(name="example/mills").problem
    assert stars_of(weirs) == 5


def test_one_blocked_repository_does_not_stop_the_others(origin: Origin) -> None:
    make_coded(1, "example/mills", announced_on=date(2026, 3, 2))
    weirs = make_coded(2, "example/weirs")
    origin.fail_next(status=403, path="/repos/example/mills")
    count_stars(now=NOW)
    assert stars_of(weirs) == 5


def test_refusals_in_a_row_end_the_round(origin: Origin) -> None:
    for number in range(9):
        make_coded(number, f"example/mill{number}")
    origin.fail_next(status=403, times=9)
    with pytest.raises(FetchError, match="HTTP 403"):
        count_stars(now=NOW)
    assert len(origin.requests) == 5


def test_after_a_fault_of_github_the_next_round_begins_elsewhere(origin: Origin) -> None:
    make_coded(1, "example/mills", announced_on=date(2026, 3, 2))
    weirs = make_coded(2, "example/weirs")
    origin.fail_next(status=500)
    with pytest.raises(FetchError, match="HTTP 500"):
        count_stars(now=NOW)
    count_stars(now=NOW + timedelta(hours=1))
    assert stars_of(weirs) == 5


def test_a_turn_that_was_lost_ends_the_round(origin: Origin) -> None:
    make_coded(1, "example/mills")
    assert count_stars(now=NOW, go_on=lambda: False).asked == 0
    assert origin.requests == []


def test_nobody_is_asked_about_samples_or_other_sites(origin: Origin) -> None:
    make_paper(arxiv_id="2603.00001", code_url="https://gitlab.com/example/mills")
    make_paper(arxiv_id="2603.00002", code_url="https://github.com/about")
    sample = make_coded(3, "example/mills")
    Paper.objects.filter(pk=sample.pk).update(text_source=TextSource.SAMPLE)
    assert count_stars(now=NOW).asked == 0
    assert not Repository.objects.exists()


def test_a_repository_that_no_paper_names_any_more_rests(origin: Origin) -> None:
    make_coded(1, "example/mills").delete()
    Repository.objects.create(name="example/weirs")
    assert count_stars(now=NOW).asked == 0
