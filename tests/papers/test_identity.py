from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.feeds.records import AnnouncementRecord, PaperRecord, VersionRecord
from papers.ingest import IngestResult, ingest, mark_withdrawn
from papers.models import (
    Announcement,
    Paper,
    PaperIdentifier,
    PaperOrigin,
    PaperTombstone,
    PaperVersion,
    TextSource,
)

pytestmark = [pytest.mark.django_db, pytest.mark.promise(26)]

DAY = date(2026, 3, 2)
ARXIV = PaperRecord(
    arxiv_id="2603.00141",
    title="Sparse Tides",
    abstract="We study tides.",
    categories=("cs.LG",),
    version=1,
    doi="10.1000/tides",
)
JOURNAL = PaperRecord(
    arxiv_id="", title="Sparse tides", doi="10.1000/tides", url="https://journal.example.org/tides"
)


def store(
    *records: PaperRecord, source: TextSource = TextSource.ARXIV, origin: str = ""
) -> IngestResult:
    return ingest(records, text_source=source, today=DAY, origin=origin)


def store_journal(*records: PaperRecord) -> IngestResult:
    return store(*records, source=TextSource.FEED)


def names() -> set[tuple[str, str]]:
    return set(PaperIdentifier.objects.values_list("scheme", "value"))


ALL_NAMES = {
    ("arxiv", "2603.00141"),
    ("doi", "10.1000/tides"),
    ("url", "https://journal.example.org/tides"),
}


def test_a_paper_without_an_arxiv_id_is_stored() -> None:
    assert store_journal(JOURNAL).created == 1
    paper = Paper.objects.get()
    assert (paper.arxiv_id, paper.url) == (None, "https://journal.example.org/tides")
    assert store_journal(JOURNAL).changed == 0


def test_a_record_without_any_name_is_left_out_in_words() -> None:
    result = store(replace(ARXIV, arxiv_id="", doi="", url="javascript:alert(1)"), ARXIV)
    assert (result.received, result.created) == (1, 1)
    assert result.problems[0].startswith("“Sparse Tides” was left out: it has no arXiv id")


def test_only_addresses_of_the_web_are_stored() -> None:
    bad = "javascript:alert(1)"
    store(replace(ARXIV, url=bad, code_url=bad, project_url=bad))
    assert list(Paper.objects.values_list("url", "code_url", "project_url")) == [("", "", "")]


def test_a_paper_with_only_an_address_is_known_by_it() -> None:
    blog = replace(JOURNAL, doi="")
    store_journal(blog)
    store_journal(replace(blog, title="Sparse tides, explained"))
    assert Paper.objects.get().title == "Sparse tides, explained"


def test_a_doi_that_both_know_joins_them() -> None:
    store_journal(JOURNAL)
    store(ARXIV)
    paper = Paper.objects.get()
    assert (paper.arxiv_id, paper.title) == ("2603.00141", "Sparse Tides")
    assert names() == ALL_NAMES


def test_it_is_one_paper_in_either_order() -> None:
    store(ARXIV)
    store_journal(JOURNAL)
    assert (Paper.objects.get().title, names()) == ("Sparse Tides", ALL_NAMES)


def test_both_in_one_answer_are_one_paper() -> None:
    assert store(JOURNAL, ARXIV).created == 1
    assert names() == ALL_NAMES


def test_two_rows_that_turn_out_to_be_one_are_merged() -> None:
    store(replace(ARXIV, doi=""))
    store_journal(JOURNAL)
    gone = Paper.objects.get(arxiv_id=None).pk
    store(ARXIV)
    paper = Paper.objects.get()
    assert names() == ALL_NAMES
    assert PaperTombstone.objects.get(paper_id=gone).merged_into == paper.pk


def test_the_row_of_arxiv_stays_though_the_other_is_older() -> None:
    store_journal(JOURNAL)
    store(replace(ARXIV, doi=""))
    stays = Paper.objects.get(arxiv_id="2603.00141").pk
    store(ARXIV)
    assert Paper.objects.get().pk == stays


