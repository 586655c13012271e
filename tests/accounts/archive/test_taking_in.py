from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from accounts import mutes
from accounts.archive import read, taking_in, waiting
from accounts.archive.write import write
from accounts.models import PaperFeedback, User, WaitingPaper
from papers import votes
from papers.models import Paper, PaperIdentifier, PaperRequest, PaperStats, SeenPaper, Vote
from readinglists import keeping, states
from readinglists.entries import NewEntry, add_many
from readinglists.models import Entry, ReadingList, ReadingState
from tests.accounts.archive.sample import LONG_AGO, NOW, lists_of, make_rich_reader
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


def archive_of(user: User) -> read.Archive:
    user.refresh_from_db()
    file = BytesIO()
    write(user, file, now=timezone.now())
    return read.read(file, now=timezone.now())


def take_in(user: User, archive: read.Archive, *, with_settings: bool = False) -> Any:
    return taking_in.take_in(user, archive, with_settings=with_settings, now=timezone.now())


def make_old_user(**fields: Any) -> User:
    user = make_user(**fields)
    User.objects.filter(pk=user.pk).update(date_joined=LONG_AGO)
    return user


def rows_of(user: User) -> list[object]:
    return [
        sorted(user.votes.values_list("paper", "voted_at")),
        sorted(user.seen_papers.values_list("paper", "seen_at")),
        sorted(user.reading_states.values_list("paper", "state", "own_note", "changed_at")),
        sorted(user.feedback.values_list("paper", "wants_more", "given_at")),
        sorted(user.follows.values_list("name", "query", "in_digest")),
        mutes.listed(user),
        lists_of(user),
    ]


@pytest.mark.promise(41)
def test_round_trip_gives_the_same_to_another_account() -> None:
    here, there = make_rich_reader(), make_old_user()
    take_in(there, archive_of(here))
    assert rows_of(there) == rows_of(here)


@pytest.mark.promise(41)
def test_what_waits_waits_on_the_other_site_too() -> None:
    here, there = make_rich_reader(), make_old_user()
    take_in(there, archive_of(here))
    assert WaitingPaper.objects.filter(user=there).count() == 2
    make_paper(arxiv_id="2601.00002")
    away = make_paper(arxiv_id=None)
    PaperIdentifier.objects.create(paper=away, scheme="url", value="https://example.org/w")
    waiting.settle_arrived()
    reading = ReadingList.objects.get(owner=there, title="To read & to mark")
    entries = reading.entries.order_by("position").values_list("note", "tags", "added_at")
    assert entries[1] == ("of a file", ["later"], LONG_AGO)
    assert entries[4] == ("of an archive", ["later"], LONG_AGO)
    assert there.votes.get(paper=away).voted_at == LONG_AGO
    assert there.reading_states.get(paper=away).own_note == "mine"


def test_a_paper_that_waited_there_and_is_here_comes_at_once() -> None:
    here, there = make_rich_reader(), make_old_user()
    archive = archive_of(here)
    paper = make_paper(arxiv_id="2601.00002")
    result = take_in(there, archive)
    assert result.waiting == 1
    assert Entry.objects.get(reading_list__owner=there, paper=paper).note == "of a file"


def test_a_paper_without_a_name_is_known_by_its_page_where_its_title_is_the_same() -> None:
    reader, other = make_old_user(), make_old_user()
    paper = make_paper(arxiv_id=None, title="Moors")
    gone = make_paper(arxiv_id=None, title="Heaths")
    mine = keeping.make_list(reader, "Mine")
    add_many(mine, [NewEntry(paper.pk), NewEntry(gone.pk)], by=reader)
    archive = archive_of(reader)
    Paper.objects.filter(pk=gone.pk).update(title="Another one")
    take_in(other, archive)
    taken = ReadingList.objects.of(other).get()
    assert list(taken.entries.values_list("paper_id", flat=True)) == [paper.pk]


def test_followed_public_lists_are_told() -> None:
    result = take_in(make_user(), archive_of(make_rich_reader()))
    (told,) = result.followed
    assert told.title == "Public reading"
    assert told.address.startswith("http")


