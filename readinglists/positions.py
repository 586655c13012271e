"""The order of a list: fractional keys, shared by its entries and headings.

A moved one gets a key between its new neighbours and no other row changes. Whoever calls holds the
list (changing.py). Source: https://observablehq.com/@dgreensp/implementing-fractional-indexing.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from typing import Literal, NamedTuple, Self

from django.db import connection
from fractional_indexing import FIError, generate_key_between, generate_n_keys_between

from readinglists.models import Entry, Heading

# Moving again and again into the same gap adds a character about every six moves; past this
# length the keys of the whole list are written anew. The column holds 200.
LONGEST_KEY = 100

_ITEMS = """
SELECT 'e' AS kind, id, position FROM readinglists_entry WHERE reading_list_id = %(list)s
UNION ALL
SELECT 'h', id, position FROM readinglists_heading WHERE reading_list_id = %(list)s
"""
# Each arm reads one row of its own index.
_NEIGHBOUR = """
SELECT {pick}(position COLLATE "C") FROM (
  (SELECT position FROM readinglists_entry
   WHERE reading_list_id = %(list)s AND position {sign} %(position)s
     AND NOT (%(kind)s = 'e' AND id = %(id)s) ORDER BY position {order} LIMIT 1)
  UNION ALL
  (SELECT position FROM readinglists_heading
   WHERE reading_list_id = %(list)s AND position {sign} %(position)s
     AND NOT (%(kind)s = 'h' AND id = %(id)s) ORDER BY position {order} LIMIT 1)
) a_side
"""
_BEFORE = _NEIGHBOUR.format(pick="max", sign="<", order="DESC")
_AFTER = _NEIGHBOUR.format(pick="min", sign=">", order="ASC")
# Sorts after every key: they are letters and digits.
_END = "~"


class Spot(NamedTuple):
    """An entry ("e") or a heading ("h") as a place in its list; as text `e12`, `h3`."""

    kind: Literal["e", "h"]
    pk: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `e12`, `h3`, or `12` for an entry. Raises ValueError."""
        found = re.fullmatch(r"([eh]?)([0-9]{1,18})", text, re.ASCII)
        if found is None:
            raise ValueError(f"{text!r} names no place in a list.")
        return cls("h" if found[1] == "h" else "e", int(found[2]))

    def __str__(self) -> str:
        return f"{self.kind}{self.pk}"


class Gap(NamedTuple):
    """Where to put something: just before or just after a spot; with neither on top."""

    before: Spot | None = None
    after: Spot | None = None


NOTHING = Spot("e", 0)


def key_at_end(list_id: int) -> str:
    return keys_at_end(list_id, 1)[0]


def keys_at_end(list_id: int, count: int) -> list[str]:
    """Return `count` keys, in order, that sort after all of the list."""
    return [str(key) for key in generate_n_keys_between(_last_before(list_id, _END), None, count)]


def keys_in(list_id: int, gap: Gap, count: int = 1, *, moving: Spot = NOTHING) -> list[str]:
    """Return `count` keys, in order, for that gap; `moving` is what leaves its place for it.

    Raises Entry.DoesNotExist or Heading.DoesNotExist when the spot is not in the list any more.
    """
    keys = _between(list_id, gap, count, moving)
    if not keys or max(map(len, keys)) > LONGEST_KEY:
        write_keys_anew(list_id)
        keys = _between(list_id, gap, count, moving)
    return keys


def free_key(list_id: int, position: str) -> str:
    """Return `position` where nothing in the list has it, else a key just after it."""
    after = _edge(_AFTER, list_id, position, NOTHING)
    if not _has(list_id, position):
        return position
    try:
        return str(generate_key_between(position, after))
    except FIError:
        return key_at_end(list_id)


class Keys:
    """All keys of a list, read once: for many things that want their places back."""

    def __init__(self, list_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT position FROM ({_ITEMS}) i", {"list": list_id})  # noqa: S608
            self._sorted = sorted(str(position) for (position,) in cursor.fetchall())

    def take(self, position: str) -> str:
        """Return a key as `free_key` does, which is taken from now on."""
        at = bisect_right(self._sorted, position)
        if at and self._sorted[at - 1] == position:
            after = self._sorted[at] if at < len(self._sorted) else None
            try:
                position = str(generate_key_between(position, after))
            except FIError:
                position = str(generate_key_between(self._sorted[-1], None))
        insort(self._sorted, position)
        return position

    def leave(self, position: str) -> None:
        del self._sorted[bisect_left(self._sorted, position)]


def write_keys_anew(list_id: int) -> None:
    """Give all of the list short keys, in the order that there is."""
    order = items_in_order(list_id)
    keys = dict(zip(order, generate_n_keys_between(None, None, len(order)), strict=True))
    entries = [Entry(pk=spot.pk, position=key) for spot, key in keys.items() if spot.kind == "e"]
    heads = [Heading(pk=spot.pk, position=key) for spot, key in keys.items() if spot.kind == "h"]
    Entry.objects.bulk_update(entries, ["position"], batch_size=1000)
    Heading.objects.bulk_update(heads, ["position"], batch_size=1000)


def items_in_order(list_id: int) -> Sequence[Spot]:
    """Return all entries and headings of a list in their order; at one key headings first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT kind, id FROM ({_ITEMS}) i ORDER BY position COLLATE "C", kind DESC, id',  # noqa: S608
            {"list": list_id},
        )
        return [Spot(kind, pk) for kind, pk in cursor.fetchall()]


def _between(list_id: int, gap: Gap, count: int, moving: Spot) -> list[str]:
    """The keys; none where two equal keys stand there, which only a write from outside leaves."""
    spot = gap.before or gap.after
    if spot is None:
        low, high = None, _edge(_AFTER, list_id, "", moving)
    else:
        at = _position_of(list_id, spot)
        if _is_shared(list_id, at):
            return []
        if gap.before is not None:
            low, high = _edge(_BEFORE, list_id, at, moving), at
        else:
            low, high = at, _edge(_AFTER, list_id, at, moving)
    try:
        return [str(key) for key in generate_n_keys_between(low, high, count)]
    except FIError:
        return []


def _position_of(list_id: int, spot: Spot) -> str:
    model: type[Entry] | type[Heading] = Entry if spot.kind == "e" else Heading
    row = model._default_manager.filter(pk=spot.pk, reading_list_id=list_id)
    position = row.values_list("position", flat=True).first()
    if position is None:
        raise model.DoesNotExist
    return str(position)


def _edge(statement: str, list_id: int, position: str, moving: Spot) -> str | None:
    values: dict[str, str | int] = {"list": list_id, "position": position}
    values |= {"kind": moving.kind, "id": moving.pk}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return row[0] if row else None


def _last_before(list_id: int, position: str) -> str | None:
    return _edge(_BEFORE, list_id, position, NOTHING)


def _has(list_id: int, position: str) -> bool:
    return _how_many(list_id, position) > 0


def _is_shared(list_id: int, position: str) -> bool:
    return _how_many(list_id, position) > 1


def _how_many(list_id: int, position: str) -> int:
    return sum(
        model._default_manager.filter(reading_list_id=list_id, position=position).count()
        for model in (Entry, Heading)
    )
