"""The tables of vectors: writing them, their index, and the nearest of a vector.

Decides how pgvector is asked; never which paper is worth showing. Numbers go to the database as
text for one vector and as binary COPY for many. Read more: DESIGN 3.4, docs/decisions.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import OperationalError, connection, transaction
from numpy.typing import NDArray

from papers.meaning.model import DIMENSIONS, Vector

TABLES = {"a": "papers_papervectora", "b": "papers_papervectorb"}
# Measured at a million vectors: with the default of 40 a third of the true nearest is missed.
SEARCH_WIDTH = 200
MOST_SEARCH_WIDTH = 1000  # what pgvector allows
BUILD_WIDTH, LINKS = 64, 16
# What a vector takes in the graph that is built in memory; on disk it is built many times slower.
BUILD_BYTES_A_VECTOR = 1_200
MOST_BUILD_BYTES = 1_500_000_000
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = b"\xff\xff"


@dataclass(frozen=True, slots=True)
class Only:
    """Which papers may be found; nothing said: all that are not withdrawn."""

    category: str | None = None
    announced_since: date | None = None
    excluding: tuple[int, ...] = ()


ANY = Only()


def nearest(slot: str, vector: Vector, *, limit: int, only: Only = ANY) -> list[tuple[int, float]]:
    """Return (paper, cosine) of the vectors nearest to `vector`, nearest first.

    Approximate: the graph finds about 97 of 100. Filters that leave few papers are kept to by
    searching on, up to pgvector's hnsw.max_scan_tuples.
    """
    # The limit stands in the text: the planner must know that it is small.
    sql = f"""
    SELECT v.paper_id, -(v.embedding <#> %(vector)s::halfvec) FROM {TABLES[slot]} v
    JOIN papers_paper p ON p.id = v.paper_id
    WHERE p.withdrawn_at IS NULL {_conditions(only)}
    ORDER BY v.embedding <#> %(vector)s::halfvec LIMIT {int(limit)}
    """  # noqa: S608 - made of this module's own constants
    values = {
        "vector": _as_text(vector),
        "category": only.category,
        "since": only.announced_since,
        "excluding": list(only.excluding),
    }
    width = min(max(SEARCH_WIDTH, limit + limit // 2), MOST_SEARCH_WIDTH)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SET LOCAL hnsw.ef_search = {width}; SET LOCAL hnsw.iterative_scan = strict_order"
        )
        cursor.execute(sql, values)
        return [(int(paper_id), float(cosine)) for paper_id, cosine in cursor.fetchall()]


def _conditions(only: Only) -> str:
    conditions = ""
    if only.announced_since is not None:
        conditions += " AND p.announced_on >= %(since)s"
    if only.category is not None:
        conditions += """ AND EXISTS (SELECT FROM papers_papercategory c
            WHERE c.paper_id = v.paper_id AND c.category_id = %(category)s)"""
    if only.excluding:
        conditions += " AND v.paper_id <> ALL(%(excluding)s)"
    return conditions


def read(slot: str, paper_ids: Sequence[int]) -> tuple[list[int], Vector]:
    """Return those of `paper_ids` that have a vector, in their order, and the vectors (n x 256)."""
    sql = f"SELECT paper_id, halfvec_send(embedding) FROM {TABLES[slot]} WHERE paper_id = ANY(%s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(paper_ids)])
        found = {int(paper_id): bytes(data) for paper_id, data in cursor.fetchall()}
    there = [paper_id for paper_id in dict.fromkeys(paper_ids) if paper_id in found]
    # Four bytes of head, then the numbers, the high byte first.
    data = b"".join(found[paper_id][4:] for paper_id in there)
    return there, np.frombuffer(data, ">f2").astype(np.float32).reshape(-1, DIMENSIONS)


def write(slot: str, vectors: Mapping[int, Vector | None]) -> None:
    """Put the vectors of these papers in the place of those they had; None: it has none."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLES[slot]} WHERE paper_id = ANY(%s)", [list(vectors)])  # noqa: S608
        there = {paper_id: vector for paper_id, vector in vectors.items() if vector is not None}
        if there:
            with cursor.copy(f"COPY {TABLES[slot]} FROM STDIN (FORMAT binary)") as copy:
                copy.write(_rows(list(there), np.stack(list(there.values()))))


def _rows(paper_ids: list[int], vectors: NDArray[np.float32]) -> bytes:
    """Rows as binary COPY has them (PostgreSQL manual, COPY, Binary Format)."""
    vector = [("count", ">i2"), ("zero", ">i2"), ("numbers", ">f2", (DIMENSIONS,))]
    row = [("fields", ">i2"), ("id_size", ">i4"), ("id", ">i8"), ("size", ">i4"), *vector]
    rows = np.zeros(len(paper_ids), dtype=row)
    rows["fields"], rows["id_size"], rows["id"] = 2, 8, paper_ids
    rows["size"], rows["count"], rows["numbers"] = 4 + 2 * DIMENSIONS, DIMENSIONS, vectors
    return _COPY_HEAD + rows.tobytes() + _COPY_END


def delete(slot: str, paper_ids: Sequence[int]) -> None:
    if paper_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {TABLES[slot]} WHERE paper_id = ANY(%s)",  # noqa: S608
                [list(paper_ids)],
            )


def clear(slot: str) -> None:
    """Empty the table and drop its index, in one transaction: filling goes faster without it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {TABLES[slot]}_nearest")
        cursor.execute(f"TRUNCATE {TABLES[slot]}")


def build_index(slot: str) -> None:
    """Build the table's index anew; takes minutes for a million vectors."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLES[slot]}")  # noqa: S608
        wanted = min(cursor.fetchone()[0] * BUILD_BYTES_A_VECTOR, MOST_BUILD_BYTES)
        # A build that was broken off leaves an index that is not valid.
        cursor.execute(f"DROP INDEX IF EXISTS {TABLES[slot]}_nearest")
        cursor.execute(f"SET maintenance_work_mem = '{max(wanted // 1024, 65536)}kB'")
        try:
            _build(slot)
        finally:
            cursor.execute("RESET maintenance_work_mem; RESET max_parallel_maintenance_workers")


def _build(slot: str) -> None:
    with connection.cursor() as cursor:
        try:
            cursor.execute(_index_sql(slot))
        except OperationalError:
            if connection.in_atomic_block:
                raise
            # Workers share memory by a file system that containers keep small.
            cursor.execute("SET max_parallel_maintenance_workers = 0")
            cursor.execute(f"DROP INDEX IF EXISTS {TABLES[slot]}_nearest")
            cursor.execute(_index_sql(slot))


def _index_sql(slot: str) -> str:
    # Not concurrently, it would be one transaction of minutes, which holds up every machine's
    # search index.
    how = "" if connection.in_atomic_block else "CONCURRENTLY"
    return f"""CREATE INDEX {how} {TABLES[slot]}_nearest ON {TABLES[slot]}
        USING hnsw (embedding halfvec_ip_ops) WITH (m = {LINKS}, ef_construction = {BUILD_WIDTH})"""


def _as_text(vector: Vector) -> str:
    return "[" + ",".join(f"{number:.5g}" for number in vector.tolist()) + "]"