def test_of_two_words_on_one_version_the_later_counts() -> None:
    store(ARXIV, replace(ARXIV, title="Sparse Tides, mended"))
    assert Paper.objects.get().title == "Sparse Tides, mended"


def test_a_newer_version_by_a_lesser_source_replaces_no_text() -> None:
    store(ARXIV)
    store_journal(replace(ARXIV, version=2, title="Sparse tides"))
    assert Paper.objects.get().title == "Sparse Tides"
    assert not PaperVersion.objects.exclude(title="").exists()


def test_two_arxiv_ids_are_two_papers_whatever_doi_they_share() -> None:
    store(ARXIV)
    other = store(replace(ARXIV, arxiv_id="2603.00999"))
    assert Paper.objects.count() == 2
    assert PaperIdentifier.objects.get(scheme="doi").paper.arxiv_id == "2603.00141"
    assert "2603.00999 claims 10.1000/tides, which is another" in other.problems[0]


OTHER = replace(JOURNAL, title="Dense dunes", doi="10.1000/dunes")


@pytest.mark.parametrize("is_one_answer", [True, False])
def test_two_dois_on_one_page_are_two_papers(is_one_answer: bool) -> None:
    first = store_journal(*([JOURNAL, OTHER] if is_one_answer else [JOURNAL]))
    again = store_journal(OTHER)
    assert {paper.title for paper in Paper.objects.all()} == {"Sparse tides", "Dense dunes"}
    assert (first.created + again.created, again.problems) == (
        2,
        [f"10.1000/dunes claims {JOURNAL.url}, which is another paper's: it stays with that one."],
    )


def test_an_address_joins_a_doi_to_what_has_none() -> None:
    store_journal(replace(JOURNAL, doi=""))
    store_journal(JOURNAL)
    assert Paper.objects.count() == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_chain_of_names_makes_one_paper_in_any_order(order: tuple[int, ...]) -> None:
    chain = [
        replace(ARXIV, doi=""),
        PaperRecord(arxiv_id="", title="Tides", doi="10.1/a", url="https://a.example.org"),
        PaperRecord(arxiv_id="2603.00141", title="Tides", url="https://a.example.org"),
    ]
    for place in order:
        store(chain[place])
    assert Paper.objects.count() == 1
    assert PaperIdentifier.objects.count() == 3


def rows_written() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_stat_get_xact_tuples_inserted(oid)"
            " + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid))"
            " FROM pg_class WHERE relname LIKE 'papers%' AND relkind = 'r'"
        )
        return int(cursor.fetchone()[0])


def test_the_same_words_of_the_same_origin_write_no_row() -> None:
    records = [replace(ARXIV, arxiv_id=f"2603.{n:05}", doi="") for n in range(1, 30)]
    store(*records, origin="arxiv_oai")
    before = rows_written()
    again = store(*records[::-1], origin="arxiv_oai")
    assert rows_written() == before
    assert (again.received, again.created, again.changed) == (29, 0, 0)
    assert len(again.paper_ids) == 29


def test_another_word_of_the_same_origin_counts() -> None:
    store(ARXIV, origin="arxiv_oai")
    store(replace(ARXIV, comment="12 pages"), origin="arxiv_oai")
    assert Paper.objects.get().comment == "12 pages"
    assert PaperOrigin.objects.count() == 1


def test_each_origin_is_known() -> None:
    store(ARXIV, origin="arxiv_rss:cs.LG")
    store(ARXIV, origin="arxiv_oai")
    assert PaperOrigin.objects.count() == 2


def test_a_newer_version_leaves_the_older_text_behind() -> None:
    store(ARXIV)
    store(replace(ARXIV, version=2, title="Sparse Tides, Revised", abstract="We know tides."))
    assert Paper.objects.get().title == "Sparse Tides, Revised"
    kept, shown = PaperVersion.objects.all()
    assert (kept.version, kept.title, kept.abstract) == (1, "Sparse Tides", "We study tides.")
    assert (shown.version, shown.title) == (2, "")


