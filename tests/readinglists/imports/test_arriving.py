from collections.abc import Callable, Sequence
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from papers.feeds import arxiv_api
from papers.feeds.records import FetchError, HostBusyError, PaperRecord
from papers.lookup import Found, NoSuchPaperError
from papers.models import Paper, TextSource
from readinglists.history import forget_old, undo
from readinglists.imports import arriving
from readinglists.imports.planning import waiting_of
from readinglists.keeping import delete_list, restore_list
from readinglists.models import ListChange, WaitingEntry
from tests.factories import make_entry, make_paper, make_reading_list
from tests.readinglists.imports.items import import_text, shown

pytestmark = pytest.mark.django_db

Says = Callable[..., list[list[str]]]


@pytest.fixture
def arxiv(monkeypatch: pytest.MonkeyPatch) -> Says:
    """Say which ids arXiv has, or how it fails; what comes back are the questions it was asked."""

    def says(*known: str, fault: Exception | None = None, spoiled: str = "") -> list[list[str]]:
        asked: list[list[str]] = []

        def fetch_ids(ids: Sequence[str]) -> SimpleNamespace:
            asked.append(list(ids))
            if fault:
                raise fault
            if spoiled in ids:
                raise FetchError("HTTP 400", status=400)
            return SimpleNamespace(body=list(ids))

        def parse(_parse: object, ids: list[str]) -> SimpleNamespace:
            records = [PaperRecord(i, f"Title of {i}", abstract="A.") for i in ids if i in known]
            return SimpleNamespace(records=records)

        monkeypatch.setattr(arxiv_api, "fetch_ids", fetch_ids)
        monkeypatch.setattr(arriving, "parse_apart", parse)
        return asked

    return says


def make_due() -> None:
    WaitingEntry.objects.update(next_due_at=timezone.now() - timedelta(minutes=1))


def test_papers_that_are_not_here_come_into_their_places(arxiv: Says) -> None:
    make_paper(arxiv_id="2401.00002")
    made = import_text(
        "- 2401.00001\n  Tags: a\n\n  mine\n- 2401.00002\n## Moors\n- 2401.00003\n- 2401.00004\n"
    )
    assert shown(made.reading_list) == ["2401.00002", "# Moors"]
    asked = arxiv("2401.00001", "2401.00003", "2401.00004")
    assert arriving.fetch_arxiv_ids()
    assert asked == [["2401.00001", "2401.00003", "2401.00004"]]
    assert shown(made.reading_list) == [
        "2401.00001 [a] mine",
        "2401.00002",
        "# Moors",
        "2401.00003",
        "2401.00004",
    ]
    assert not WaitingEntry.objects.exists()
    assert not arriving.fetch_arxiv_ids()


def test_a_single_paper_that_a_list_waits_for_comes_as_its_readers_addition(arxiv: Says) -> None:
    there = make_entry().reading_list
    name, by = ("arxiv", "2401.00001"), there.owner
    assert arriving.wait_for(there, name, by=by, note="For Monday", tags=["a"])
    assert arriving.wait_for(there, name, by=by, note="For Tuesday", tags=["b"])
    asked = arxiv("2401.00001")
    assert not arriving.fetch_arxiv_ids()  # the reader's own look-up comes first
    make_due()
    make_paper(arxiv_id="2401.00001")
    assert arriving.fetch_arxiv_ids()
    assert asked == []
    assert shown(there)[1:] == ["2401.00001 [a] [b] For Monday\n\nFor Tuesday"]
    change = there.changes.order_by("-pk")[0]
    assert (change.kind, change.user) == ("added", by)
    undo(change, by)
    assert there.entries.count() == 1


def test_what_was_not_found_is_looked_for_again_when_it_is_added_again(arxiv: Says) -> None:
    there = make_reading_list()
    arriving.wait_for(there, ("arxiv", "2401.00001"), by=there.owner)
    WaitingEntry.objects.update(state=WaitingEntry.State.FAILED, reason="No such paper")
    arriving.wait_for(there, ("arxiv", "2401.00001"), by=there.owner, note="Now")
    make_due()
    arxiv("2401.00001")
    assert arriving.fetch_arxiv_ids()
    assert shown(there) == ["2401.00001 Now"]


