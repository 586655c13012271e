"""A worker for the fault runs: it reads what is due at the moment it is told, and can be killed.

Commands on standard input, one a line: `read 2026-03-02T06:00:00+00:00`, `wait`, which lets every
lease run out, and `dump FILE`. It answers `done` to each, and does all by the functions that the
site's own workers call.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402 - after setup
from django.db.models.functions import Now  # noqa: E402

from papers import documents, harvest, rounds  # noqa: E402
from papers.models import (  # noqa: E402
    Announcement,
    FetchedDocument,
    Harvest,
    HostGate,
    Paper,
    Source,
)
from papers.source_turns import claim  # noqa: E402
from papers.sources import ensure_sources  # noqa: E402


def read(now: datetime) -> None:
    ensure_sources()
    Source.objects.filter(last_attempt_at=None, next_due_at__gt=now).update(next_due_at=now)
    while _store_waiting(now) or _read_source(now) or _read_page(now):
        pass


def _read_source(now: datetime) -> bool:
    due = Source.objects.filter(is_active=True, next_due_at__lte=now).values_list("pk", flat=True)
    for pk in due:
        if source := claim(pk, now=now):
            rounds.take_turn(source, now=now)
            return True
    return False


def _read_page(now: datetime) -> bool:
    for pk in harvest.due(now):
        if claimed := harvest.claim(pk, now=now):
            return rounds.read_page(claimed, now=now) is not None
    return False


def _store_waiting(now: datetime) -> bool:
    for pk in FetchedDocument.objects.order_by("pk").values_list("pk", flat=True):
        if document := documents.claim_document(pk):
            rounds.store(document, now=now)
            return True
    return False


def let_leases_run_out() -> None:
    """Five minutes pass."""
    for model in (Source, Harvest, FetchedDocument, HostGate):
        model.objects.update(leased_until=None)
    HostGate.objects.update(next_allowed_at=Now())


def dump(path: Path) -> None:
    """One line a paper, by id, with all that a source says of it; then the announcements."""
    columns = ("arxiv_id", "title", "abstract", "authors", "comment", "version", "withdrawn_at")
    papers = Paper.objects.order_by("arxiv_id").prefetch_related("categories")
    announced: dict[str | None, list[list[str]]] = {}
    rows = Announcement.objects.order_by("paper__arxiv_id", "category_id", "announced_on")
    for arxiv_id, category, day in rows.values_list(
        "paper__arxiv_id", "category_id", "announced_on"
    ):
        announced.setdefault(arxiv_id, []).append([category, str(day)])
    with path.open("w") as lines:
        for paper in papers.iterator(chunk_size=2000):
            values = {name: getattr(paper, name) for name in columns}
            values["categories"] = sorted(category.pk for category in paper.categories.all())
            values["announced"] = announced.get(paper.arxiv_id, [])
            lines.write(json.dumps(values, default=str) + "\n")


def main() -> None:
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        if command == "read":
            read(datetime.fromisoformat(argument))
        elif command == "wait":
            let_leases_run_out()
        else:
            dump(Path(argument))
        connection.close()
        print("done", flush=True)


if __name__ == "__main__":
    main()
