"""An answer that kills whoever stores it is tried three times; all others are stored (P15).

    python -m tests.faults.poison [--others 20]

A worker of the queue cpu (prefork, one child) as the site has it; the answer kills its child with
SIGKILL. Between the tries its lease is made to run out by SQL, as five minutes would. Exits 1 when
it was tried more often, when not each try killed a child, or another answer was not stored.
"""

import argparse
import re
import tempfile
from functools import partial
from pathlib import Path

import django

from benchmarks.site import running_site
from tests.faults.figures import report, unless
from tests.faults.workers import Crew, Process, open_crew, wait_for

PROMISES = (15,)
ROUNDS = 6
DEATH_SECONDS = 20.0
HEAD = ("round", "tries so far", "children killed", "others stored", "parked")
# Celery's line of a child that ended; a child of another pid is another death.
DEATH = re.compile(r"pid:(\d+) exited with 'signal 9 \(SIGKILL\)'")


def play(crew: Crew, others: int) -> tuple[list[tuple[str, ...]], list[str]]:
    from django.db.models.functions import Now
    from django.utils import timezone

    from papers import documents, tasks
    from papers.feeds.fetch import FetchedResponse
    from papers.models import FetchedDocument, Source
    from tests.factories import DAY
    from tests.faults.poisoned import POISON

    source = Source.objects.create(kind=Source.Kind.HUGGINGFACE, is_active=False)

    def keep(body: bytes) -> FetchedDocument:
        answer = FetchedResponse(200, body, "https://example.org/")
        return documents.keep(answer, source=source, for_day=DAY, now=timezone.now())

    poison = keep(POISON)
    innocent = [keep(b"[]").pk for _number in range(others)]
    worker = crew.cpu_worker("tests.faults.poisoned")
    worker.wait_until_ready()

    def was_tried(before: int) -> bool:
        return FetchedDocument.objects.get(pk=poison.pk).attempts > before

    def are_stored(due: list[int]) -> bool:
        return not FetchedDocument.objects.filter(pk__in=due).exists()

    rows: list[tuple[str, ...]] = []
    for number in range(1, ROUNDS + 1):
        before = FetchedDocument.objects.get(pk=poison.pk).attempts
        tasks.ingest_document.apply_async((poison.pk,), expires=60)
        for pk in innocent[(number - 1) * others // ROUNDS : number * others // ROUNDS]:
            tasks.ingest_document.apply_async((pk,), expires=60)
        wait_for(partial(was_tried, before), 20.0 if before < documents.ATTEMPTS else 3.0)
        due = innocent[: number * others // ROUNDS]
        wait_for(partial(are_stored, due))
        poison.refresh_from_db()
        left = FetchedDocument.objects.filter(pk__in=due).count()
        parked = "yes" if poison.attempts >= documents.ATTEMPTS else "no"
        wait_for(lambda: deaths(worker) >= poison.attempts, DEATH_SECONDS)
        counts = (number, poison.attempts, deaths(worker), f"{len(due) - left} of {len(due)}")
        rows.append((*map(str, counts), parked))
        print(", ".join(rows[-1]), flush=True)
        FetchedDocument.objects.filter(pk=poison.pk).update(leased_until=Now())
    left = FetchedDocument.objects.filter(pk__in=innocent).count()
    killed = deaths(worker)
    return rows, [
        *unless(poison.attempts == documents.ATTEMPTS, f"P15: tried {poison.attempts} times"),
        *unless(killed == documents.ATTEMPTS, f"P15: {killed} children were killed"),
        *unless(bool(innocent) and not left, f"P15: {left} of {len(innocent)} were not stored"),
    ]


def deaths(worker: Process) -> int:
    """How many children of the worker ended by SIGKILL, by what the worker itself found."""
    return len(set(DEATH.findall(worker.log.read_text(errors="replace"))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--others", type=int, default=20)
    options = parser.parse_args()
    with running_site(None), tempfile.TemporaryDirectory() as logs:
        django.setup()
        from django.conf import settings

        with open_crew(Path(logs), settings.CELERY_BROKER_URL) as crew:
            rows, broken = play(crew, options.others)
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
