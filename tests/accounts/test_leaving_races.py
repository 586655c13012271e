"""An account is deleted while others work for its reader, each on a connection of their own."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection
from django.http import Http404
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import follows, leaving
from accounts.archive import waiting
from accounts.digest import send
from accounts.digest.tick import tick
from accounts.models import User, WaitingPaper
from papers import counts, seen, votes
from papers.models import Paper, PaperStats, Vote
from readinglists import entries, keeping, states
from readinglists.imports import arriving, steps, storing, writing
from readinglists.models import Entry, ListImport, ReadingList, ReadingState, WaitingEntry
from tests.accounts.archive.sample import LONG_AGO, make_rich_reader
from tests.accounts.digest.test_send import NOW
from tests.accounts.test_leaving import ADDRESS, PAGE, enter, rows_with
from tests.factories import make_entry, make_member, make_paper, make_reading_list, make_user
from tests.readinglists.imports.items import make_import

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 60

Work = Callable[[], object]
# What work for a reader who is gone may meet; a view says so in words.
GONE = (ObjectDoesNotExist, IntegrityError, Http404)


@dataclass
class Beside:
    """A thread with a connection of its own, and what it raised."""

    work: Work
    errors: list[Exception] = field(default_factory=list)

    def start(self) -> "Beside":
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        return self

    def _run(self) -> None:
        try:
            self.work()
        except Exception as error:
            self.errors.append(error)
        finally:
            connection.close()

    def join(self) -> list[Exception]:
        self.thread.join(PATIENCE_SECONDS)
        assert not self.thread.is_alive(), "it waits for ever"
        return self.errors


def wait_until_somebody_waits() -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT FROM pg_locks WHERE NOT granted")
            if cursor.fetchall():
                return
            time.sleep(0.01)
    pytest.fail("nobody waits for a lock")


@pytest.fixture
def leave_during(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Exception]]:
    """Stop the work where it calls `module.name`, delete the account until that has to wait, let
    both go on; return what the work raised. The deletion is to end well, at the first attempt."""

    def leave(user: User, work: Work, module: Any, name: str) -> list[Exception]:
        reached, go_on = threading.Event(), threading.Event()
        real, worker = getattr(module, name), Beside(work)

        def paused(*args: Any, **options: Any) -> Any:
            if threading.current_thread() is worker.thread and not reached.is_set():
                reached.set()
                go_on.wait(PATIENCE_SECONDS)
            return real(*args, **options)

        monkeypatch.setattr(module, name, paused)
        monkeypatch.setattr(leaving, "ATTEMPTS", 1)
        worker.start()
        assert reached.wait(PATIENCE_SECONDS)
        leaver = Beside(lambda: leaving.delete_account(user)).start()
        wait_until_somebody_waits()
        go_on.set()
        assert leaver.join() == []
        assert not User.objects.filter(pk=user.pk).exists()
        return worker.join()

    return leave


def assert_counts_are_true() -> None:
    for paper in Paper.objects.all():
        stats = PaperStats.objects.get(paper=paper)
        kept = Entry.objects.filter(paper=paper, reading_list__deleted_at=None)
        owners = kept.values("reading_list__owner").distinct().count()
        counted = Vote.objects.filter(paper=paper, counted_at__isnull=False).count()
        assert (stats.votes, stats.saves) == (counted, owners), paper.title


def make_old_reader() -> User:
    """One whose votes count at once, with a paper in a list."""
    user = make_user()
    User.objects.filter(pk=user.pk).update(date_joined=LONG_AGO)
    user.refresh_from_db()
    make_entry(reading_list=make_reading_list(owner=user))
    return user


@pytest.mark.promise(41)
def test_a_vote_under_way_and_leaving_do_not_block_each_other(leave_during: Any) -> None:
    user = make_old_reader()
    paper = Paper.objects.get()
    vote = partial(votes.set_vote, user, paper, voted=True, now=timezone.now())
    assert leave_during(user, vote, votes, "_counts_at_once") == []
    assert not Vote.objects.exists()
    assert_counts_are_true()


@pytest.mark.promise(41)
def test_a_vote_that_is_being_taken_back_is_counted_off_once(leave_during: Any) -> None:
    user, other = make_old_reader(), make_old_reader()
    paper = Paper.objects.first()
    assert paper is not None
    for reader in (user, other):
        votes.set_vote(reader, paper, voted=True, now=timezone.now())
    take_back = partial(votes.set_vote, user, paper, voted=False, now=timezone.now())
    assert leave_during(user, take_back, counts, "change_own") == []
    assert_counts_are_true()


@pytest.mark.promise(41)
def test_held_votes_that_are_being_released_are_counted_off(leave_during: Any) -> None:
    user = make_old_reader()
    for paper in (*Paper.objects.all(), make_paper()):
        Vote.objects.create(user=user, paper=paper, voted_at=LONG_AGO)
    release = partial(votes.release_held, now=timezone.now())
    assert leave_during(user, release, counts, "change_own") == []
    assert_counts_are_true()


@pytest.mark.promise(41)
@pytest.mark.parametrize("is_theirs", [False, True])
def test_a_file_that_is_being_imported_goes_along(leave_during: Any, is_theirs: bool) -> None:
    user, theirs = make_old_reader(), make_reading_list()
    make_paper(arxiv_id="2401.00001")
    make_member(reading_list=theirs, user=user)
    made = make_import("- 2401.00001\n- 2401.00002\n", by=user, into=theirs if is_theirs else None)
    ListImport.objects.filter(pk=made.pk).update(
        state="writing", reading_list=theirs if is_theirs else None
    )
    assert leave_during(user, partial(steps.work_on, made.pk), writing, "_write") == []
    assert not ListImport.objects.exists()
    assert not Entry.objects.filter(added_by__isnull=False).exclude(added_by=theirs.owner).exists()
    assert theirs.entries.count() == (1 if is_theirs else 0)
    assert_counts_are_true()


@pytest.mark.promise(41)
def test_a_file_that_is_being_read_goes_along(leave_during: Any) -> None:
    user = make_old_reader()
    made = make_import("- 2401.00001\n", by=user)
    ListImport.objects.filter(pk=made.pk).update(state="reading", data=b"- 2401.00001\n")
    assert leave_during(user, partial(steps.work_on, made.pk), storing, "_row") == []
    assert not ListImport.objects.exists()


@pytest.mark.promise(41)
def test_a_paper_that_arrives_for_a_list_goes_along(leave_during: Any) -> None:
    user = make_old_reader()
    paper = make_paper()
    waits = {"scheme": "arxiv", "value": paper.arxiv_id, "position": "a1"}
    WaitingEntry.objects.create(reading_list=keeping.default_list(user), **waits)
    assert leave_during(user, arriving.fetch_arxiv_ids, arriving, "_put") == []
    assert_counts_are_true()


@pytest.mark.promise(41)
def test_a_paper_of_an_archive_that_arrives_goes_along(leave_during: Any) -> None:
    user = make_old_reader()
    make_waiting(user, make_paper())
    assert leave_during(user, waiting.settle_arrived, waiting, "bring_entry") == []
    assert not WaitingPaper.objects.exists()
    assert_counts_are_true()


@pytest.mark.promise(41)
def test_a_change_in_the_list_of_another_is_kept_without_the_name(leave_during: Any) -> None:
    user, theirs = make_old_reader(), make_reading_list()
    make_member(reading_list=theirs, user=user)
    paper = Paper.objects.get()
    entries.add(theirs, paper, by=user)
    entry = theirs.entries.get()
    write = partial(entries.set_note, entry, "by a member", by=user, seen=entry.version)
    assert leave_during(user, write, entries, "record") == []
    assert theirs.entries.get().note == "by a member"
    assert set(theirs.changes.values_list("user", flat=True)) == {None}
    assert_counts_are_true()


@pytest.mark.promise(41)
def test_a_member_who_writes_ends_first(leave_during: Any) -> None:
    user = make_old_reader()
    theirs = keeping.default_list(user)
    member = make_member(reading_list=theirs).user
    add = partial(entries.add, theirs, make_paper(), by=member)
    assert leave_during(user, add, entries, "record") == []
    assert_counts_are_true()


@pytest.mark.promise(41)
def test_states_that_are_being_set_go_along(leave_during: Any) -> None:
    user = make_old_reader()
    old, new = Paper.objects.get(), make_paper()
    states.set_state(user, [old.pk], ReadingState.State.READ)
    mark = partial(states.set_state, user, [old.pk, new.pk], ReadingState.State.READING)
    assert leave_during(user, mark, ReadingState.objects, "bulk_create") == []
    assert not ReadingState.objects.exists()


@pytest.mark.promise(41)
def test_two_who_share_lists_leave_at_once() -> None:
    readers = [make_old_reader(), make_old_reader()]
    paper = Paper.objects.first()
    assert paper is not None
    for owner, member in (readers, readers[::-1]):
        theirs = make_reading_list(owner=owner)
        make_member(reading_list=theirs, user=member)
        entries.add(theirs, paper, by=member)
    leavers = [Beside(partial(leaving.delete_account, each)).start() for each in readers]
    assert [each.join() for each in leavers] == [[], []]
    assert not Entry.objects.exists()
    assert_counts_are_true()


def test_pressing_twice_does_no_harm() -> None:
    user = make_rich_reader()
    leavers = [Beside(partial(leaving.delete_account, user)).start() for _ in range(2)]
    assert [each.join() for each in leavers] == [[], []]


def test_one_of_two_superusers_who_leave_at_once_stays() -> None:
    both = [make_user(is_superuser=True, is_staff=True) for _ in range(2)]
    leavers = [Beside(partial(leaving.delete_account, each)).start() for each in both]
    errors = [error for each in leavers for error in each.join()]
    assert [type(error) for error in errors] == [leaving.CannotLeave]
    assert User.objects.count() == 1


def test_what_keeps_colliding_is_said_and_nothing_is_deleted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a later version of the site wrote rows in an order of its own."""
    user = make_old_reader()
    enter(client, user)

    def leave_an_orphan(*_args: Any) -> None:
        Vote.objects.bulk_create([Vote(user_id=0, paper_id=0)], ignore_conflicts=True)

    monkeypatch.setattr(leaving, "_take_out", leave_an_orphan)
    monkeypatch.setattr(leaving, "PAUSE_SECONDS", 0)
    response = client.post(PAGE, {"sure": "on"})
    assert response.status_code == 422
    assert "nothing was deleted" in response.content.decode()
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.promise(41)
def test_everything_at_once_leaves_nothing_of_the_reader(
    client: Client,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    # A slow machine has time for more than a reader may do.
    monkeypatch.setattr(votes, "MOST_CHANGES_AN_HOUR", 1_000_000)
    settings.LIMITS_TIMES = 1_000
    user = make_rich_reader(ADDRESS)
    enter(client, user)
    works = busy_works(user, [*Paper.objects.order_by("pk"), *(make_paper() for _ in range(3))])
    stop = threading.Event()
    workers = [Beside(partial(repeat, work, stop)).start() for work in works]
    time.sleep(0.3)
    response = client.post(PAGE, {"sure": "on"})
    time.sleep(0.1)
    stop.set()
    errors = [error for worker in workers for error in worker.join()]
    assert (response.status_code, response["Location"]) == (302, "/deleted/")
    assert errors == []
    assert "met other work" not in caplog.text
    assert rows_with(ADDRESS) == []
    assert not User.objects.filter(pk=user.pk).exists()
    assert_counts_are_true()


def repeat(work: Work, stop: threading.Event) -> None:
    """Go on until the reader is gone, and a little longer."""
    while not stop.is_set():
        try:
            work()
        except GONE:
            time.sleep(0.01)


def busy_works(user: User, papers: list[Paper]) -> list[Work]:
    """What people and workers may be doing with a reader's rows, each for a thread of its own."""
    own, theirs = keeping.default_list(user), make_reading_list(title="Of a member")
    member = theirs.owner
    make_member(reading_list=theirs, user=user)
    make_member(reading_list=own, user=member)
    User.objects.filter(pk=user.pk).update(next_due_at=NOW)
    browser = Client()
    browser.force_login(user)
    # `next` of these is one step, so that threads may share them.
    some, targets = cycle(papers), cycle([None, theirs])
    marks, searches = cycle(ReadingState.State), cycle(["kestrel", "osprey", "harrier"])

    def vote() -> None:
        for paper in papers:
            voted = Vote.objects.filter(user=user, paper=paper).exists()
            votes.set_vote(user, paper, voted=not voted, now=timezone.now())

    def press() -> None:
        answer = browser.post(f"/paper/number/{next(some).pk}/vote/", {"voted": "1"})
        assert answer.status_code == 302, answer.content

    def edit(reading_list: ReadingList, by: User) -> None:
        paper = next(some)
        entries.add(reading_list, paper, by=by)
        entry = Entry.objects.filter(reading_list=reading_list, paper=paper).first()
        if entry is not None:
            entries.set_tags(entry, ["a"], by=by, seen=entry.version)
            entries.remove(entry, by=by)

    def import_file() -> None:
        made = make_import("\n".join(f"- {paper.arxiv_id}" for paper in papers), by=user)
        steps.ask_to_write(made, into=next(targets), new_title="New")

    def arrive() -> None:
        waits = {"value": papers[0].arxiv_id or "", "position": "a1"}
        WaitingEntry.objects.get_or_create(reading_list=own, scheme="arxiv", defaults=waits)
        arriving.fetch_arxiv_ids()

    def settle() -> None:
        make_waiting(user, papers[-1])
        waiting.settle_arrived()

    def send_digest() -> None:
        for chunk in tick(NOW, NOW).chunks:
            send.deliver(chunk, now=NOW, at=NOW)

    def mark() -> None:
        numbers = [paper.pk for paper in papers]
        states.set_state(user, numbers, next(marks))
        seen.set_seen(user, numbers, seen=next(marks) == ReadingState.State.READ)

    def follow() -> None:
        follows.follow(user, next(searches)).delete()

    return [
        *(vote, press, import_file, arrive, settle, send_digest, mark, follow),
        partial(edit, own, member),
        partial(edit, theirs, user),
        partial(votes.release_held, now=timezone.now()),
    ]


def make_waiting(user: User, paper: Paper) -> None:
    place = {"list": keeping.default_list(user).pk, "position": "a2", "note": "", "tags": []}
    WaitingPaper.objects.create(
        user=user,
        scheme="arxiv",
        value=paper.arxiv_id or "",
        names=[["arxiv", paper.arxiv_id]],
        wishes={"voted_at": LONG_AGO.isoformat(), "entries": [{**place, "added_at": None}]},
    )
