"""How the places of an issue are shared out among its sections.

Each section gets its share of the places; what one cannot fill goes to the others. It knows ids and
numbers only. The method is D'Hondt's: the next place goes to the section with the highest quotient
of its share by one more than the places it has; of equals, to the one that has fewest, then to the
one named first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from accounts.digest.items import Item


@dataclass(slots=True)
class Section:
    """What one section offers, best first, and its share of the places beside the others'.

    `spread`: a paper too like those taken is put behind all others.
    """

    key: str
    share: float
    offers: Iterable[Item]
    spread: bool = False
    taken: list[Item] = field(default_factory=list)


# (paper, papers taken) -> whether they hold enough of its like already.
IsCrowded = Callable[[int, Sequence[int]], bool]


def fill(sections: Sequence[Section], size: int, is_crowded: IsCrowded) -> None:
    """Fill `taken` of each section, `size` items in all at most; each paper stands in one only."""
    paper_ids: list[int] = []
    behind: dict[int, list[Item]] = {place: [] for place in range(len(sections))}

    def offers(place: int) -> Iterator[Item]:
        section = sections[place]
        for item in section.offers:
            if item.paper in paper_ids:
                continue
            if section.spread and is_crowded(item.paper, paper_ids):
                behind[place].append(item)
            else:
                yield item

    _seat(sections, size, paper_ids, [offers(place) for place in range(len(sections))])
    late = [(item for item in behind[place] if item.paper not in paper_ids) for place in behind]
    _seat(sections, size, paper_ids, late)


def _seat(
    sections: Sequence[Section], size: int, paper_ids: list[int], offers: Sequence[Iterator[Item]]
) -> None:
    open_places = list(range(len(sections)))
    while open_places and len(paper_ids) < size:
        place = max(open_places, key=lambda each: _claim(sections[each], each))
        item = next(offers[place], None)
        if item is None:
            open_places.remove(place)
        else:
            sections[place].taken.append(item)
            paper_ids.append(item.paper)


def _claim(section: Section, place: int) -> tuple[float, int, int]:
    return section.share / (len(section.taken) + 1), -len(section.taken), -place
