"""Which papers go into whose issue: what each section offers, and how they share the places.

Nothing is chosen that the reader has (in a list, voted for, marked as seen, mailed in the last 120
days), muted or wants less of, or that is not new since their last issue. It never renders and never
writes. Read more: docs/decisions.md.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from accounts.digest import readers, reasons
from accounts.digest.candidates import Candidate
from accounts.digest.items import BACKLOG, NEAR, NEW, SAVED, TRENDING, Choice, Item
from accounts.digest.material import Material, gather
from accounts.digest.near import NearFinder, find_near
from accounts.digest.readers import Reader
from accounts.digest.seats import Section, fill
from accounts.models import DigestSection, User
from papers.sentences import joined

FOLLOWED, LISTS = DigestSection.FOLLOWED.value, DigestSection.LISTS.value

# Of ten places five are for searches, three for what is near, two for what is trending, where there
# are no news. What was missed only fills what nothing else does.
SHARES = {SAVED: 2.0, FOLLOWED: 4.0, LISTS: 2.0, NEAR: 2.0, TRENDING: 2.0, BACKLOG: 1e-6}
# Of equals the one that says most about this reader has the first word.
_PRECEDENCE = (SAVED, FOLLOWED, LISTS, NEAR, TRENDING, BACKLOG)


def choose(users: Sequence[User], now: datetime, find: NearFinder = find_near) -> dict[int, Choice]:
    """Return each user's choice by user id. What they choose from is read once for all of them."""
    those = readers.read(users, now)
    if not those:
        return {}
    material = gather(those, users, now, find)
    return {reader.user_id: choose_for(reader, material) for reader in those}


def choose_for(reader: Reader, material: Material) -> Choice:
    """Return one reader's choice, in the order of sections that they want."""
    offers = _Offers(reader, material)
    sections = [
        Section(key, SHARES[key], offers.of(key), spread=key in (NEAR, TRENDING, BACKLOG))
        for key in _PRECEDENCE
        if key in reader.sections or (key == BACKLOG and reader.backlog)
    ]
    fill(sections, reader.size, material.alike.is_crowded)
    taken = {section.key: section.taken for section in sections}
    only_trending = reader.only_matches and not any(
        items for key, items in taken.items() if key not in (TRENDING, BACKLOG)
    )
    if only_trending or not any(taken.values()):
        has_some = only_trending and any(taken.values())
        return Choice(why_nothing=reasons.why_nothing(reader, only_trending=has_some))
    in_order = [*reader.sections, BACKLOG]
    return Choice(tuple(_ranked(item for key in in_order for item in offers.shown(key, taken))))


class _Offers:
    """What each section could hold for one reader, best first."""

    def __init__(self, reader: Reader, material: Material) -> None:
        self.reader, self.material = reader, material
        self.named = {
            FOLLOWED: list(self._in_turn(self._searches())),
            LISTS: list(self._in_turn(self._lists())),
        }

        self.unlike = material.unlike(reader)
        self.asked_for = {item.paper: item.reason for item in self.named[FOLLOWED]}

    def of(self, key: str) -> Iterator[Item]:
        if key in self.named:
            return iter(self.named[key])
        return {
            SAVED: self._news,
            NEAR: self._near,
            TRENDING: self._trending,
            BACKLOG: self._backlog,
        }[key]()

    def shown(self, key: str, taken: dict[str, list[Item]]) -> list[Item]:
        """The items taken of a section; of searches and lists those of one together."""
        items = taken.get(key, [])
        return _by_heading(items, self.named[key]) if key in self.named else items

    def _news(self) -> Iterator[Item]:
        return iter(self.material.news.get(self.reader.user_id, ()))

    def _near(self) -> Iterator[Item]:
        for one in self.material.near.get(self.reader.user_id, ()):
            paper = self.material.details.get(one.paper_id)
            title = self.material.titles.get(one.liked_id)
            if paper is None or title is None or not self._is_wanted(one.paper_id):
                continue
            if self._is_new(one.paper_id):
                why = reasons.because(self.reader.liked[one.liked_id], title)
                yield Item(one.paper_id, NEAR, why)

    def _trending(self) -> Iterator[Item]:
        """Papers that somebody showed interest in; only where there was none at all for a week, in
        any paper but the reader's own, the newest of their categories, else of all."""
        is_empty = True
        for paper in self.material.trending:
            if self._is_fresh(paper.paper_id) and paper.paper_id not in self.unlike:
                is_empty = False
                yield Item(paper.paper_id, TRENDING, self._why_trending(paper))
        if is_empty and not self.material.with_signal - self.reader.known:
            yield from self._newest()

    def _why_trending(self, paper: Candidate) -> str:
        """A paper of a followed search that had no place there says so here."""
        also = self.asked_for.get(paper.paper_id)
        return joined(filter(None, (reasons.support(paper), also)))

    def _newest(self) -> Iterator[Item]:
        categories = self.material.categories
        own = {categories[pk] for pk in self.reader.known if pk in categories}
        wanted = [paper for paper in self.material.newest if self._is_fresh(paper.paper_id)]
        for paper in [paper for paper in wanted if paper.category in own] or wanted:
            yield Item(paper.paper_id, NEW, reasons.announced(paper, self.reader.span.until))

    def _backlog(self) -> Iterator[Item]:
        for paper in self.material.backlog:
            if self._is_wanted(paper.paper_id) and paper.paper_id not in self.unlike:
                yield Item(paper.paper_id, BACKLOG, reasons.missed(paper))

    def _searches(self) -> list[list[Item]]:
        return [
            [
                Item(pk, reasons.following(one.name), reasons.matches(one.query))
                for pk in one.paper_ids
                if self._is_wanted(pk)
            ]
            for one in self.material.followed.get(self.reader.user_id, ())
        ]

    def _lists(self) -> list[list[Item]]:
        return [
            [
                Item(pk, reasons.in_list(title), reasons.added())
                for pk in paper_ids
                if self._is_wanted(pk)
            ]
            for title, paper_ids in self.material.lists.get(self.reader.user_id, ())
        ]

    def _in_turn(self, several: Sequence[Sequence[Item]]) -> Iterator[Item]:
        """Of each search or list in turn, a paper at a time, each paper once."""
        taken: set[int] = set()
        for place in range(max(map(len, several), default=0)):
            for items in several:
                if place < len(items) and items[place].paper not in taken:
                    taken.add(items[place].paper)
                    yield items[place]

    def _is_fresh(self, paper_id: int) -> bool:
        return self._is_new(paper_id) and self._is_wanted(paper_id)

    def _is_new(self, paper_id: int) -> bool:
        paper = self.material.details[paper_id]
        return self.reader.span.holds(paper.announced_on, paper.first_seen_at, paper.risen_on)

    def _is_wanted(self, paper_id: int) -> bool:
        if paper_id in self.reader.had or paper_id in self.reader.known:
            return False
        return not self.material.is_muted(self.reader, paper_id)


def _by_heading(items: Sequence[Item], offered: Sequence[Item]) -> list[Item]:
    """Together what stands under one heading, by name, with how many of all `offered` fit."""
    came, shown = Counter(item.section for item in offered), Counter(i.section for i in items)
    headings = {
        section: reasons.left_out(section, shown[section], came[section])
        if shown[section] < came[section]
        else section
        for section in shown
    }
    together = sorted(items, key=lambda item: item.section)
    return [replace(item, section=headings[item.section]) for item in together]


def _ranked(items: Iterator[Item]) -> Iterator[Item]:
    for rank, item in enumerate(items, start=1):
        yield replace(item, rank=rank)
