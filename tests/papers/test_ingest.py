import time
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from threading import Thread

import pytest
from django.db import connection, transaction

from papers.feeds.records import AnnouncementRecord, PaperRecord, SignalRecord
from papers.ingest import IngestResult, ingest
from papers.models import (
    Announcement,
    Paper,
    PaperIdentifier,
    PaperStats,
    PaperTombstone,
    Signal,
    TextSource,
)

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
RECORD = PaperRecord(
    arxiv_id="2603.00141",
    title="Sparse Tides",
    abstract="We study tides.",
    authors=("Ada Moor", "Ben Quay"),
    categories=("cs.LG", "stat.ML"),
    version=1,
    doi="10.1000/tides",
)


def store(*records: PaperRecord, source: TextSource = TextSource.ARXIV) -> IngestResult:
    return ingest(records, text_source=source, today=DAY)


def the_paper() -> Paper:
    return Paper.objects.get(arxiv_id=RECORD.arxiv_id)


def test_a_paper_is_stored_with_all_that_was_said() -> None:
    store(RECORD)
    paper = the_paper()
    assert (paper.title, paper.authors) == ("Sparse Tides", ["Ada Moor", "Ben Quay"])
    assert paper.primary_category_id == "cs.LG"
    assert set(paper.categories.values_list("pk", flat=True)) == {"cs.LG", "stat.ML"}
    names = PaperIdentifier.objects.values_list("scheme", "value")
    assert set(names) == {("arxiv", "2603.00141"), ("doi", "10.1000/tides")}


@pytest.mark.promise(26)
def test_the_same_record_again_changes_nothing() -> None:
    store(RECORD)
    stamp = the_paper().changed_xid
    again = store(RECORD, RECORD)
    assert (again.created, again.changed) == (0, 0)
    assert the_paper().changed_xid == stamp


@pytest.mark.promise(26)
def test_two_sources_make_one_paper() -> None:
    store(RECORD, source=TextSource.HUGGING_FACE)
    store(RECORD)
    assert Paper.objects.count() == 1


def test_arxiv_text_replaces_that_of_hugging_face() -> None:
    store(replace(RECORD, title="Sparse tides!"), source=TextSource.HUGGING_FACE)
    store(RECORD)
    assert the_paper().title == "Sparse Tides"


def test_hugging_face_text_does_not_replace_that_of_arxiv() -> None:
    store(RECORD)
    store(replace(RECORD, title="Sparse tides!"), source=TextSource.HUGGING_FACE)
    assert the_paper().title == "Sparse Tides"


def test_a_lesser_source_fills_what_the_better_left_empty() -> None:
    store(RECORD)
    code = "https://github.com/moor/tides"
    store(replace(RECORD, code_url=code), source=TextSource.HUGGING_FACE)
    assert the_paper().code_url == code


def test_an_older_version_that_arrives_late_does_not_replace_the_newer() -> None:
    store(replace(RECORD, version=2, title="Sparse Tides, Revised"))
    store(RECORD)
    assert (the_paper().version, the_paper().title) == (2, "Sparse Tides, Revised")


def test_only_arxiv_takes_a_category_away() -> None:
    store(RECORD)
    store(replace(RECORD, categories=("cs.LG",)), source=TextSource.FILE)
    assert the_paper().categories.count() == 2
    store(replace(RECORD, categories=("cs.LG",)))
    assert the_paper().categories.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_changed_category_stamps_the_paper() -> None:
    store(RECORD)
    stamp = the_paper().changed_xid
    store(replace(RECORD, categories=("cs.LG", "stat.ML", "cs.AI")))
    assert (the_paper().changed_xid or 0) > (stamp or 0)


def test_it_counts_as_new_from_its_first_announcement() -> None:
    for day in (date(2026, 3, 4), date(2026, 3, 3)):
        announcement = AnnouncementRecord("cs.LG", day, "new")
        store(replace(RECORD, announcements=(announcement,)))
    assert the_paper().announced_on == date(2026, 3, 3)
    assert Announcement.objects.count() == 2


def test_a_replacement_of_an_unknown_paper_is_not_new_that_day() -> None:
    store(replace(RECORD, announcements=(AnnouncementRecord("cs.LG", DAY, "replace"),)))
    assert the_paper().announced_on is None


