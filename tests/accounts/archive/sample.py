"""A reader who has something of everything that an archive holds."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from accounts import follows, mutes
from accounts.models import Bounce, Delivery, PaperFeedback, User, WaitingPaper
from accounts.tokens import make_token
from papers import seen
from papers.models import Paper, PaperIdentifier, PaperRequest, Vote
from readinglists import entries, headings, keeping, sharing, states
from readinglists.models import (
    Entry,
    Heading,
    Invitation,
    ListFollow,
    Member,
    ReadingList,
    ReadingState,
    WaitingEntry,
)
from tests.factories import make_paper, make_reading_list, make_user

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
LONG_AGO = timezone.now() - timedelta(days=400)


def make_rich_reader(email: str = "rich.reader@example.org") -> User:
    user = make_user(
        email=email,
        digest_enabled=True,
        digest_hour=9,
        timezone="Europe/Oslo",
        digest_days=[1, 3],
        digest_size=7,
        digest_sections=["trending", "followed"],
        digest_text_only=True,
    )
    User.objects.filter(pk=user.pk).update(date_joined=LONG_AGO)
    first, second, third = (make_paper(title=f"Paper {n}") for n in ("one", "two", "three"))
    third.arxiv_id = None
    third.save()
    PaperIdentifier.objects.filter(paper=third).update(scheme="doi", value=f"10.1234/p{third.pk}")
    _make_lists(user, [first, second, third])
    states.set_state(user, [first.pk, third.pk], ReadingState.State.READ)
    states.set_own_note(user, second.pk, "mine alone", seen=0)
    seen.set_seen(user, [first.pk], seen=True)
    seen.set_hidden(user, hidden=True)
    for paper in (first, third):
        Vote.objects.create(user=user, paper=paper, voted_at=LONG_AGO, counted_at=LONG_AGO)
    PaperFeedback.objects.create(user=user, paper=second, wants_more=False)
    follows.follow(user, "au:moor graph", "Graphs by Moor")
    follows.follow(user, "kestrel")
    user.follows.filter(name="kestrel").update(in_digest=False)
    mutes.add(user, "word", "blockchain")
    PaperRequest.objects.create(scheme="arxiv", value="2601.00001", requested_by=user)
    Delivery.objects.create(
        user=user,
        local_date=date(2026, 3, 2),
        due_at=NOW,
        state=Delivery.State.SENT,
        message_id=f"<{user.pk}@example.org>",
        items=[{"paper": first.pk, "section": "trending", "reason": "rising", "rank": 1}],
    )
    make_token(user, "A script", ["read"])
    Bounce.objects.create(user=user, address_hash=b"x" * 32, kind="refused", said=f"550 <{email}>")
    return user


def _make_lists(user: User, papers: list[Paper]) -> None:
    first, second, third = papers
    reading = keeping.default_list(user)
    keeping.set_details(
        reading,
        {"title": "To read & to mark", "description": "**All** of it", "byline": "A. Reader"},
        by=user,
        seen=reading.version,
    )
    entries.add(reading, first, by=user)
    headings.add_heading(reading, "Later", by=user)
    entries.add_many(reading, [entries.NewEntry(third.pk, "third first", ("a", "B c"))], by=user)
    entries.add(reading, second, by=user)
    other = make_reading_list(owner=user, title="Shelved")
    entries.add(other, second, by=user)
    keeping.set_archived(other, archived=True)
    gone = make_reading_list(owner=user, title="Thrown away")
    entries.add(gone, second, by=user)
    keeping.delete_list(gone)
    sharing.make_link(reading)
    Member.objects.create(reading_list=reading, user=make_user(), role="editor")
    Invitation.objects.create(
        reading_list=reading,
        email="guest@example.org",
        role="viewer",
        invited_by=user,
        token_hash=f"{user.pk:032}".encode(),
        expires_at=NOW,
    )
    theirs = make_reading_list(title="Of somebody else")
    Member.objects.create(reading_list=theirs, user=user, role="viewer")
    shown = make_reading_list(title="Shown by link")
    link = sharing.make_link(shown)
    ListFollow.objects.create(user=user, reading_list=shown, share_link=link, generation=1)
    public = make_reading_list(title="Public reading")
    ReadingList.objects.filter(pk=public.pk).update(published_at=LONG_AGO)
    ListFollow.objects.create(user=user, reading_list=public)
    _make_waiting(user, reading)


def _make_waiting(user: User, reading: ReadingList) -> None:
    """One paper of an imported file, after the first entry, and one of an archive at the end."""
    WaitingEntry.objects.create(
        reading_list=reading,
        added_by=user,
        scheme="arxiv",
        value="2601.00002",
        title="On its way",
        note="of a file",
        tags=["later"],
        position=reading.entries.order_by("position")[0].position + "5",
        made_at=LONG_AGO,
    )
    place = {"list": reading.pk, "position": "z", "note": "of an archive", "tags": ["later"]}
    WaitingPaper.objects.create(
        user=user,
        scheme="doi",
        value="10.1234/w",
        names=[["doi", "10.1234/w"], ["url", "https://example.org/w"]],
        title="Still away",
        wishes={
            "voted_at": LONG_AGO.isoformat(),
            "state": "reading",
            "own_note": "mine",
            "changed_at": LONG_AGO.isoformat(),
            "entries": [{**place, "added_at": LONG_AGO.isoformat()}],
        },
    )


def lists_of(user: User) -> list[object]:
    """All of the reader's own lists that an archive brings along, as plain values."""
    return [
        (
            row.title,
            row.description,
            row.byline,
            row.archived_at is None,
            row.deleted_at is None,
            _items(row),
        )
        for row in ReadingList.objects.filter(owner=user).order_by("pk")
    ]


def _items(reading_list: ReadingList) -> list[object]:
    entries, heads = reading_list.entries.all(), reading_list.headings.all()
    rows: list[Entry | Heading] = [*entries, *heads]
    rows.sort(key=lambda row: row.position)
    return [
        (row.paper_id, row.note, row.tags, row.added_at) if isinstance(row, Entry) else row.title
        for row in rows
    ]
