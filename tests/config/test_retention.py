from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps

from config import retention, tasks
from config.schedule import SCHEDULE

NOW = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "retention.md"


def test_every_table_of_the_site_stands_in_one_line() -> None:
    tables = [table for line in retention.TABLE for table in line.tables]
    models = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert len(tables) == len(set(tables))
    missing, gone = models - set(tables), set(tables) - models
    assert (missing, gone) == (set(), set()), "say in config/retention.py how long it is kept"


def test_the_document_shows_the_table_as_it_is() -> None:
    table = retention.as_markdown()
    assert table in DOCUMENT.read_text(), (
        f"put into {DOCUMENT.name} what retention.as_markdown() returns:\n{table}"
    )


def test_spans_are_said_in_words() -> None:
    spans = {1: "a day", 30: "30 days", 365: "a year"}
    for days, words in spans.items():
        assert retention.Kept("x", timedelta(days=days)).in_words == words


def test_one_that_fails_keeps_no_other_from_its_work(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(now: datetime) -> int:
        raise ValueError("broken")

    lines = (
        retention.Kept("a", timedelta(days=1), (), fail),
        retention.Kept("b", timedelta(days=1), (), lambda now: 3),
        retention.Kept("c", timedelta(days=1), (), lambda now: 0),
    )
    monkeypatch.setattr(retention, "TABLE", lines)
    assert retention.forget_what_is_over(NOW) == {"b": 3}
    assert "could not be deleted: a" in caplog.text


@pytest.mark.django_db
def test_the_nights_task_runs_all_of_it_and_beat_knows_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks.forget_what_is_over()
    assert "could not be deleted" not in caplog.text
    names = {entry["task"] for entry in SCHEDULE.values()}
    assert tasks.forget_what_is_over.name in names
