"""How long the pages take, for a visitor and for a reader: wall and CPU milliseconds.

    python -m benchmarks.pages FOLDER

FOLDER is a site left by `benchmarks.load --keep FOLDER`. Requests go through the whole middleware,
without a network in between.
"""

import argparse
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django

from benchmarks.site import print_table, run, running_site, timed

if TYPE_CHECKING:
    from django.test import Client


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    with running_site(parser.parse_args().folder):
        run("collectstatic", "--noinput")
        django.setup()
        rows = [
            measure(who, client, name, address)
            for who, client in clients().items()
            for name, address in addresses().items()
        ]
    print_table(("who", "page", "wall ms", "p95", "CPU ms"), rows)


def clients() -> dict[str, "Client"]:
    from django.test import Client

    from accounts.models import User

    reader, _ = User.objects.get_or_create(email="benchmark@example.org")
    signed_in = Client(headers={"host": "localhost"})
    signed_in.force_login(reader)
    return {"visitor": Client(headers={"host": "localhost"}), "reader": signed_in}


def addresses() -> dict[str, str]:
    from papers.models import Announcement, Paper

    busiest = Announcement.objects.latest("announced_on", "category_id")
    paper = Paper.objects.exclude(arxiv_id=None).newest_first()[0]
    return {
        "front page": "/",
        "trending now": "/trending/now/",
        "trending, today": "/trending/today/",
        "trending, 30 days": "/trending/month/",
        "trending, all time": "/trending/all/",
        "trending, page 20": "/trending/all/?page=20",
        "past days, calendar": "/days/",
        "new, all categories": "/new/",
        "new in a category": f"/new/{busiest.category_id}/{busiest.announced_on}/",
        "search decoder-only": "/search/?q=decoder-only",
        "paper": paper.get_absolute_url(),
    }


def measure(who: str, client: "Client", name: str, address: str) -> tuple[str, ...]:
    def ask() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    wall = timed(ask, time.perf_counter)
    cpu = timed(ask, time.process_time)
    p95 = sorted(wall)[int(len(wall) * 0.95)]
    medians = (f"{statistics.median(wall):.1f}", f"{p95:.1f}", f"{statistics.median(cpu):.1f}")
    return who, name, *medians


if __name__ == "__main__":
    main()
