"""What all readers of a chunk choose from: read once, in a number of queries that does not grow.

It gathers candidates, matches, news, nearness and what mutes are compared with; it never chooses.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.digest import candidates, followed, muting, news
from accounts.digest.alike import Alike
from accounts.digest.candidates import Candidate
from accounts.digest.followed import Followed
from accounts.digest.items import Item
from accounts.digest.near import Near, NearFinder
from accounts.digest.readers import OLDEST_ANNOUNCED_DAYS, Reader
from accounts.models import User
from readinglists import list_follows

# Trending papers that are compared with each other, with what is unwanted and with mutes of words:
# more than any issue gets to.
MOST_COMPARED = 1000

# By user id, each followed list that has something new: its title and the papers, newest first.
Additions = Mapping[int, Sequence[tuple[str, Sequence[int]]]]


@dataclass(frozen=True, slots=True)
class Material:
    """Mappings are by paper, or by reader where so named in `gather`."""

    alike: Alike
    trending: Sequence[Candidate] = ()
    backlog: Sequence[Candidate] = ()
    newest: Sequence[Candidate] = ()
    with_signal: frozenset[int] = frozenset()
    categories: Mapping[int, str] = field(default_factory=dict)
    details: Mapping[int, Candidate] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    near: Mapping[int, Sequence[Near]] = field(default_factory=dict)
    followed: Mapping[int, Sequence[Followed]] = field(default_factory=dict)
    lists: Additions = field(default_factory=dict)
    news: Mapping[int, Sequence[Item]] = field(default_factory=dict)
    texts: Mapping[int, muting.Text] = field(default_factory=dict)

    def is_muted(self, reader: Reader, paper_id: int) -> bool:
        """Whether the reader muted it; so is, for who muted words, what was not compared."""
        if reader.muted is muting.NOTHING_MUTED:
            return False
        text = self.texts.get(paper_id)
        return text is None or reader.muted.hides(text)

    def unlike(self, reader: Reader) -> frozenset[int]:
        """Trending and missed papers much like one that the reader wants less of."""
        if not reader.unwanted:
            return frozenset()
        return self.alike.like_any(_compared(self.trending, self.backlog), reader.unwanted)


def gather(
    those: Sequence[Reader], users: Sequence[User], now: datetime, find: NearFinder
) -> Material:
    """Read what `those`, the readers of `users`, choose from."""
    since = min(reader.earliest for reader in those)
    until = max(reader.span.until for reader in those)
    trending = candidates.trending(since=since, until=until)
    signal = candidates.with_signal(until)
    lone = [reader for reader in those if not signal - reader.known]
    newest = candidates.newest(since=since, until=until) if lone else []
    backlog = _backlog(those, now)
    near = find(those)
    found = {one.paper_id for several in near.values() for one in several}
    details = {paper.paper_id: paper for paper in (*trending, *newest, *backlog)}
    details |= candidates.by_id(found - details.keys())
    asked = followed.read(those, users, now)
    lists = _lists(those)
    compared = _compared(trending, backlog)
    unwanted = {pk for reader in those for pk in reader.unwanted}
    return Material(
        trending=trending,
        backlog=backlog,
        newest=newest,
        with_signal=signal,
        categories=candidates.categories_of(pk for reader in lone for pk in reader.known),
        details=details,
        titles=candidates.titles_of(one.liked_id for several in near.values() for one in several),
        near=near,
        followed=asked,
        lists=lists,
        news=news.read(those),
        texts=_texts(those, compared, near, asked, lists, newest),
        alike=Alike({*compared, *found, *unwanted}),
    )


def _lists(those: Sequence[Reader]) -> Additions:
    """What was added to followed lists since each reader's last issue, else since they follow."""
    since = {reader.user_id: reader.span.seen_after for reader in those}
    moments = {user_id: moment for user_id, moment in since.items() if moment is not None}
    return list_follows.additions(list(since), moments)


def _backlog(those: Sequence[Reader], now: datetime) -> list[Candidate]:
    if not any(reader.backlog for reader in those):
        return []
    return candidates.missed(since=now.date() - timedelta(days=OLDEST_ANNOUNCED_DAYS))


def _compared(trending: Sequence[Candidate], backlog: Sequence[Candidate]) -> list[int]:
    best = (*trending[:MOST_COMPARED], *backlog[:MOST_COMPARED])
    return list(dict.fromkeys(paper.paper_id for paper in best))


def _texts(
    those: Sequence[Reader],
    compared: Collection[int],
    near: Mapping[int, Sequence[Near]],
    asked: Mapping[int, Sequence[Followed]],
    lists: Additions,
    newest: Sequence[Candidate],
) -> Mapping[int, muting.Text]:
    muting_ones = [reader for reader in those if reader.muted is not muting.NOTHING_MUTED]
    if not muting_ones:
        return {}
    offered = {paper.paper_id for paper in newest[:MOST_COMPARED]}.union(compared)
    return muting.texts(offered.union(*(_own(one, near, asked, lists) for one in muting_ones)))


def _own(
    reader: Reader,
    near: Mapping[int, Sequence[Near]],
    asked: Mapping[int, Sequence[Followed]],
    lists: Additions,
) -> Iterator[int]:
    for each in near.get(reader.user_id, ()):
        yield each.paper_id
    for several in asked.get(reader.user_id, ()):
        yield from several.paper_ids
    for _title, paper_ids in lists.get(reader.user_id, ()):
        yield from paper_ids
