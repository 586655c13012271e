"""The papers, readers and lists that the drawn pages show: real rows, none of them plain."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.digest import ledger
from accounts.digest.items import TRENDING, Item
from accounts.models import Delivery, User
from papers import seen, trending, votes
from papers.models import (
    Paper,
    SearchEpoch,
    TextSource,
)
from papers.search.follower import index_now
from readinglists import entries, headings, publishing, sharing, states
from readinglists.models import Entry, ReadingList, ReadingState, ShareLink
from tests.factories import (
    DAY,
    make_announcement,
    make_entry,
    make_follow,
    make_paper,
    make_reading_list,
    make_signal,
    make_user,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
TODAY = NOW.date()
CATEGORY = "cs.LG"
MANY = tuple(f"Kestrel Q. Wanderer-Thornbury {number}" for number in range(3000))
LONG_TITLE = " ".join(["Characterisation of Superlinearly-Self-Referential-Architectures"] * 4)


@dataclass(frozen=True, slots=True)
class Library:
    papers: list[Paper]
    reader: User
    friend: User
    operator: User
    reading_list: ReadingList
    entry: Entry
    link: ShareLink
    issued_on: date


def fill_library() -> Library:
    """Make all of it; the search index must have a folder of its own."""
    SearchEpoch.objects.get_or_create(pk=1)
    papers = _papers()
    reader = make_user(email="reader@example.org", digest_enabled=True)
    friend = make_user(email="friend@example.org", digest_enabled=True)
    operator = make_user(email="operator@example.org", is_staff=True, is_superuser=True)
    reading_list = _list(reader, papers)
    _did(reader, papers)
    index_now()
    return Library(
        papers=papers,
        reader=reader,
        friend=friend,
        operator=operator,
        reading_list=reading_list,
        entry=reading_list.entries.order_by("pk")[0],
        link=sharing.make_link(reading_list),
        issued_on=_issue(reader, papers).local_date,
    )


def text_file(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def _papers() -> list[Paper]:
    made = [
        make_paper(title="Kestrels Learn to Hover", categories=("cs.LG", "cs.CL"), upvotes=31),
        make_paper(
            title=LONG_TITLE, authors=MANY[:3], stars=900, code_url="https://github.com/a/b"
        ),
        make_paper(title=r"On $\int_0^\infty e^{-x^2}\,dx$ and kestrels", authors=MANY),
        make_paper(title="Kestrels 🦅 in the wind", authors=("دانا میرزایی", "Ada Moor")),
        make_paper(title="A kestrel nobody wrote of", authors=(), abstract=""),
        make_paper(title="A kestrel withdrawn", withdrawn_at=NOW),
        make_paper(title="A kestrel invented", text_source=TextSource.SAMPLE, arxiv_id=None),
    ]
    made += [make_paper(title=f"Kestrel number {number}") for number in range(16)]
    for number, paper in enumerate(made):
        make_announcement(paper=paper, on=DAY, kind="cross" if number % 3 else "new")
        make_signal(paper, 40 - number, on=DAY)
    make_signal(made[0], 55, on=DAY + timedelta(days=1))
    trending.roll(now=NOW)
    return made


def _list(owner: User, papers: list[Paper]) -> ReadingList:
    about = "What *we* read, and [why](https://example.org/)."
    reading_list = make_reading_list(owner=owner, title="On kestrels", description=about)
    for paper in papers[:6]:
        make_entry(reading_list=reading_list, paper=paper, note="Read **section 3** first.")
    heading = headings.add_heading(reading_list, "To come", by=owner)
    assert heading.pk
    for paper in papers[6:12]:
        make_entry(reading_list=reading_list, paper=paper)
    first = reading_list.entries.order_by("pk")[0]
    entries.set_tags(first, ["birds", "hovering"], by=owner, seen=first.version)
    publishing.publish(reading_list)
    make_reading_list(owner=owner, title="Another list")
    return reading_list


def _did(reader: User, papers: list[Paper]) -> None:
    now = timezone.now()
    votes.set_vote(reader, papers[0], voted=True, now=now)
    seen.set_seen(reader, [papers[1].pk], seen=True)
    states.set_state(reader, [papers[0].pk], ReadingState.State.READING)
    states.set_own_note(reader, papers[0].pk, "For me alone.", seen=0)
    make_follow(user=reader, query="kestrel", name="Birds that hover")
    make_follow(user=reader, query="cat:cs.CL")


def _issue(reader: User, papers: list[Paper]) -> Delivery:
    items = [
        Item(paper.pk, TRENDING, "9 upvotes", n + 1).as_json() for n, paper in enumerate(papers[:3])
    ]
    row = ledger.new_delivery(
        reader, DAY, NOW, state=Delivery.State.SENT, finished_at=NOW, items=items
    )
    row.save()
    return row
