from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Delivery
from papers.feeds.records import PaperRecord, SignalRecord
from papers.ingest import ingest
from papers.merging import find_merged, merge
from papers.models import Paper, PaperIdentifier, PaperStats, PaperTombstone, TextSource, Vote
from papers.votes import set_vote
from readinglists import entries
from readinglists.models import Entry
from tests.factories import (
    make_announcement,
    make_entry,
    make_paper,
    make_reading_list,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.promise(26)]

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)


@pytest.fixture
def kept() -> Paper:
    return make_paper(title="Sparse Tides")


@pytest.fixture
def gone() -> Paper:
    return make_paper(arxiv_id=None, title="Sparse tides", announced_on=date(2026, 2, 27))


def test_the_other_row_leads_to_the_paper(kept: Paper, gone: Paper) -> None:
    merge(kept.pk, gone.pk)
    assert not Paper.objects.filter(pk=gone.pk).exists()
    assert find_merged(gone.pk) == kept
    assert PaperTombstone.objects.get(paper_id=gone.pk).merged_into == kept.pk


def test_a_chain_of_merges_leads_to_its_end(kept: Paper, gone: Paper) -> None:
    middle = make_paper(arxiv_id=None)
    merge(middle.pk, gone.pk)
    merge(kept.pk, middle.pk)
    assert find_merged(gone.pk) == kept


def test_a_number_that_was_never_merged_leads_nowhere(kept: Paper, gone: Paper) -> None:
    number = gone.pk
    gone.delete()
    assert find_merged(number) is None


def test_a_reader_has_one_vote_afterwards(kept: Paper, gone: Paper) -> None:
    both, one = make_user(), make_user()
    for user, paper in ((both, kept), (both, gone), (one, gone)):
        set_vote(user, paper, voted=True)
    merge(kept.pk, gone.pk)
    assert Vote.objects.filter(paper=kept).count() == 2
    assert PaperStats.objects.get(paper=kept).votes == 2


def test_gaps_are_filled_and_the_first_day_kept(kept: Paper, gone: Paper) -> None:
    Paper.objects.filter(pk=gone.pk).update(comment="12 pages", code_url="https://x.example.org")
    merge(kept.pk, gone.pk)
    kept.refresh_from_db()
    assert (kept.title, kept.comment) == ("Sparse Tides", "12 pages")
    assert kept.announced_on == date(2026, 2, 27)


def test_announcements_move_once(kept: Paper, gone: Paper) -> None:
    make_announcement(paper=kept, category="cs.LG", on=DAY)
    make_announcement(paper=gone, category="cs.LG", on=DAY)
    make_announcement(paper=gone, category="cs.AI", on=DAY)
    merge(kept.pk, gone.pk)
    assert kept.announcements.count() == 2


def test_the_newest_signal_of_both_counts() -> None:
    apart = PaperRecord(arxiv_id="2603.00001", title="Tides")
    journal = PaperRecord(arxiv_id="", title="Tides", doi="10.1/a")
    for record, day, value in ((apart, DAY, 4), (journal, date(2026, 3, 3), 9)):
        signal = SignalRecord("hf_upvotes", day, value)
        ingest([replace(record, signals=(signal,))], text_source=TextSource.FEED, today=DAY)
    ingest([replace(apart, doi="10.1/a")], text_source=TextSource.FEED, today=DAY)
    assert PaperStats.objects.get().upvotes == 9


def test_an_entry_moves_with_its_note(kept: Paper, gone: Paper) -> None:
    entry = make_entry(paper=gone, note="Read this.")
    merge(kept.pk, gone.pk)
    entry.refresh_from_db()
    assert (entry.paper_id, entry.note) == (kept.pk, "Read this.")
    assert PaperStats.objects.get(paper=kept).saves == 1


def test_two_entries_of_a_list_become_one_with_both_notes(kept: Paper, gone: Paper) -> None:
    reading_list = make_reading_list()
    for paper, note in ((gone, "First."), (make_paper(), ""), (kept, "Second.")):
        entries.add(reading_list, paper)
        Entry.objects.filter(paper=paper).update(note=note)
    first = Entry.objects.get(paper=gone)
    merge(kept.pk, gone.pk)
    joined = Entry.objects.get(paper=kept)
    assert (joined.note, joined.position) == ("First.\n\nSecond.", first.position)
    assert reading_list.entries.count() == 2


def test_a_sent_issue_names_the_paper_that_stays(kept: Paper, gone: Paper) -> None:
    items = [{"paper": gone.pk, "rank": 1}, {"paper": 0, "rank": 2}]
    delivery = Delivery.objects.create(
        user=make_user(), local_date=DAY, due_at=NOW, message_id="<1@example.org>", items=items
    )
    merge(kept.pk, gone.pk)
    delivery.refresh_from_db()
    assert delivery.items == [{"paper": kept.pk, "rank": 1}, {"paper": 0, "rank": 2}]


def test_an_issue_that_held_both_names_the_paper_once(kept: Paper, gone: Paper) -> None:
    items = [{"paper": pk, "rank": rank} for rank, pk in enumerate((gone.pk, 0, kept.pk), start=1)]
    delivery = Delivery.objects.create(
        user=make_user(), local_date=DAY, due_at=NOW, message_id="<1@example.org>", items=items
    )
    merge(kept.pk, gone.pk)
    delivery.refresh_from_db()
    assert delivery.items == [{"paper": kept.pk, "rank": 1}, {"paper": 0, "rank": 2}]


def test_readers_are_held_back_before_the_papers_are_locked(kept: Paper, gone: Paper) -> None:
    make_entry(paper=gone)
    with CaptureQueriesContext(connection) as queries:
        merge(kept.pk, gone.pk)
    locks = [query["sql"] for query in queries if "FOR " in query["sql"][-40:]]
    assert "accounts_user" in locks[0]
    assert "papers_paper" in locks[1]


def test_two_papers_of_arxiv_are_never_merged(kept: Paper) -> None:
    with pytest.raises(ValueError, match="are two papers"):
        merge(kept.pk, make_paper().pk)


def test_merging_twice_or_with_itself_does_no_harm(kept: Paper, gone: Paper) -> None:
    merge(kept.pk, kept.pk)
    merge(kept.pk, gone.pk)
    merge(kept.pk, gone.pk)
    assert Paper.objects.get() == kept


def test_its_names_lead_to_the_paper_that_stays(kept: Paper, gone: Paper) -> None:
    PaperIdentifier.objects.create(paper=gone, scheme="doi", value="10.1/a")
    merge(kept.pk, gone.pk)
    assert PaperIdentifier.objects.get(value="10.1/a").paper == kept


def test_an_arxiv_id_moves_to_the_row_that_stays(gone: Paper) -> None:
    other = make_paper(arxiv_id="2603.00141", submitted_at=datetime(2026, 2, 1, tzinfo=UTC))
    merge(gone.pk, other.pk)
    gone.refresh_from_db()
    assert gone.arxiv_id == "2603.00141"
