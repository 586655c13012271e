from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection

from papers import trials
from papers.feeds.patience import seconds_left
from papers.feeds.records import PaperRecord, ParsedFeed
from papers.models import Source
from tests.factories import make_source

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)


def answer_with(papers: int, problems: int) -> Callable[..., ParsedFeed]:
    records = tuple(PaperRecord("", f"Mill {number}") for number in range(papers))
    said = tuple(f"Entry {number} was left out." for number in range(problems))
    return lambda source, *, now: ParsedFeed(records, said)


@pytest.mark.parametrize(
    ("papers", "problems", "words", "remarks"),
    [
        (1, 0, "It answers with 1 paper.", 0),
        (2, 3, "It answers with 2 papers.", 3),
        (0, 9, "It answers with 0 papers.", 6),
    ],
)
def test_a_trial_says_what_came_and_what_was_wrong(
    monkeypatch: pytest.MonkeyPatch, papers: int, problems: int, words: str, remarks: int
) -> None:
    monkeypatch.setattr(trials, "_ask", answer_with(papers, problems))
    trial = trials.try_source(make_source(kind=Source.Kind.SYNDICATION), now=NOW)
    assert (trial.words, len(trial.remarks)) == (words, remarks)


def test_two_are_tried_at_once_over_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "_ask", answer_with(1, 0))
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            for slot in (0, 1):
                cursor.execute("SELECT pg_advisory_lock(hashtext('papers.trials'), %s)", [slot])
        words = trials.try_source(make_source(kind=Source.Kind.SYNDICATION), now=NOW).words
        with other.cursor() as cursor:
            # A connection that is closed gives its locks back a moment later.
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()
    assert words == "Two sources are being tried; try again in a moment."


def test_a_trial_waits_for_seconds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def ask(_source: Source, *, now: datetime) -> ParsedFeed:
        waits.append(seconds_left(90.0))
        return ParsedFeed(())

    monkeypatch.setattr(trials, "_ask", ask)
    trials.try_source(make_source(kind=Source.Kind.SYNDICATION), now=NOW)
    assert 10 < waits[0] <= 12
    assert seconds_left(90.0) == 90.0


def test_two_are_tried_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each trial holds a thread of the web process until the origin answers."""
    words: list[str] = []
    source = make_source(kind=Source.Kind.SYNDICATION)

    def ask_and_try_another(_source: Source, *, now: datetime) -> ParsedFeed:
        words.append(trials.try_source(source, now=now).words)
        return ParsedFeed(())

    monkeypatch.setattr(trials, "_ask", ask_and_try_another)
    trials.try_source(source, now=NOW)
    assert words == ["Two sources are being tried; try again in a moment.", words[-1]]
    assert "0 papers" in words[-1]
    assert "0 papers" in trials.try_source(source, now=NOW).words
