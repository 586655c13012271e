"""How long a backup and its restore take, how large it is, and that it holds one moment.

    python -m benchmarks.restore [FOLDER] [--writers 4]

FOLDER is a site's var/ to work in (a copy of one: it is written to), else a new one is filled with
the shared papers. While it is backed up, writers vote and fill lists, each action noted with its
time; the restored copy must hold all that was acknowledged before the backup began, nothing that
began after it ended, and every vote with its counter. The copy is a second var/, removed after.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import django

from benchmarks.site import PAPERS, PROJECT, print_table, run, running_site
from config.servers.commands import RUNNING_VARIABLE

if TYPE_CHECKING:
    from accounts.models import User

QUIET_SECONDS = 10.0
READERS = 50
# In the restored copy; each is to count 0.
CHECKS = {
    "votes that their paper does not count": """
        SELECT count(*) FROM papers_paperstats s WHERE s.votes <>
            (SELECT count(*) FROM papers_vote v WHERE v.paper_id = s.paper_id
             AND v.counted_at IS NOT NULL)""",
    "entries without their paper or list": """
        SELECT count(*) FROM readinglists_entry e
        LEFT JOIN papers_paper p ON p.id = e.paper_id
        LEFT JOIN readinglists_readinglist l ON l.id = e.reading_list_id
        WHERE p.id IS NULL OR l.id IS NULL""",
    "constraints that are not valid": "SELECT count(*) FROM pg_constraint WHERE NOT convalidated",
    "indexes that are not valid": "SELECT count(*) FROM pg_index WHERE NOT indisvalid",
    "transaction numbers that lie ahead": """
        SELECT count(*) FROM papers_paper WHERE changed_xid >= pg_current_xact_id()""",
    "rows that say mail is armed": "SELECT 1 - count(*) FROM papers_restoredcopy",
}


@dataclass
class Deeds:
    """What the writers did: (reader, paper, began, acknowledged), and how long each took."""

    votes: list[tuple[int, int, float, float]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def p99_ms(self, since: float, until: float) -> float:
        took = [(end - begin) * 1000 for _r, _p, begin, end in self.votes if since <= begin < until]
        return statistics.quantiles(took, n=100)[98] if len(took) > 1 else float("nan")

    def rate(self, since: float, until: float) -> float:
        return sum(since <= deed[3] < until for deed in self.votes) / (until - since)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--writers", type=int, default=4)
    options = parser.parse_args()
    with running_site(options.folder), tempfile.TemporaryDirectory() as temporary:
        if options.folder is None:
            run("loadpapers", str(PAPERS))
        django.setup()
        archive = Path(temporary) / "site.backup"
        with writing(options.writers) as deeds:
            quiet_from = time.time()
            time.sleep(QUIET_SECONDS)
            began = time.time()
            backup_seconds = run("backup", str(archive))
            ended = time.time()
            time.sleep(1)
        rows: list[tuple[str, ...]] = [
            ("database on disk", f"{database_megabytes():,.0f} MB", ""),
            ("backup", f"{archive.stat().st_size / 1e6:,.0f} MB", f"{backup_seconds:.1f} s"),
            *writers_rows(deeds, quiet_from, began, ended),
        ]
        with copy_folder() as other:
            rows += restore(archive, other)
            rows += compare(other, deeds, began, ended)
    print_table(("what", "figure", "time"), rows)
    if deeds.failed:
        print(f"{len(deeds.failed)} writes failed: {deeds.failed[0]}")


@contextmanager
def copy_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="broadsheet-restored-") as name:
        other = Path(name)
        other.chmod(0o711)
        yield other


def restore(archive: Path, other: Path) -> list[tuple[str, ...]]:
    began = time.perf_counter()
    manage(other, "restore", str(archive))
    restored = time.perf_counter() - began
    manage(other, "index", "--rebuild")
    searched = time.perf_counter() - began
    return [
        ("restore", "", f"{restored:.1f} s"),
        ("restore and search index", "", f"{searched:.1f} s"),
    ]


def compare(other: Path, deeds: Deeds, began: float, ended: float) -> list[tuple[str, ...]]:
    rows = [(what, ask(other, sql), "") for what, sql in CHECKS.items()]
    found = set(ask(other, "SELECT user_id || ' ' || paper_id FROM papers_vote").split("\n"))
    before = [deed for deed in deeds.votes if deed[3] < began]
    after = [deed for deed in deeds.votes if deed[2] > ended]
    lost = sum(f"{reader} {paper}" not in found for reader, paper, _b, _e in before)
    early = sum(f"{reader} {paper}" in found for reader, paper, _b, _e in after)
    during = len(deeds.votes) - len(before) - len(after)
    return [
        *rows,
        ("writes acknowledged before the backup, missing", f"{lost} of {len(before)}", ""),
        ("writes begun after the backup, there", f"{early} of {len(after)}", ""),
        ("writes during the backup", str(during), ""),
    ]


def manage(var: Path, *arguments: str) -> str:
    environment = {**os.environ, "BROADSHEET_VAR": str(var)}
    del environment[RUNNING_VARIABLE]
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def ask(var: Path, sql: str) -> str:
    code = f"""
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute({sql!r})
    print("\\n".join(str(value) for (value,) in cursor.fetchall()))
"""
    lines = manage(var, "shell", "--verbosity=0", "--command", code).strip()
    return lines or "-"


def writers_rows(
    deeds: Deeds, quiet_from: float, began: float, ended: float
) -> list[tuple[str, ...]]:
    spans = {"without": (quiet_from, began), "during the backup": (began, ended)}
    return [
        (
            f"votes and entries, {name}",
            f"{deeds.rate(*span):.0f} a second",
            f"p99 {deeds.p99_ms(*span):.0f} ms",
        )
        for name, span in spans.items()
    ]


def database_megabytes() -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return float(cursor.fetchone()[0]) / 1e6


@contextmanager
def writing(writers: int) -> Iterator[Deeds]:
    """Have readers vote and fill lists while the block runs, as their pages would."""
    from accounts.models import User
    from papers.models import Paper, VoteAllowance

    deeds, stop = Deeds(), threading.Event()
    users = [
        User.objects.create_user(f"writer{number}-{time.time():.0f}@example.org", "!")
        for number in range(READERS)
    ]
    papers = list(Paper.objects.order_by("-pk").values_list("pk", flat=True)[:20_000])
    VoteAllowance.objects.all().delete()
    shares = [users[number::writers] for number in range(writers)]
    threads = [
        threading.Thread(target=write, args=(share, papers, deeds, stop)) for share in shares
    ]
    for thread in threads:
        thread.start()
    try:
        yield deeds
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def write(users: list["User"], papers: list[int], deeds: Deeds, stop: threading.Event) -> None:
    from django.db import connection
    from django.utils import timezone

    from papers import votes
    from papers.models import Paper
    from readinglists import entries
    from readinglists.keeping import make_list

    chance = random.Random(id(users))
    votes.MOST_CHANGES_AN_HOUR = 10**9
    lists = {user: make_list(user, "Written during a backup") for user in users}
    while not stop.is_set():
        user, number = chance.choice(users), chance.choice(papers)
        paper = Paper.objects.get(pk=number)
        began = time.time()
        try:
            votes.set_vote(user, paper, voted=True, now=timezone.now())
            deeds.votes.append((user.pk, number, began, time.time()))
            entries.add(lists[user], paper, by=user)
        except Exception as error:
            deeds.failed.append(repr(error))
        time.sleep(0.02)
    connection.close()


if __name__ == "__main__":
    main()
