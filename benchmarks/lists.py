"""What a page of a list of 10,000 papers costs: CPU milliseconds and queries.

    python -m benchmarks.lists [FOLDER]

Without FOLDER in a site of its own with made papers. Requests go through the whole middleware,
without a network in between. A page more is a line in `pages` or `own_pages`.
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
        run("index", "--rebuild")
        prepare_process()
        asked = pages(reading_list) | own_pages(reading_list)
        rows = [measure(name, *page) for name, page in asked.items()]
    print_table(("page", "CPU ms", "wall ms", "queries"), rows)


def prepare_process() -> None:
    """Do as a web process does before its first visitor."""
    from config.warm import spare_the_collector

    spare_the_collector()


def make_list() -> "ReadingList":
    from django.utils import timezone

    from accounts.models import User
    from papers.models import Paper
    from readinglists import entries, headings
    from readinglists.entries import NewEntry
    from readinglists.keeping import make_list as make
    from readinglists.models import ReadingList, ReadingState
    from readinglists.positions import Gap, Spot
    from readinglists.states import set_state

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
    new = [NewEntry(p.pk, f"Note {p.pk}", ("decoder",) * (n % 2)) for n, p in enumerate(papers)]
    entries.add_many(reading_list, new, by=owner)
    for n, pk in enumerate(reading_list.entries.values_list("pk", flat=True)[::SECTION_OF]):
        gap = Gap(before=Spot("e", pk))
        headings.add_heading(reading_list, f"Section {n + 1}", by=owner, gap=gap)
    set_state(owner, [paper.pk for paper in papers[::5]], ReadingState.State.READ)
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


def own_pages(
    reading_list: "ReadingList",
) -> dict[str, tuple["Client", str, Callable[[], object]]]:
    """The pages that the list's owner sees, as those of `pages`."""
    from django.test import Client

    owner = Client(headers={"host": "localhost"})
    owner.force_login(reading_list.owner)
    own = reading_list.get_absolute_url()
    asked = {
        "owner": own,
        "owner, page 100": f"{own}?page=100",
        "owner, last page": f"{own}?page=200",
        "owner, read ones": f"{own}?state=read",
        "owner, one tag, by title": f"{own}?tag=decoder&sort=title",
        "owner, one section": f"{own}?section={reading_list.headings.all()[3].pk}",
        "owner, by announcement": f"{own}?sort=announced",
        "owner, search inside": f"{own}?q=decoder",
        "owner, lists": "/lists/",
    }
    return {name: (owner, address, nothing) for name, address in asked.items()}


def nothing() -> None:
    pass


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
