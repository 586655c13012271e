from datetime import timedelta
from typing import Any

import pytest
from celery import Task
from django.utils import timezone
from pytest_django import Settings

from papers import documents, health, repair, tasks
from papers.models import FetchedDocument, Source
from tests.factories import make_source

pytestmark = pytest.mark.django_db

Queued = list[tuple[str, Any]]


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> Queued:
    calls: Queued = []

    def note(task: "Task[[Any], None]", arguments: tuple[Any], expires: int) -> None:
        calls.append((task.name.rpartition(".")[2], *arguments))

    monkeypatch.setattr(Task, "apply_async", note)
    return calls


@pytest.fixture
def no_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "ensure_sources", lambda: None)


def make_document(*, minutes_old: int, attempts: int = 0) -> FetchedDocument:
    return FetchedDocument.objects.create(
        source=Source.objects.first()
        or make_source(next_due_at=timezone.now() + timedelta(days=1)),
        body=b"[]",
        for_day=timezone.now().date(),
        fetched_at=timezone.now() - timedelta(minutes=minutes_old),
        attempts=attempts,
    )


def test_the_tick_makes_the_sources_of_the_settings_and_queues_them(
    queued: Queued, settings: Settings
) -> None:
    settings.ARXIV_CATEGORIES = ["cs.CL", "math"]
    tasks.refresh_due_sources()
    named = {source.name for source in Source.objects.all()}
    assert {"huggingface", "huggingface:month", "github", "arxiv_rss:math"} < named
    assert {"arxiv_oai:cs.CL", "arxiv_list:cs.CL", "arxiv_rss:cs.CL"} < named
    # One task for arXiv, whichever interface; one for Hugging Face; one for GitHub.
    assert sorted(len(sources) for _task, sources in queued) == [1, 4, 6]


def test_what_the_settings_turn_off_is_not_made(settings: Settings, queued: Queued) -> None:
    settings.ARXIV_CATEGORIES = ["cs.CL"]
    settings.ARXIV_REPAIR = settings.ARXIV_WITNESS = settings.GITHUB_STARS = False
    tasks.refresh_due_sources()
    kinds = set(Source.objects.values_list("kind", flat=True))
    assert kinds == {"arxiv_rss", "huggingface"}


def test_feeds_of_one_host_are_read_in_turn_and_others_beside(
    queued: Queued, no_sources: None
) -> None:
    for path in ("a.org/1", "a.org/2", "b.org/1"):
        make_source(kind=Source.Kind.SYNDICATION, key=f"https://{path}")
    tasks.refresh_due_sources()
    assert sorted(len(sources) for _task, sources in queued) == [1, 2]


@pytest.mark.parametrize(("seconds_left", "tasks_queued"), [(60, 1), (-1, 2)])
def test_a_host_that_one_worker_reads_is_not_given_to_a_second(
    queued: Queued, no_sources: None, seconds_left: int, tasks_queued: int
) -> None:
    """A host of many slow feeds would take one thread more each minute, until none was left."""
    until = timezone.now() + timedelta(seconds=seconds_left)
    make_source(kind=Source.Kind.SYNDICATION, key="https://a.org/1", leased_until=until)
    for path in ("a.org/2", "b.org/1"):
        make_source(kind=Source.Kind.SYNDICATION, key=f"https://{path}")
    tasks.refresh_due_sources()
    assert len(queued) == tasks_queued


def test_a_paused_source_is_not_queued(queued: Queued, no_sources: None) -> None:
    make_source(is_active=False)
    tasks.refresh_due_sources()
    assert queued == []


@pytest.mark.promise(48)
def test_an_answer_whose_worker_is_gone_is_queued_again(queued: Queued, no_sources: None) -> None:
    lost = make_document(minutes_old=6)
    make_document(minutes_old=0)
    tasks.refresh_due_sources()
    assert queued == [("ingest_document", lost.pk)]


@pytest.mark.promise(15)
def test_an_answer_that_killed_three_workers_is_parked(queued: Queued, no_sources: None) -> None:
    make_document(minutes_old=6, attempts=3)
    tasks.refresh_due_sources()
    assert queued == []


@pytest.mark.promise(15)
def test_an_answer_that_killed_three_workers_is_said_not_to_be_stored(
    queued: Queued, no_sources: None
) -> None:
    document = make_document(minutes_old=60, attempts=3)
    tasks.refresh_due_sources()
    source = Source.objects.get()
    assert source.state == Source.State.FAILING
    assert "could not be stored: it stopped its worker 3 times" in source.last_error
    document.refresh_from_db()
    assert (health.parked_documents()[0], documents.claim_document(document.pk)) == (1, None)


def test_a_repair_whose_page_killed_three_workers_is_said_to_fail(
    queued: Queued, no_sources: None
) -> None:
    source = make_source(kind=Source.Kind.ARXIV_OAI, key="cs.CL")
    one = repair.begin(source, now=timezone.now())
    document = make_document(minutes_old=60, attempts=3)
    FetchedDocument.objects.filter(pk=document.pk).update(source=None, harvest=one)
    tasks.refresh_due_sources()
    source.refresh_from_db()
    assert "stopped its worker" in source.last_error


@pytest.mark.promise(20)
@pytest.mark.parametrize(
    ("hours", "attempts", "is_tried"), [(25, 3, True), (2, 3, False), (25, 4, False)]
)
def test_what_could_not_be_stored_is_tried_once_a_day(
    queued: Queued, no_sources: None, hours: int, attempts: int, is_tried: bool
) -> None:
    document = make_document(minutes_old=3_000, attempts=attempts)
    tried_at = timezone.now() - timedelta(hours=hours)
    FetchedDocument.objects.update(leased_until=tried_at, last_error="The disk is full.")
    tasks.refresh_due_sources()
    assert queued == ([("ingest_document", document.pk)] if is_tried else [])


def test_an_answer_is_ingested_once_though_the_task_runs_twice() -> None:
    document = make_document(minutes_old=1)
    tasks.ingest_document(document.pk)
    tasks.ingest_document(document.pk)
    assert not FetchedDocument.objects.exists()


def test_an_empty_site_whose_sources_fail_is_told_once_what_else_brings_papers(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ARXIV_RSS_URL = "http://127.0.0.1:9/rss"
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:9"]
    sources = [make_source(kind=Source.Kind.ARXIV_RSS, key=key) for key in ("cs.CL", "cs.LG")]
    tasks.refresh_sources([source.pk for source in sources])
    told = [line for line in caplog.messages if "loadpapers" in line]
    assert len(told) == 1
    failed = [line for line in caplog.messages if " fails: " in line]
    assert len(failed) == 1
    assert "1 more of the same host" in failed[0]
    assert Source.objects.filter(state=Source.State.FAILING).count() == 2
