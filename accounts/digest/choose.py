"""Which papers go into whose issue, and why: the sections, their order, the reason in words.

Nothing is chosen that the reader has (in a list, voted for, marked as seen, mailed in the last 120
days) or that is not new since their last issue. It never renders and never writes. Read more:
docs/decisions.md.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.digest import candidates, followed, readers
from accounts.digest.candidates import Candidate
from accounts.digest.followed import Followed
from accounts.digest.readers import Reader
from accounts.models import User

NEAR = "near"
TRENDING = "trending"
NEW = "new"
LONGEST_TITLE_IN_REASON = 90


@dataclass(frozen=True, slots=True)
class Near:
    """A paper near the reader's lists, and the saved paper it is nearest to."""

    paper_id: int
    saved_id: int


# (saved paper ids, announced since, how many) -> nearest first; empty when there is no telling.
NearFinder = Callable[[Sequence[int], date, int], Sequence[Near]]


@dataclass(frozen=True, slots=True)
class Item:
    """One paper of an issue, as `Delivery.items` keeps it."""

    paper: int
    section: str
    reason: str
    rank: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "paper": self.paper,
            "section": self.section,
            "reason": self.reason,
            "rank": self.rank,
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """An issue's papers in the order shown; when there are none, the reason in words."""

    items: tuple[Item, ...] = ()
    why_nothing: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """The papers that all readers of a chunk choose from."""

    trending: Sequence[Candidate]
    newest: Sequence[Candidate]
    with_signal: frozenset[int]
    categories: dict[int, str]


def choose(users: Sequence[User], now: datetime, find_near: NearFinder) -> dict[int, Choice]:
    """Return each user's choice by user id. The papers are read once for all of them."""
    those = readers.read(users, now)
    if not those:
        return {}
    pool = _read_pool(those)
    near = {reader.user_id: _near(reader, find_near) for reader in those}
    asked = followed.read(those, users, now)
    found = [one for several in near.values() for one in several]
    details = candidates.by_id(one.paper_id for one in found)
    titles = candidates.titles_of(one.saved_id for one in found)
    return {
        reader.user_id: choose_for(
            reader,
            pool,
            list(_fresh_near(reader, near[reader.user_id], details, titles)),
            list(_asked(reader, asked[reader.user_id])),
        )
        for reader in those
    }


def choose_for(
    reader: Reader, pool: Pool, near: Sequence[Item], asked: Sequence[Item] = ()
) -> Choice:
    """Return one reader's choice: papers of followed searches take up to half of it.

    They and the rest fill what the other leaves free; each followed search gets its share.
    """
    half = (reader.size + 1) // 2
    others = _others(reader, pool, _without(near, asked[:half]), asked[:half])
    fitting = _without(asked, others)[: reader.size - len(others)]
    items = [*_by_section(fitting, asked), *others]
    if not items:
        return Choice(why_nothing=_why_nothing(reader))
    return Choice(tuple(_ranked(items)))


def _others(reader: Reader, pool: Pool, near: Sequence[Item], asked: Sequence[Item]) -> list[Item]:
    """Papers near the reader's lists take half of what `asked` leaves, trending ones the rest.

    Either section fills what the other leaves free. "Trending" holds only papers that somebody
    showed interest in; only where there was none at all for a week, in any paper but the reader's
    own, does the newest of the reader's categories (else of all) take its place.
    """
    room = reader.size - len(asked)
    enough = reader.size + len(asked)
    trending = _without(list(islice(_trending(reader, pool), enough)), asked)
    if not trending and not pool.with_signal - reader.known:
        trending = _without(list(islice(_newest(reader, pool), enough)), asked)
    half = (room + 1) // 2
    others = _without(trending, near[:half])[: room - len(near[:half])]
    return [*_without(near, others)[: room - len(others)], *others]


def _read_pool(those: Sequence[Reader]) -> Pool:
    since = min(reader.span.earliest for reader in those)
    until = max(reader.span.until for reader in those)
    signal = candidates.with_signal(until)
    without = [reader for reader in those if not signal - reader.known]
    return Pool(
        trending=candidates.trending(since=since, until=until),
        newest=candidates.newest(since=since, until=until) if without else (),
        with_signal=signal,
        categories=candidates.categories_of(pk for reader in without for pk in reader.known),
    )


def _near(reader: Reader, find_near: NearFinder) -> Sequence[Near]:
    if not reader.saved:
        return ()
    # Some of what is near was mailed before or is known; ask for that many more.
    return find_near(reader.saved, reader.span.earliest, reader.size * 4 + 20)


