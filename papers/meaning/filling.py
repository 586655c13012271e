"""Gives every paper its vector in a slot, and keeps them in step with the papers.

Each step is one short transaction that also writes how far it came, so it may be killed at any
point and goes on from there. Never decides which slot is served (slots.py).
"""

from collections.abc import Sequence

import numpy as np
from django.db import connection, transaction

from papers.meaning import store, vectors
from papers.meaning.model import Model, Vector
from papers.meaning.terms import join_text
from papers.models import MeaningSlot

# A transaction of under two seconds: longer ones hold up every machine's search index.
PAPERS_A_STEP = 1000
# Further apart than what 16 bits can hold of a number below 1.
_SAME_WITHIN = 2e-3

_NOW = """
SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint,
    COALESCE((SELECT epoch::text FROM papers_searchepoch), '')
FROM pg_current_snapshot() s
"""
_BY_NUMBER = "SELECT id, title, abstract FROM papers_paper WHERE id > %s ORDER BY id LIMIT %s"
_CHANGED = """
SELECT id, title, abstract, changed_xid::text::bigint FROM papers_paper
WHERE (changed_xid, id) > (%s::text::xid8, %s) AND changed_xid < %s::text::xid8
ORDER BY changed_xid, id LIMIT %s
"""
_DELETED = """
SELECT paper_id FROM papers_papertombstone
WHERE changed_xid >= %s::text::xid8 AND changed_xid <= %s::text::xid8
"""


def begin(slot: MeaningSlot) -> None:
    """Have the slot filled from the first paper on; what changes from now on is followed then."""
    slot.cursor_xid, _next, slot.database = _now()
    slot.cursor_paper_id, slot.filled_to, slot.is_filled = -1, 0, False


def fill(name: str) -> int:
    """Bring the slot into step with the papers; return how many were encoded.

    Does nothing while another process does it, or when the slot has no model.
    """
    papers = 0
    while (done := _step(name)) is not None:
        papers += done
    return papers


def _step(name: str) -> int | None:
    """The next papers; None when there are none."""
    with transaction.atomic():
        slots = MeaningSlot.objects.select_for_update(skip_locked=True)
        slot = slots.filter(pk=name).exclude(state=MeaningSlot.State.EMPTY).first()
        if slot is None or slot.model_key is None:
            return None
        decided, next_id, database = _now()
        if slot.database != database or slot.cursor_xid > next_id:
            # A restored database: its transactions are counted anew.
            begin(slot)
        model = store.load(slot.model_key)
        done = _follow(slot, model, decided) if slot.is_filled else _fill(slot, model)
        slot.save()
        return done


def _now() -> tuple[int, int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        decided, next_id, epoch = cursor.fetchone()
        return int(decided), int(next_id), str(epoch)


def _fill(slot: MeaningSlot, model: Model) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_BY_NUMBER, (slot.filled_to, PAPERS_A_STEP))
        rows = cursor.fetchall()
    if rows:
        _encode(slot, model, rows)
        slot.filled_to = rows[-1][0]
    slot.is_filled = len(rows) < PAPERS_A_STEP
    return len(rows)


def _follow(slot: MeaningSlot, model: Model, decided: int) -> int | None:
    """Take over what transactions below `decided` changed and deleted."""
    with connection.cursor() as cursor:
        values = (slot.cursor_xid, slot.cursor_paper_id, decided, PAPERS_A_STEP)
        cursor.execute(_CHANGED, values)
        rows = cursor.fetchall()
        is_last = len(rows) < PAPERS_A_STEP
        reached, paper_id = (decided, -1) if is_last else (rows[-1][3], rows[-1][0])
        cursor.execute(_DELETED, (slot.cursor_xid, min(reached, decided - 1)))
        deleted = [row[0] for row in cursor.fetchall()]
    _encode(slot, model, [row[:3] for row in rows])
    vectors.delete(slot.name, deleted)
    slot.cursor_xid, slot.cursor_paper_id = max(reached, slot.cursor_xid), paper_id
    return None if is_last and not rows else len(rows)


def _encode(slot: MeaningSlot, model: Model, rows: Sequence[tuple[int, str, str]]) -> None:
    made = {
        paper_id: model.encode(join_text(title, abstract)) for paper_id, title, abstract in rows
    }
    there, known = vectors.read(slot.name, list(made))
    for paper_id, vector in zip(there, known, strict=True):
        # A change of something else than the text leaves the vector and its place in the index.
        if _is_same(made[paper_id], vector):
            del made[paper_id]
    if made:
        vectors.write(slot.name, made)


def _is_same(made: Vector | None, known: Vector) -> bool:
    return made is not None and float(np.abs(made - known).max()) < _SAME_WITHIN