def test_a_long_note_is_kept_whole_and_named() -> None:
    here, there = make_rich_reader(), make_old_user()
    paper = Paper.objects.get(title="Paper two")
    ReadingState.objects.filter(user=here, paper=paper).update(own_note="ä" * 7_000)
    Entry.objects.filter(reading_list__owner=here, note="third first").update(note="ö" * 6_000)
    result = take_in(there, archive_of(here))
    assert there.reading_states.get(paper=paper).own_note == "ä" * 7_000
    assert Entry.objects.filter(reading_list__owner=there, note="ö" * 6_000).count() == 1
    assert sorted(result.long) == [
        "“Paper three”: a note of 6000 characters.",
        "“Paper two”: a note of 7000 characters.",
    ]
    assert result.left == []


def test_two_notes_that_are_long_together_are_kept_whole_and_named() -> None:
    here, there = make_rich_reader(), make_old_user()
    paper = Paper.objects.get(title="Paper two")
    ReadingState.objects.filter(user=here, paper=paper).update(own_note="x" * 3_000)
    states.set_own_note(there, paper.pk, "y" * 3_000, seen=0)
    for _time in range(2):
        result = take_in(there, archive_of(here))
    note = there.reading_states.get(paper=paper).own_note
    assert note == "y" * 3_000 + "\n\n" + "x" * 3_000
    assert result.long == ["“Paper two”: a note of 6002 characters."]


def test_long_note_of_a_paper_that_waits_is_named_and_comes_whole() -> None:
    here, there = make_rich_reader(), make_old_user()
    row = WaitingPaper.objects.get(user=here)
    WaitingPaper.objects.filter(user=here).update(wishes={**row.wishes, "own_note": "z" * 9_000})
    result = take_in(there, archive_of(here))
    assert result.long == ["“Still away”: a note of 9000 characters."]
    away = make_paper(arxiv_id=None)
    PaperIdentifier.objects.create(paper=away, scheme="doi", value="10.1234/w")
    waiting.settle_arrived()
    assert there.reading_states.get(paper=away).own_note == "z" * 9_000


def test_of_very_many_that_were_left_out_the_number_is_said() -> None:
    archive = read.Archive(
        site="", written_at=NOW, settings=read.SettingsRow({}, False, None),
        mutes=tuple(("colour", f"{n}") for n in range(60)),
    )  # fmt: skip
    result = take_in(make_user(), archive)
    assert len(result.left) == 51
    assert result.left[-1] == "… and 10 more."


def test_round_trip_of_the_round_trip_is_the_same_archive() -> None:
    here, there = make_rich_reader(), make_old_user()
    before = archive_of(here)
    take_in(there, before, with_settings=True)
    after = archive_of(there)
    for name in ("settings", "follows", "mutes", "lists"):
        assert getattr(after, name) == getattr(before, name), name
    for name in ("votes", "seen", "states", "feedback"):
        assert set(getattr(after, name)) == set(getattr(before, name)), name


def test_settings_stay_without_the_box_and_the_address_always() -> None:
    archive = archive_of(make_rich_reader())
    user = make_old_user(email="new@example.org")
    take_in(user, archive)
    user.refresh_from_db()
    assert (user.timezone, user.digest_enabled, user.email) == ("UTC", False, "new@example.org")
    take_in(user, archive, with_settings=True)
    user.refresh_from_db()
    assert (user.timezone, user.digest_days, user.digest_size) == ("Europe/Oslo", [1, 3], 7)
    assert user.next_due_at is not None
    assert user.email == "new@example.org"


def test_settings_that_are_not_possible_here_are_left_in_words() -> None:
    here = make_rich_reader()
    User.objects.filter(pk=here.pk).update(timezone="Mars/Olympus")
    user = make_user()
    result = take_in(user, archive_of(here), with_settings=True)
    assert "Mars/Olympus" in " ".join(result.left)
    user.refresh_from_db()
    assert user.timezone == "UTC"


def test_votes_come_in_held_and_count_once_they_may() -> None:
    archive = archive_of(make_rich_reader())
    user = make_old_user()
    take_in(user, archive)
    assert set(user.votes.values_list("counted_at", flat=True)) == {None}
    votes.release_held(now=timezone.now())
    assert None not in set(user.votes.values_list("counted_at", flat=True))
    stats = PaperStats.objects.filter(paper__in=user.votes.values("paper"))
    assert set(stats.values_list("votes", flat=True)) == {1}