def _fresh_near(
    reader: Reader,
    near: Iterable[Near],
    details: dict[int, Candidate],
    titles: dict[int, str],
) -> Iterator[Item]:
    for one in near:
        paper = details.get(one.paper_id)
        if paper is not None and one.saved_id in titles and _wanted(reader, paper):
            yield Item(paper.paper_id, NEAR, _because_saved(titles[one.saved_id]))


def _asked(reader: Reader, several: Sequence[Followed]) -> Iterator[Item]:
    """Each followed search in turn, a paper at a time, each paper once."""
    fresh = [
        (one, [pk for pk in one.paper_ids if pk not in reader.had and pk not in reader.known])
        for one in several
    ]
    taken: set[int] = set()
    for place in range(max((len(paper_ids) for _one, paper_ids in fresh), default=0)):
        for one, paper_ids in fresh:
            if place < len(paper_ids) and paper_ids[place] not in taken:
                taken.add(paper_ids[place])
                yield Item(paper_ids[place], _following(one), _matches(one))


def _by_section(items: Sequence[Item], found: Sequence[Item]) -> list[Item]:
    """Together what is of one search, the searches by name, with how many of all `found` fit."""
    came, shown = Counter(item.section for item in found), Counter(item.section for item in items)
    headings = {
        section: _left_out(section, shown[section], came[section])
        if shown[section] < came[section]
        else section
        for section in shown
    }
    together = sorted(items, key=lambda item: item.section)
    return [replace(item, section=headings[item.section]) for item in together]


def _left_out(section: str, shown: int, came: int) -> str:
    return _("%(section)s (%(shown)s of %(came)s)") % {
        "section": section,
        "shown": shown,
        "came": came,
    }


def _trending(reader: Reader, pool: Pool) -> Iterator[Item]:
    for paper in pool.trending:
        if _wanted(reader, paper):
            yield Item(paper.paper_id, TRENDING, _support(paper))


def _newest(reader: Reader, pool: Pool) -> Iterator[Item]:
    own = {pool.categories[pk] for pk in reader.known if pk in pool.categories}
    wanted = [paper for paper in pool.newest if _wanted(reader, paper)]
    in_own = [paper for paper in wanted if paper.category in own]
    for paper in in_own or wanted:
        yield Item(paper.paper_id, NEW, _announced(paper, reader.span.until))


def _wanted(reader: Reader, paper: Candidate) -> bool:
    return (
        paper.paper_id not in reader.had
        and paper.paper_id not in reader.known
        and reader.span.holds(paper.announced_on, paper.first_seen_at, paper.risen_on)
    )


def _without(items: Sequence[Item], others: Sequence[Item]) -> list[Item]:
    taken = {item.paper for item in others}
    return [item for item in items if item.paper not in taken]


def _ranked(items: Iterable[Item]) -> Iterator[Item]:
    for rank, item in enumerate(items, start=1):
        yield Item(item.paper, item.section, item.reason, rank)


def _following(one: Followed) -> str:
    return _("You follow: %s") % one.name


def _matches(one: Followed) -> str:
    return _("matches %s") % _shortened(one.query)


def _because_saved(title: str) -> str:
    return _("because you saved “%s”") % _shortened(title)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_TITLE_IN_REASON:
        return text
    return text[: LONGEST_TITLE_IN_REASON - 1].rstrip() + "…"


def _support(paper: Candidate) -> str:
    upvotes, votes, stars = paper.upvotes, paper.votes, paper.stars
    parts = [
        ngettext("%s upvote on Hugging Face", "%s upvotes on Hugging Face", upvotes) % upvotes
        if upvotes
        else "",
        ngettext("%s vote here", "%s votes here", votes) % votes if votes else "",
        ngettext("%s star on GitHub", "%s stars on GitHub", stars) % stars if stars else "",
    ]
    return ", ".join(part for part in parts if part)


def _announced(paper: Candidate, today: date) -> str:
    place = {"category": paper.category or _("an unnamed category")}
    if paper.announced_on is None or paper.announced_on == today:
        return _("new in %(category)s today") % place
    day = date_format(paper.announced_on, "j F")
    return _("new in %(category)s on %(day)s") % {**place, "day": day}


def _why_nothing(reader: Reader) -> str:
    if reader.last_issue_on is None:
        return _("Nothing new for you was announced or rose in the last %s days.") % (
            readers.FIRST_ISSUE_DAYS
        )
    last = date_format(reader.last_issue_on, "j F Y")
    return _("Nothing new for you was announced or rose since your last issue of %s.") % last
