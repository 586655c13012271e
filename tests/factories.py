"""Rows for tests: each function makes one valid thing; say only what the case is about."""

from datetime import date, datetime
from itertools import count

from allauth.account.models import EmailAddress

from accounts import follows
from accounts.models import Follow, QueryMatch, User
from papers import counts, trending
from papers.models import (
    Announcement,
    Category,
    Paper,
    PaperCategory,
    PaperIdentifier,
    PaperStats,
    Signal,
    Source,
    TextSource,
)
from papers.summary import author_line
from readinglists import entries, sharing
from readinglists.models import Entry, Member, ReadingList, Role, ShareLink

DAY = date(2026, 3, 2)
_numbers = count(1)


def make_user(*, email: str = "", password: str = "a long passphrase", **fields: object) -> User:
    """An account whose address is verified, as allauth sees it."""
    email = email or f"reader{next(_numbers)}@example.org"
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    return user


def make_paper(
    *,
    arxiv_id: str | None = "",
    title: str = "A Paper",
    abstract: str = "An abstract.",
    authors: tuple[str, ...] = ("Ada Moor",),
    categories: tuple[str, ...] = ("cs.LG",),
    announced_on: date | None = DAY,
    submitted_at: datetime | None = None,
    votes: int = 0,
    upvotes: int | None = None,
    stars: int | None = None,
    score: float = 0.0,
    popularity: float = 0.0,
    risen_on: date | None = None,
    code_url: str = "",
    text_source: TextSource = TextSource.ARXIV,
    withdrawn_at: datetime | None = None,
) -> Paper:
    if arxiv_id == "":
        arxiv_id = f"2603.{next(_numbers):05d}"
    for code in categories:
        Category.objects.get_or_create(code=code)
    paper = Paper.objects.create(
        arxiv_id=arxiv_id,
        title=title,
        abstract=abstract,
        short_abstract=abstract[:500],
        authors=list(authors),
        author_line=author_line(authors),
        primary_category_id=categories[0] if categories else None,
        announced_on=announced_on,
        submitted_at=submitted_at,
        code_url=code_url,
        text_source=text_source,
        withdrawn_at=withdrawn_at,
    )
    PaperCategory.objects.bulk_create(
        PaperCategory(paper=paper, category_id=code) for code in categories
    )
    if arxiv_id:
        PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value=arxiv_id)
    PaperStats.objects.create(
        paper=paper,
        votes=votes,
        upvotes=upvotes,
        stars=stars,
        score=score,
        popularity=popularity,
        noticed_on=announced_on,
        risen_on=risen_on,
    )
    trending.place([paper.pk], today=DAY)
    return paper


def make_signal(
    paper: Paper, value: int, *, on: date = DAY, kind: Signal.Kind = Signal.Kind.HF_UPVOTES
) -> None:
    """A number as a source tells it, with all that follows."""
    counts.store_counts(kind, {paper.pk: value}, day=on)


def make_announcement(
    *, paper: Paper | None = None, category: str = "cs.LG", on: date = DAY, kind: str = "new"
) -> Announcement:
    paper = paper or make_paper(categories=(category,), announced_on=on)
    Category.objects.get_or_create(code=category)
    return Announcement.objects.create(
        paper=paper, category_id=category, announced_on=on, kind=kind
    )


def make_source(*, kind: str = Source.Kind.HUGGINGFACE, key: str = "", **fields: object) -> Source:
    return Source.objects.create(kind=kind, key=key, **fields)


def make_reading_list(
    *, owner: User | None = None, title: str = "To read", description: str = ""
) -> ReadingList:
    owner = owner or make_user()
    return ReadingList.objects.create(owner=owner, title=title, description=description)


def make_entry(
    *, reading_list: ReadingList | None = None, paper: Paper | None = None, note: str = ""
) -> Entry:
    """A paper at the end of a list, put there as a reader does it."""
    reading_list = reading_list or make_reading_list()
    paper = paper or make_paper()
    entries.add(reading_list, paper, by=reading_list.owner)
    entry = Entry.objects.get(reading_list=reading_list, paper=paper)
    if note:
        entries.set_note(entry, note, by=reading_list.owner, seen=entry.version)
        entry.refresh_from_db()
    return entry


def make_member(
    *,
    reading_list: ReadingList | None = None,
    user: User | None = None,
    role: Role = Role.EDITOR,
    by_link: bool = False,
) -> Member:
    """Somebody who takes part, by invitation or through a link for editing."""
    reading_list = reading_list or make_reading_list()
    link = sharing.make_link(reading_list) if by_link else None
    if link:
        ShareLink.objects.filter(pk=link.pk).update(can_edit=True)
    return Member.objects.create(
        reading_list=reading_list,
        user=user or make_user(),
        role=role,
        share_link=link,
        generation=link.generation if link else None,
    )


def make_follow(*, user: User | None = None, query: str = "kestrel", name: str = "") -> Follow:
    """A search followed as a reader does it."""
    return follows.follow(user or make_user(), query, name)


def make_match(*, follow: Follow, paper: Paper, at: datetime | None = None) -> QueryMatch:
    assert follow.standing is not None
    moment = {"matched_at": at} if at else {}
    return QueryMatch.objects.create(standing=follow.standing, paper=paper, **moment)