def test_undoing_the_import_takes_out_what_came_later(arxiv: Says) -> None:
    made = import_text("2401.00001")
    arxiv("2401.00001")
    arriving.fetch_arxiv_ids()
    change = ListChange.objects.get()
    undo(change, made.user)
    assert shown(made.reading_list) == []


def test_what_was_undone_before_comes_when_that_is_undone_too(arxiv: Says) -> None:
    make_paper(arxiv_id="2401.00002")
    made = import_text("2401.00001 2401.00002")
    assert made.reading_list is not None
    undone = undo(ListChange.objects.get(), made.user).change
    asked = arxiv("2401.00001")
    assert not arriving.fetch_arxiv_ids()
    assert (shown(made.reading_list), asked) == ([], [])
    assert waiting_of(made.reading_list) is None
    undo(undone, made.user)
    assert arriving.fetch_arxiv_ids()
    assert shown(made.reading_list) == ["2401.00001", "2401.00002"]


def test_an_import_of_papers_that_are_all_on_their_way_is_undone_and_done_again(
    arxiv: Says,
) -> None:
    made = import_text("2401.00001")
    assert made.reading_list is not None
    change = ListChange.objects.get()
    assert change.can_be_undone
    undone = undo(change, made.user).change
    assert undone.can_be_undone
    again = undo(undone, made.user).change
    arxiv("2401.00001")
    assert arriving.fetch_arxiv_ids()
    assert shown(made.reading_list) == ["2401.00001"]
    assert not again.can_be_undone
    undo(ListChange.objects.get(pk=change.pk), made.user)
    assert shown(made.reading_list) == []


def test_undone_under_way_it_stays_out(arxiv: Says) -> None:
    made = import_text("2401.00001")
    turn = arriving._claim("arxiv", 1)
    assert turn is not None
    undo(ListChange.objects.get(), made.user)
    paper = make_paper(arxiv_id="2401.00001")
    arriving._settle(turn, {("arxiv", "2401.00001"): paper.pk}, "")
    assert shown(made.reading_list) == []
    assert WaitingEntry.objects.get().lease_token is None


def test_what_was_undone_is_imported_anew(arxiv: Says) -> None:
    first = import_text("2401.00001")
    undo(ListChange.objects.get(), first.user)
    import_text("2401.00001", by=first.user, into=first.reading_list)
    arxiv("2401.00001")
    assert arriving.fetch_arxiv_ids()
    assert shown(first.reading_list) == ["2401.00001"]


def test_what_was_undone_is_added_by_itself(arxiv: Says) -> None:
    made = import_text("2401.00001")
    assert made.reading_list is not None
    undo(ListChange.objects.get(), made.user)
    arriving.wait_for(made.reading_list, ("arxiv", "2401.00001"), by=made.user, note="Now")
    make_due()
    arxiv("2401.00001")
    assert arriving.fetch_arxiv_ids()
    assert shown(made.reading_list) == ["2401.00001 Now"]


def test_what_was_undone_a_year_ago_is_waited_for_no_longer() -> None:
    made = import_text("2401.00001")
    undo(ListChange.objects.get(), made.user)
    forget_old(now=timezone.now() + timedelta(days=366))
    assert not WaitingEntry.objects.exists()


def test_one_question_serves_all_lists_and_a_hundred_ids(arxiv: Says) -> None:
    ids = [f"2401.{number:05}" for number in range(1, 131)]
    first = import_text("\n".join(ids))
    second = import_text("\n".join(ids[:5]))
    asked = arxiv(*ids)
    while arriving.fetch_arxiv_ids():
        pass
    assert [len(question) for question in asked] == [100, 30]
    assert len(shown(first.reading_list)) == 130
    assert len(shown(second.reading_list)) == 5


