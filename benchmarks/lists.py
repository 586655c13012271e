"""What a page of a list of 10,000 papers costs: CPU milliseconds and queries.

    python -m benchmarks.lists [FOLDER]

Without FOLDER in a site of its own with made papers. A page more is a line in `pages`.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from benchmarks.site import print_table, run, running_site, timed

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from readinglists.models import ReadingList

ENTRIES = 10_000
SECTION_OF = 200
ABSTRACT = "We study how a decoder of moderate depth learns what its training data holds. " * 15


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    with running_site(parser.parse_args().folder):
        run("collectstatic", "--noinput")
        django.setup()
        reading_list = make_list()
        rows = [measure(name, *page) for name, page in pages(reading_list).items()]
    print_table(("page", "CPU ms", "wall ms", "queries"), rows)


def make_list() -> "ReadingList":
    from django.utils import timezone

    from accounts.models import User
    from papers.models import Paper
    from readinglists import entries, headings
    from readinglists.entries import NewEntry
    from readinglists.keeping import make_list as make
    from readinglists.models import ReadingList
    from readinglists.positions import Gap, Spot

    owner, _ = User.objects.get_or_create(email="benchmark@example.org")
    known = ReadingList.objects.of(owner).filter(title="Ten thousand").first()
    if known is not None:
        return known
    day = timezone.localdate()
    papers = Paper.objects.bulk_create(
        Paper(
            title=f"What decoders of depth {n} learn: $O(n^{{{n % 9}}})$ steps are enough",
            abstract=ABSTRACT,
            short_abstract=ABSTRACT[:400],
            authors=["Ada Moor", "Ben Lind", "Cleo Marsh"],
            author_line="Ada Moor, Ben Lind, Cleo Marsh",
            announced_on=day,
        )
        for n in range(ENTRIES)
    )
    reading_list = make(owner, "Ten thousand", "What *we* read, **all** of it.")
    new = [NewEntry(paper.pk, f"Note {paper.pk}", ("decoder",)) for paper in papers]
    entries.add_many(reading_list, new, by=owner)
    for n, pk in enumerate(reading_list.entries.values_list("pk", flat=True)[::SECTION_OF]):
        gap = Gap(before=Spot("e", pk))
        headings.add_heading(reading_list, f"Section {n + 1}", by=owner, gap=gap)
    return ReadingList.objects.get(pk=reading_list.pk)


def pages(reading_list: "ReadingList") -> dict[str, tuple["Client", str, Callable[[], object]]]:
    """Name of a row: who asks, for what, and what is done before each time."""
    from django.core.cache import cache
    from django.test import Client

    from readinglists import publishing, sharing

    publishing.publish(reading_list)
    shared = f"/l/{sharing.key_of(sharing.make_link(reading_list))}/"
    public = f"/public/{reading_list.pk}/"
    visitor, reader = Client(headers={"host": "localhost"}), Client(headers={"host": "localhost"})
    reader.force_login(_reader())
    etag = visitor.get(f"{shared}papers.bib")["ETag"]
    again = Client(headers={"host": "localhost", "if-none-match": etag})

    def nothing() -> None:
        pass

    return {
        "shared, visitor, kept": (visitor, shared, nothing),
        "shared, visitor, page 150, kept": (visitor, f"{shared}?page=150", nothing),
        "shared, visitor, not kept": (visitor, shared, cache.clear),
        "shared, visitor, page 150, not kept": (visitor, f"{shared}?page=150", cache.clear),
        "shared, reader": (reader, shared, nothing),
        "shared, printed, kept": (visitor, f"{shared}?view=print", nothing),
        "public, visitor, kept": (visitor, public, nothing),
        "directory": (visitor, "/public/", nothing),
        "feed, Atom": (visitor, f"{shared}papers.atom", nothing),
        "file, .bib, 304": (again, f"{shared}papers.bib", nothing),
    }


def measure(
    name: str, client: "Client", address: str, before: Callable[[], object]
) -> tuple[str, ...]:
    from django.db import connection

    def ask() -> None:
        before()
        answer = client.get(address)
        assert answer.status_code in (200, 304), (address, answer.status_code)

    asked: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    ask()
    with connection.execute_wrapper(count):
        ask()
    cpu = statistics.median(timed(ask, time.process_time))
    wall = statistics.median(timed(ask, time.perf_counter))
    return name, f"{cpu:.1f}", f"{wall:.1f}", str(len(asked))


def _reader() -> "User":
    from accounts.models import User

    return User.objects.get_or_create(email="reader@example.org")[0]


if __name__ == "__main__":
    main()