def test_an_older_text_that_arrives_late_is_kept_too() -> None:
    newer = replace(ARXIV, version=2, title="Sparse Tides, Revised")
    store(newer)
    store(ARXIV)
    kept = PaperVersion.objects.get()
    assert (Paper.objects.get().title, kept.version) == ("Sparse Tides, Revised", 1)
    assert (kept.title, kept.abstract) == ("Sparse Tides", "We study tides.")


def test_two_versions_in_one_answer_both_keep_their_text() -> None:
    store(replace(ARXIV, version=2, title="Sparse Tides, Revised"), ARXIV)
    assert PaperVersion.objects.get().title == "Sparse Tides"


def test_a_text_that_was_kept_is_not_written_over() -> None:
    store(ARXIV)
    store(replace(ARXIV, version=2))
    store(replace(ARXIV, title="Another"))
    assert PaperVersion.objects.get(version=1).title == "Sparse Tides"


def test_only_the_newest_two_hundred_versions_are_kept() -> None:
    versions = tuple(VersionRecord(number) for number in range(1, 251))
    store(replace(ARXIV, version=250, versions=versions))
    numbers = PaperVersion.objects.values_list("version", flat=True)
    assert (len(numbers), min(numbers)) == (200, 51)


def test_versions_have_dates_and_sizes() -> None:
    submitted_at = datetime(2026, 2, 27, 14, 3, tzinfo=UTC)
    versions = (VersionRecord(1, submitted_at, 12_288), VersionRecord(2))
    store(replace(ARXIV, version=2, versions=versions))
    first, second = PaperVersion.objects.order_by("version")
    assert (first.submitted_at, first.size_bytes) == (submitted_at, 12_288)
    assert second.submitted_at is None


def test_a_bare_day_does_not_replace_a_moment() -> None:
    moment = datetime(2026, 2, 27, 14, 3, tzinfo=UTC)
    store(replace(ARXIV, submitted_at=moment))
    store(replace(ARXIV, submitted_at=datetime(2026, 2, 27, tzinfo=UTC)))
    assert Paper.objects.get().submitted_at == moment


def test_a_withdrawn_paper_has_its_day() -> None:
    updated_at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    store(replace(ARXIV, is_withdrawn=True, updated_at=updated_at))
    assert Paper.objects.get().withdrawn_at == updated_at


def test_who_cannot_tell_does_not_bring_a_withdrawn_paper_back() -> None:
    store(replace(ARXIV, is_withdrawn=True))
    store(replace(ARXIV, title="Sparse Tides!"))
    store(replace(ARXIV, is_withdrawn=False), source=TextSource.HUGGING_FACE)
    assert Paper.objects.get().withdrawn_at is not None


def test_anybody_may_say_that_a_paper_was_withdrawn() -> None:
    store(ARXIV)
    store(replace(ARXIV, version=None, is_withdrawn=True), source=TextSource.HUGGING_FACE)
    assert Paper.objects.get().withdrawn_at == datetime(2026, 3, 2, tzinfo=UTC)
    store(replace(ARXIV, is_withdrawn=False))
    assert Paper.objects.get().withdrawn_at is None


def test_a_paper_stays_withdrawn_as_of_the_first_day() -> None:
    for day in (1, 5):
        store(replace(ARXIV, is_withdrawn=True, updated_at=datetime(2026, 3, day, tzinfo=UTC)))
    assert Paper.objects.get().withdrawn_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_new_version_brings_a_withdrawn_paper_back() -> None:
    store(replace(ARXIV, version=2, is_withdrawn=True))
    store(replace(ARXIV, version=1, is_withdrawn=False))
    assert Paper.objects.get().withdrawn_at is not None
    store(replace(ARXIV, version=3, is_withdrawn=False))
    assert Paper.objects.get().withdrawn_at is None


def test_what_arxiv_deleted_is_withdrawn_once() -> None:
    store(ARXIV)
    at = datetime(2026, 3, 3, tzinfo=UTC)
    assert mark_withdrawn(["2603.00141", "2603.99999"], at=at) == 1
    assert mark_withdrawn(["2603.00141"], at=at) == 0
    assert Paper.objects.get().withdrawn_at == at