def test_a_new_accounts_votes_wait() -> None:
    user = make_user()
    take_in(user, archive_of(make_rich_reader()))
    votes.release_held(now=timezone.now())
    assert Vote.objects.filter(user=user, counted_at=None).count() == 2


def test_saves_are_counted() -> None:
    user = make_old_user()
    take_in(user, archive_of(make_rich_reader()))
    papers = Entry.objects.filter(reading_list__owner=user).values("paper")
    saves = PaperStats.objects.filter(paper__in=papers).values_list("saves", flat=True)
    assert set(saves) == {2}


def test_notes_stand_beside_each_other_and_the_later_state_holds() -> None:
    here, user = make_rich_reader(), make_old_user()
    paper = Paper.objects.get(title="Paper two")
    read_paper = Paper.objects.get(title="Paper one")
    states.set_own_note(user, paper.pk, "what I wrote here", seen=0)
    states.set_state(user, [read_paper.pk], ReadingState.State.READING)
    take_in(user, archive_of(here))
    take_in(user, archive_of(here))
    notes = states.states_of(user, [paper.pk, read_paper.pk])
    assert notes[paper.pk].own_note == "what I wrote here\n\nmine alone"
    assert notes[read_paper.pk].state == "reading"


def test_lists_are_new_and_private_and_saving_stays_where_it_is() -> None:
    user = make_old_user()
    own = keeping.default_list(user)
    take_in(user, archive_of(make_rich_reader()))
    made = ReadingList.objects.filter(owner=user).exclude(pk=own.pk)
    assert made.count() == 3
    assert not made.filter(is_default=True).exists()
    assert not made.filter(published_at__isnull=False).exists()
    assert not made.filter(share_links__isnull=False).exists()


def without_papers() -> tuple[read.Archive, User]:
    """An archive of a site that knows papers which this one does not."""
    here = make_rich_reader()
    archive = archive_of(here)
    here.delete()
    Paper.objects.all().delete()
    return archive, make_old_user()


def test_papers_not_known_here_wait_and_take_their_places() -> None:
    archive, user = without_papers()
    result = take_in(user, archive)
    assert (result.known, result.waiting) == (0, 5)
    for name in archive.papers():
        (scheme, value), title = name.names[0], name.title
        paper = make_paper(arxiv_id=value if scheme == "arxiv" else None, title=title)
        for kind, each in name.names:
            PaperIdentifier.objects.get_or_create(paper=paper, scheme=kind, value=each)
    assert waiting.settle_arrived() == 5
    assert not WaitingPaper.objects.exists()
    after = archive_of(user)
    assert after.lists == archive.lists
    assert (set(after.votes), set(after.states)) == (set(archive.votes), set(archive.states))
    assert (after.seen, after.feedback) == (archive.seen, archive.feedback)


def test_papers_that_wait_are_asked_for_once() -> None:
    archive, user = without_papers()
    take_in(user, archive)
    assert waiting.ask_for_missing(NOW) == 5
    assert waiting.ask_for_missing(NOW) == 0
    assert PaperRequest.objects.filter(requested_by=user).count() == 5


def test_waiting_ends_after_90_days() -> None:
    archive, user = without_papers()
    take_in(user, archive)
    WaitingPaper.objects.update(created_at=LONG_AGO)
    waiting.ask_for_missing(timezone.now())
    assert not WaitingPaper.objects.exists()


def test_importing_twice_joins_what_waits() -> None:
    archive, user = without_papers()
    take_in(user, archive)
    take_in(user, archive)
    assert WaitingPaper.objects.count() == 5
    assert sum(len(row.wishes.get("entries", [])) for row in WaitingPaper.objects.all()) == 14


def test_what_fails_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    archive, user = archive_of(make_rich_reader()), make_user()
    before = rows_of(user)

    def fail(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(taking_in, "_mute", fail)
    with pytest.raises(RuntimeError):
        take_in(user, archive)
    assert rows_of(user) == before
    assert not PaperFeedback.objects.filter(user=user).exists()
    assert not SeenPaper.objects.filter(user=user).exists()
