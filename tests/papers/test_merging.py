from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.digest import readers
from accounts.digest.issues import sections_of
from accounts.models import Delivery, User
from papers.feeds.records import PaperRecord, SignalRecord
from papers.ingest import ingest
from papers.merging import find_merged, merge
from papers.models import (
    Paper,
    PaperIdentifier,
    PaperOrigin,
    PaperRequest,
    PaperStats,
    PaperTombstone,
    PaperVersion,
    Repository,
    TextSource,
    TrendingDay,
    TrendingPlace,
    Vote,
)
from papers.votes import set_vote
from readinglists import entries
from readinglists.models import Entry, ReadingList
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
        set_vote(user, paper, voted=True, now=NOW)
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
        entries.add(reading_list, paper, by=None)
        Entry.objects.filter(paper=paper).update(note=note)
    first = Entry.objects.get(paper=gone)
    merge(kept.pk, gone.pk)
    joined = Entry.objects.get(paper=kept)
    assert (joined.note, joined.position) == ("First.\n\nSecond.", first.position)
    assert reading_list.entries.count() == 2


def test_lists_that_hold_the_paper_are_told_as_changed(kept: Paper, gone: Paper) -> None:
    lists = [make_entry(paper=paper).reading_list for paper in (kept, gone)]
    lists.append(make_entry().reading_list)
    merge(kept.pk, gone.pk)
    later = [ReadingList.objects.get(pk=each.pk).changed_at > each.changed_at for each in lists]
    assert later == [True, True, False]


def make_issue(user: User, *papers: Paper) -> Delivery:
    items = [{"paper": p.pk, "section": "new", "reason": "", "rank": 1} for p in papers]
    return Delivery.objects.create(
        user=user,
        local_date=DAY,
        due_at=NOW,
        finished_at=NOW,
        state=Delivery.State.SENT,
        message_id="<1@example.org>",
        items=items,
    )


def test_a_sent_issue_stays_as_it_was_and_shows_the_paper_that_stays(
    kept: Paper, gone: Paper
) -> None:
    delivery = make_issue(make_user(), gone)
    merge(kept.pk, gone.pk)
    (section,) = sections_of(delivery.items)
    assert section.papers == [kept]
    assert Delivery.objects.get().items == delivery.items


def test_an_issue_that_held_both_shows_the_paper_once(kept: Paper, gone: Paper) -> None:
    delivery = make_issue(make_user(), gone, kept)
    merge(kept.pk, gone.pk)
    assert [section.papers for section in sections_of(delivery.items)] == [[kept]]


def test_a_paper_mailed_before_a_merge_counts_as_mailed(kept: Paper, gone: Paper) -> None:
    user = make_user()
    make_issue(user, gone)
    merge(kept.pk, gone.pk)
    (reader,) = readers.read([user], NOW + timedelta(days=1))
    assert reader.had == {kept.pk}


def test_what_has_risen_does_not_rise_again(kept: Paper, gone: Paper) -> None:
    PaperStats.objects.filter(paper=gone).update(risen_step=3, risen_on=DAY)
    merge(kept.pk, gone.pk)
    stats = PaperStats.objects.get(paper=kept)
    assert (stats.risen_step, stats.risen_on) == (3, DAY)


def test_it_is_as_old_as_the_older_row(kept: Paper, gone: Paper) -> None:
    Paper.objects.filter(pk=gone.pk).update(first_seen_at=NOW - timedelta(days=9))
    merge(kept.pk, gone.pk)
    kept.refresh_from_db()
    assert kept.first_seen_at == NOW - timedelta(days=9)


def test_what_an_origin_says_next_is_read_anew(kept: Paper, gone: Paper) -> None:
    for paper in (kept, gone):
        PaperOrigin.objects.create(paper=paper, origin="feed", digest=paper.pk)
    merge(kept.pk, gone.pk)
    assert PaperOrigin.objects.get().digest == 0


def test_versions_and_requests_move(kept: Paper, gone: Paper) -> None:
    PaperVersion.objects.create(paper=gone, version=1, title="Tides")
    PaperRequest.objects.create(
        paper=gone, scheme="doi", value="10.1/a", requested_by=make_user(), state="found"
    )
    merge(kept.pk, gone.pk)
    assert PaperVersion.objects.get().paper == kept
    assert PaperRequest.objects.get().paper == kept


def test_a_repository_moves(kept: Paper, gone: Paper) -> None:
    for paper in (kept, gone):
        Repository.objects.get_or_create(name="moor/tides")[0].papers.add(paper)
    merge(kept.pk, gone.pk)
    assert list(Repository.objects.get().papers.all()) == [kept]


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


def test_past_days_go_on_naming_the_paper(kept: Paper, gone: Paper) -> None:
    day = TrendingDay.objects.create(day=DAY)
    TrendingPlace.objects.create(day=day, span="today", rank=1, paper=gone)
    merge(kept.pk, gone.pk)
    assert TrendingPlace.objects.get().paper_id == kept.pk


def test_of_a_held_and_a_counted_vote_the_counted_one_stays(kept: Paper, gone: Paper) -> None:
    user = make_user()
    kept.vote_rows.create(user=user)
    gone.vote_rows.create(user=user, counted_at=NOW)
    merge(kept.pk, gone.pk)
    assert PaperStats.objects.get(paper=kept).votes == 1