def test_the_latest_signal_is_the_one_that_counts() -> None:
    for day, value in ((date(2026, 3, 3), 40), (date(2026, 3, 2), 12)):
        signal = SignalRecord("hf_upvotes", day, value)
        store(replace(RECORD, signals=(signal,)), source=TextSource.HUGGING_FACE)
    stats = PaperStats.objects.get()
    assert (stats.upvotes, stats.stars) == (40, None)
    assert Signal.objects.count() == 2


def test_a_new_paper_is_ranked_at_once() -> None:
    store(replace(RECORD, signals=(SignalRecord("hf_upvotes", DAY, 18),), listed_on=DAY))
    assert PaperStats.objects.get().popularity == pytest.approx(1.0)


def test_characters_that_postgres_cannot_hold_lose_no_paper() -> None:
    store(replace(RECORD, title="Sparse\x00 Tides \ud83d"))
    assert the_paper().title == "Sparse Tides ?"


def test_a_deleted_paper_leaves_a_tombstone() -> None:
    store(RECORD)
    number = the_paper().pk
    Paper.objects.all().delete()
    assert PaperTombstone.objects.get().paper_id == number


def test_an_older_version_that_arrives_late_takes_no_category_away() -> None:
    store(replace(RECORD, version=2, categories=("cs.LG", "cs.AI")))
    store(replace(RECORD, version=1, categories=("cs.LG",)))
    assert the_paper().categories.count() == 2


def test_what_no_column_can_hold_costs_no_paper() -> None:
    absurd = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))
    store(
        replace(
            RECORD,
            version=10**9,
            doi="10.1000/" + "x" * 400,
            license="l" * 300,
            code_url="https://example.org/" + "c" * 600,
            categories=("cs.LG", "c" * 99),
            authors=("A" * 5000,),
            abstract="a" * 500_000,
            submitted_at=absurd,
            listed_on=date(2062, 3, 1),
            announcements=(AnnouncementRecord("cs.LG", date(2062, 3, 1), "new"),),
            signals=(SignalRecord("hf_upvotes", DAY, 2**40), SignalRecord("hf_upvotes", DAY, -1)),
        ),
        replace(RECORD, arxiv_id="2603.00142"),
    )
    paper = the_paper()
    assert (paper.version, paper.license, paper.code_url, paper.submitted_at) == (
        None,
        "",
        "",
        None,
    )
    assert paper.announced_on is None
    assert Paper.objects.count() == 2
    assert Signal.objects.count() == 0


def test_a_title_of_nothing_that_can_be_stored_becomes_the_id() -> None:
    store(replace(RECORD, title="\x00"))
    assert the_paper().title == "2603.00141"


def test_texts_of_an_absurd_length_are_cut() -> None:
    store(
        replace(
            RECORD,
            title="t" * 5_000_000,
            abstract="a" * 5_000_000,
            comment="c" * 5_000_000,
            journal_ref="j" * 5_000_000,
            authors=("A" * 5_000_000, *["B. Quay"] * 30_000),
        )
    )
    paper = the_paper()
    assert (len(paper.title), paper.title[-2:]) == (2_000, "t…")
    assert len(paper.abstract) == len(paper.comment) == len(paper.journal_ref) == 100_000
    assert (len(paper.authors), len(paper.authors[0])) == (20_000, 1_000)


@pytest.mark.parametrize("odd", ["", "cs\x00LG", "cs\nLG", "\ud800"])
def test_an_odd_category_costs_no_paper(odd: str) -> None:
    announced = tuple(AnnouncementRecord(code, DAY, "new") for code in (odd, "cs.LG"))
    store(replace(RECORD, categories=(odd, "cs.LG"), announcements=announced))
    assert [category.code for category in the_paper().categories.all()] == ["cs.LG"]
    assert Announcement.objects.count() == 1


def is_somebody_waiting_for_the_turn() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_second_writer_waits_for_the_first() -> None:
    def store_in_own_connection() -> None:
        store(replace(RECORD, arxiv_id="2603.00999"))
        connection.close()

    second = Thread(target=store_in_own_connection)
    with transaction.atomic():
        store(RECORD)
        second.start()
        deadline = time.monotonic() + 20
        while not is_somebody_waiting_for_the_turn() and second.is_alive():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert second.is_alive()
    second.join()
    assert Paper.objects.count() == 2