def test_a_deleted_paper_that_comes_back_unchanged_is_there_again() -> None:
    there = replace(ARXIV, is_withdrawn=False)
    store(there, origin="arxiv_oai")
    mark_withdrawn(["2603.00141"], at=datetime(2026, 3, 3, tzinfo=UTC))
    store(there, origin="arxiv_oai")
    assert Paper.objects.get().withdrawn_at is None


def test_the_first_of_all_days_counts_whoever_tells_it() -> None:
    announced = AnnouncementRecord("cs.LG", date(2026, 3, 3), "new")
    listed = replace(ARXIV, listed_on=date(2026, 3, 2))
    store(replace(ARXIV, announcements=(announced,)), listed)
    assert Paper.objects.get().announced_on == date(2026, 3, 2)


def test_an_assumed_day_fills_a_gap_and_contradicts_nobody() -> None:
    store(replace(ARXIV, assumed_on=date(2026, 3, 3)))
    assert Paper.objects.get().announced_on == date(2026, 3, 3)
    other = replace(ARXIV, arxiv_id="2603.00142", doi="")
    store(replace(other, announcements=(AnnouncementRecord("cs.LG", date(2026, 3, 4), "new"),)))
    store(replace(other, assumed_on=date(2026, 3, 3)))
    assert Paper.objects.get(arxiv_id="2603.00142").announced_on == date(2026, 3, 4)


CODE_IN_TEXT = "Our code is at https://github.com/moor/tides."


def test_a_link_in_the_text_fills_a_gap() -> None:
    store(replace(ARXIV, comment=CODE_IN_TEXT))
    assert Paper.objects.get().code_url == "https://github.com/moor/tides"
    store(replace(ARXIV, arxiv_id="2603.00142", doi=""))
    store(replace(ARXIV, arxiv_id="2603.00142", doi="", comment=CODE_IN_TEXT))
    assert Paper.objects.filter(code_url="https://github.com/moor/tides").count() == 2


def test_a_link_said_outright_counts_more_than_one_in_the_text() -> None:
    store(replace(ARXIV, comment=CODE_IN_TEXT))
    said = "https://github.com/quay/tides"
    store(replace(ARXIV, code_url=said), source=TextSource.HUGGING_FACE)
    store(replace(ARXIV, comment=f"{CODE_IN_TEXT} 12 pages."))
    assert Paper.objects.get().code_url == said


def test_keywords_are_kept() -> None:
    store(replace(ARXIV, keywords=("tides", "", "k" * 200)))
    store(ARXIV)
    assert Paper.objects.get().keywords == ["tides"]


def make_piece(number: int, version: int, day: int) -> PaperRecord:
    kind = "new" if version == 1 else "replace"
    return replace(
        ARXIV,
        arxiv_id=f"2603.0000{number}",
        doi="",
        version=version,
        title=f"Paper {number}, version {version}",
        announcements=(AnnouncementRecord("cs.LG", date(2026, 3, day + 2 * version), kind),),
    )


pieces = st.lists(
    st.builds(make_piece, st.integers(1, 3), st.integers(1, 3), st.integers(1, 2)),
    min_size=1,
    max_size=8,
)


def stored() -> list[tuple[object, ...]]:
    return sorted(Paper.objects.values_list("arxiv_id", "title", "version", "announced_on"))


@settings(max_examples=15, deadline=None)
@given(pieces.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), st.data())
def test_any_order_and_any_split_end_in_the_same_papers(
    orders: tuple[list[PaperRecord], list[PaperRecord]], data: st.DataObject
) -> None:
    records, shuffled = orders
    size = data.draw(st.integers(1, 4))
    Paper.objects.all().delete()
    store(*records)
    expected, announced = stored(), Announcement.objects.count()
    Paper.objects.all().delete()
    for start in range(0, len(shuffled), size):
        for _twice in range(2):
            store(*shuffled[start : start + size])
    assert (stored(), Announcement.objects.count()) == (expected, announced)
