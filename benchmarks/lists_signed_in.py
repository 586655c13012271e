"""How long a list page takes its owner: 50 entries of 10,000, with sections, tags and states.

    python -m benchmarks.lists_signed_in FOLDER [--load FILE.jsonl.gz] [--profile]

FOLDER keeps the site; the first run needs `--load`, a file of at least 10,000 papers. Requests go
through the whole middleware, without a network in between. `--profile` prints where the time went.
"""

import argparse
import cProfile
import pstats
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django

from benchmarks.site import print_table, run, running_site, timed

if TYPE_CHECKING:
    from django.test import Client

    from readinglists.models import ReadingList

ENTRIES = 10_000
SECTIONS = 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--load", type=Path)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with running_site(options.folder):
        run("collectstatic", "--noinput")
        if options.load:
            run("loadpapers", str(options.load))
        django.setup()
        from django.test import Client

        reading_list = long_list()
        client = Client(headers={"host": "localhost"})
        client.force_login(reading_list.owner)
        rows = [measure(client, name, at) for name, at in addresses(reading_list).items()]
        print_table(("page", "wall ms", "CPU ms", "queries", "kB"), rows)
        if options.profile:
            profile(client, reading_list.get_absolute_url())


def long_list() -> "ReadingList":
    """The benchmark's list, made at the first run: a fifth of it tagged, noted, marked as read."""
    from accounts.models import User
    from papers.models import Paper
    from readinglists.entries import NewEntry, add_many
    from readinglists.headings import add_heading
    from readinglists.keeping import make_list
    from readinglists.models import ReadingState
    from readinglists.positions import Gap, Spot
    from readinglists.states import set_state

    owner, _made = User.objects.get_or_create(email="lists@example.org")
    if there := owner.reading_lists.first():
        return there
    ids = list(Paper.objects.order_by("pk").values_list("pk", flat=True)[:ENTRIES])
    made = make_list(owner, "Ten thousand", "All that I *ever* read.")
    noted = [
        NewEntry(pk, *(("Read §3.", ("method",)) if n % 5 == 0 else ())) for n, pk in enumerate(ids)
    ]
    add_many(made, noted, by=owner)
    entries = list(made.entries.values_list("pk", flat=True))
    for n in range(SECTIONS):
        gap = Gap(before=Spot("e", entries[n * ENTRIES // SECTIONS]))
        add_heading(made, f"Section {n + 1}", by=owner, gap=gap)
    set_state(owner, ids[::5], ReadingState.State.READ)
    return made


def addresses(reading_list: "ReadingList") -> dict[str, str]:
    own = reading_list.get_absolute_url()
    return {
        "list, page 1": own,
        "list, page 100": f"{own}?page=100",
        "list, last page": f"{own}?page=200",
        "read ones": f"{own}?state=read",
        "one tag, by title": f"{own}?tag=method&sort=title",
        "one section": f"{own}?section={reading_list.headings.all()[3].pk}",
        "by announcement": f"{own}?sort=announced",
        "search inside": f"{own}?q=attention",
        "lists": "/lists/",
    }


def measure(client: "Client", name: str, address: str) -> tuple[str, ...]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def ask() -> int:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return len(answer.content)

    wall = timed(ask, time.perf_counter)
    cpu = timed(ask, time.process_time)
    with CaptureQueriesContext(connection) as queries:
        size = ask()
    medians = (f"{statistics.median(wall):.1f}", f"{statistics.median(cpu):.1f}")
    return name, *medians, str(len(queries)), str(size // 1000)


def profile(client: "Client", address: str) -> None:
    with cProfile.Profile() as profiler:
        for _round in range(20):
            client.get(address)
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    main()