def test_a_paper_that_came_another_way_is_not_asked_for(arxiv: Says) -> None:
    made = import_text("2401.00001")
    make_paper(arxiv_id="2401.00001")
    asked = arxiv()
    arriving.fetch_arxiv_ids()
    assert asked == []
    assert shown(made.reading_list) == ["2401.00001"]


def test_what_arxiv_does_not_have_is_asked_for_again_and_then_said(arxiv: Says) -> None:
    import_text("2401.00001")
    arxiv()
    for _attempt in range(4):
        assert arriving.fetch_arxiv_ids()
        assert not arriving.fetch_arxiv_ids()
        make_due()
    row = WaitingEntry.objects.get()
    assert (row.state, row.attempts) == ("failed", 4)
    assert "no paper of this id" in row.reason


def test_a_failure_is_tried_again_later(arxiv: Says) -> None:
    import_text("2401.00001")
    arxiv(fault=FetchError("arXiv does not answer.", status=503))
    arriving.fetch_arxiv_ids()
    row = WaitingEntry.objects.get()
    assert (row.state, row.reason, row.attempts) == ("waiting", "arXiv does not answer.", 1)
    assert row.next_due_at > timezone.now() + timedelta(seconds=90)
    assert row.lease_token is None


def test_a_host_that_was_not_asked_costs_no_attempt(arxiv: Says) -> None:
    import_text("2401.00001")
    arxiv(fault=HostBusyError("Busy.", retry_after_seconds=600))
    arriving.fetch_arxiv_ids()
    row = WaitingEntry.objects.get()
    assert row.attempts == 0
    assert row.next_due_at > timezone.now() + timedelta(minutes=9)


def test_one_id_that_arxiv_cannot_read_does_not_spoil_the_others(arxiv: Says) -> None:
    ids = [f"2401.{number:05}" for number in range(1, 9)]
    made = import_text("\n".join(ids))
    asked = arxiv(*ids, spoiled="2401.00003")
    arriving.fetch_arxiv_ids()
    assert len(shown(made.reading_list)) == 7
    assert len(asked) == 7
    assert WaitingEntry.objects.get().value == "2401.00003"


def test_a_list_in_the_bin_gets_its_papers_when_it_is_taken_out(arxiv: Says) -> None:
    target = make_reading_list()
    import_text("2401.00001", into=target)
    delete_list(target)
    arxiv("2401.00001")
    arriving.fetch_arxiv_ids()
    assert WaitingEntry.objects.get().lease_token is None
    target.refresh_from_db()
    restore_list(target)
    make_due()
    arriving.fetch_arxiv_ids()
    assert shown(target) == ["2401.00001"]


def test_dois_are_looked_up_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def look_up(scheme: str, value: str) -> Found:
        asked.append(value)
        if value == "10.1234/none":
            raise NoSuchPaperError("Crossref has no entry.")
        record = PaperRecord(arxiv_id="", title="A Paper", doi=value)
        return Found(record, TextSource.FEED, "crossref")

    monkeypatch.setattr(arriving, "look_up", look_up)
    made = import_text("10.1234/none\n10.1234/some")
    assert arriving.fetch_dois()
    assert asked == ["10.1234/none", "10.1234/some"]
    assert made.reading_list
    assert made.reading_list.entries.get().paper == Paper.objects.get()
    row = WaitingEntry.objects.get()
    assert (row.state, row.reason) == ("failed", "Crossref has no entry.")
    assert not arriving.fetch_dois()


def test_what_was_not_found_is_looked_for_again_by_a_new_import(arxiv: Says) -> None:
    target = make_reading_list()
    import_text("2401.00001", into=target)
    WaitingEntry.objects.update(state="failed", attempts=4)
    import_text("2401.00001", into=target)
    arxiv("2401.00001")
    arriving.fetch_arxiv_ids()
    assert shown(target) == ["2401.00001"]
