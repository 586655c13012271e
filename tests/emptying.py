"""Empties the database after a test that committed: deletes what is there, where that is little.

Django's flush truncates every table, though the test wrote to a few, and then enters all content
types, permissions and holidays anew. Here those stay unless the test changed them.
"""

from django.db import DatabaseError, connection, transaction
from django.test import TransactionTestCase

# Deleting looks at each row's references, one after the other; truncating does not.
MOST_ROWS = 300
# Filled by a trigger when papers are deleted.
_LAST = "papers_papertombstone"

_flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


class _AfterFlush:
    """What the last whole flush left, which is what post_migrate enters: a digest a table."""

    tables: tuple[str, ...] = ()
    kept: dict[str, str] = {}


def empty_cheaply() -> None:
    """Make every flush of a TransactionTestCase do as little as gives the same rows."""
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


def _empty(case: TransactionTestCase) -> None:
    assert not connection.in_atomic_block, "it committed, beside shared rows: see shared_rows.py"
    is_plain = case.available_apps is None and not case.serialized_rollback
    if is_plain and _AfterFlush.tables and _deleted():
        return
    _flush(case)
    if is_plain:
        _remember()


def _remember() -> None:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = tuple(sorted(names, key=lambda name: (name == _LAST, name)))
    filled = [name for name, number in _numbers(tables).items() if number]
    _AfterFlush.tables, _AfterFlush.kept = tables, _digests(filled)


def _deleted() -> bool:
    """Delete all rows that no flush would leave; False where a flush has to do it."""
    try:
        with transaction.atomic():
            return _delete()
    except DatabaseError:
        # A table that is gone, or one that is changed for good.
        return False


def _delete() -> bool:
    kept = _AfterFlush.kept
    numbers = _numbers(tuple(name for name in _AfterFlush.tables if name not in kept))
    if max(numbers.values()) > MOST_ROWS or _digests(list(kept)) != kept:
        return False
    filled = [name for name, number in numbers.items() if number]
    with connection.cursor() as cursor:
        for name in [*filled, _LAST] if filled else []:
            cursor.execute(f"DELETE FROM {_quoted(name)}")  # noqa: S608
    return True


def _numbers(tables: tuple[str, ...]) -> dict[str, int]:
    """How many rows each has, counted to one more than MOST_ROWS."""
    parts = [
        f"SELECT {n}, count(*) FROM (SELECT FROM {_quoted(name)} LIMIT {MOST_ROWS + 1}) t"  # noqa: S608
        for n, name in enumerate(tables)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {tables[n]: number for n, number in sorted(cursor.fetchall())}


def _digests(tables: list[str]) -> dict[str, str]:
    parts = [
        f"SELECT {n}, md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {_quoted(name)} t"  # noqa: S608
        for n, name in enumerate(tables)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {tables[n]: digest for n, digest in cursor.fetchall()}


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
