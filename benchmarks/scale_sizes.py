"""What a site takes on disk, and how long each step of making it took. After django.setup()."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

SHOWN_TABLES = 14
_TABLES = """
SELECT relname, pg_total_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT %s
"""
_VECTOR_INDEXES = """
SELECT c.relname, pg_relation_size(c.oid) FROM pg_class c JOIN pg_am a ON a.oid = c.relam
WHERE a.amname = 'hnsw'
"""


def on_disk() -> Iterator[tuple[str, int]]:
    """Name and bytes: the index of a web machine, the database, its largest tables with theirs."""
    yield "search index", _bytes_in(Path(settings.SEARCH_INDEX))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        yield "Postgres", cursor.fetchone()[0]
        cursor.execute(_TABLES, [SHOWN_TABLES])
        yield from cursor.fetchall()
        cursor.execute(_VECTOR_INDEXES)
        yield from ((f"of which {name}", size) for name, size in cursor.fetchall())


def made_in(folder: Path) -> Iterator[tuple[str, float]]:
    """Each step of benchmarks/whole_site.py and how many seconds it took, in order."""
    for done in sorted(folder.glob("done *"), key=lambda path: path.stat().st_mtime):
        if said := done.read_text():
            yield done.name.removeprefix("done "), float(said)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
