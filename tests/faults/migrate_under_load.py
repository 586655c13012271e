"""Migrates while the version before answers, writes and mails, and counts what anybody felt (P43).

    python -m tests.faults.migrate_under_load [--base COMMIT] [--papers 20000] [--seconds 300]

The version before is COMMIT, by default the last one published (config/migration_lint.py), checked
out beside. Its web process, its worker and a writer of its own run from beginning to end; halfway
the new version's `migrate` runs, then its web process answers beside the old one's. Visitors look,
readers who are logged in look and write (nothing is kept, each answer asks the database), and each
second a reader's digest comes due, which the old worker sends, and trending lists are computed.
Counted: answers that were not good, writes that failed or are lost, digests that were not sent or
came twice, tasks that failed, and how long anybody waited for a lock. Needs git and its history.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from benchmarks.site import PROJECT, running_site
from config.servers import paths
from tests.faults.figures import finish, unless
from tests.faults.postbox import Postbox, open_postbox
from tests.faults.version_before import (
    SETTINGS,
    checked_out,
    commit_before_unpublished,
    manage,
    newer_than_published,
    web,
    worker,
)
from tests.faults.visitors import Answer, Visitors, percentile_ms, statuses
from tests.faults.whole_site import NOWHERE, SOURCES, free_port, use_database_of

PROMISES = (43,)
MOST_WAIT = 2.0  # seconds
READERS = 100  # votes of one are few an hour
PAPERS_VOTED = 8
# Six ask at each version: less than two busy cores answer with nothing kept, about 15 a second.
# More is an overload of its own, in which no answer says anything of the migration.
PAUSE_SECONDS = 1.0
WRITERS_PAUSE_SECONDS = 0.05
KINDS = ("page", "reader", "write")
_FILL = """
from django.conf import settings
from django.test import Client
from django.utils import timezone
from accounts.models import User
from papers.models import Category, Paper, PaperStats
from tests.factories import make_paper
settings.ALLOWED_HOSTS = ["*"]
Category.objects.get_or_create(code="cs.LG")
day = timezone.now().date()
Paper.objects.bulk_create(
    [Paper(arxiv_id=f"2604.{{n:05d}}", title=f"Paper {{n}} of a kind", authors=["Ada Moor"],
           abstract="An abstract. " * 60, primary_category_id="cs.LG", announced_on=day)
     for n in range({papers})], batch_size=2000)
PaperStats.objects.bulk_create(
    [PaperStats(paper=paper) for paper in Paper.objects.only("pk").iterator()],
    batch_size=5000, ignore_conflicts=True)
make_paper(title="Kept", announced_on=day, upvotes=9, popularity=1.0, score=1.0)
for n in range({readers}):
    client = Client()
    client.force_login(User.objects.create(email=f"visitor{{n}}@example.org", password="!"))
    name = settings.SESSION_COOKIE_NAME
    print("COOKIE", f"{{name}}={{client.cookies[name].value}}")
for pk in Paper.objects.order_by("pk").values_list("pk", flat=True)[:{voted}]:
    print("PAPER", pk)
"""
_WRITE = """
import os, random, time
from accounts.digest import ledger
from accounts.models import Delivery, User
from accounts.tasks import send_due_digests
from django.utils import timezone
from papers import votes
from papers.models import Paper
from papers.tasks import follow_trending
from readinglists import entries
from tests.factories import make_reading_list, make_user
from tests.faults.stage import midday_zone
votes.MOST_CHANGES_AN_HOUR = 10**9
user = make_user(email="writer@example.org")
mine = make_reading_list(owner=user)
papers = list(Paper.objects.order_by("-pk").values_list("pk", flat=True)[:5000])
zone = midday_zone(timezone.now())
done = due = 0
nudged = time.time()
def nudge():
    send_due_digests.delay()
    follow_trending.delay()
while not os.path.exists({stop!r}):
    paper = Paper.objects.get(pk=random.choice(papers))
    began = time.time()
    try:
        votes.set_vote(user, paper, voted=random.random() < 0.7, now=timezone.now())
        entries.add(mine, paper, by=user)
        Paper.objects.filter(pk=paper.pk).update(comment=str(done))
        User.objects.create(email=f"{{began}}@example.org")
        if began - nudged > 1:
            User.objects.create(
                email=f"due{{due}}@example.org", timezone=zone, digest_hour=12,
                digest_days=list(range(7)), digest_enabled=True,
                next_due_at=ledger.database_now())
            due += 1
            nudged = began
            nudge()
    except Exception as error:
        print("FAILED", type(error).__name__, str(error).splitlines()[0], flush=True)
    done += 1
    print("TOOK", time.time() - began, flush=True)
    time.sleep({pause})
for _round in range(60):
    if Delivery.objects.filter(state="sent").count() >= due:
        break
    nudge()
    time.sleep(1)
print("DUE", due, flush=True)
"""
_WAITS = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start)), 0)::float
  FROM pg_stat_activity WHERE wait_event_type = 'Lock'
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="")
    parser.add_argument("--papers", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=300.0)
    options = parser.parse_args()
    base = options.base or commit_before_unpublished()
    with ExitStack() as stack:
        old = stack.enter_context(checked_out(base))
        postbox = stack.enter_context(open_postbox())
        var = stack.enter_context(running_site(None, migrated=False))
        os.environ |= dict.fromkeys(SOURCES, NOWHERE) | {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "FETCH_ALLOWED_PRIVATE_HOSTS": "127.0.0.1:9",
            "EMAIL_URL": f"smtp://127.0.0.1:{postbox.port}",
        }
        manage(old, "migrate", "--verbosity=0")
        fill = _FILL.format(papers=options.papers, readers=READERS, voted=PAPERS_VOTED)
        said = [line.split() for line in manage(old, "shell", "--command", fill).splitlines()]
        manage(old, "index", "--rebuild")
        run = Run(var, old, options.seconds, postbox)
        run.cookies = [words[1] for words in said if words[:1] == ["COOKIE"]]
        run.papers = [int(words[1]) for words in said if words[:1] == ["PAPER"]]
        run.play()
        figures, broken = run.judge()
    behind = [f"from {base[:10]}, published {not newer_than_published(base)}", *figures]
    print("\n".join(behind))
    finish(behind, broken)


class Run:
    def __init__(self, var: Path, old: Path, seconds: float, postbox: Postbox) -> None:
        self.var, self.old, self.seconds, self.postbox = var, old, seconds, postbox
        self.cookies: list[str] = []
        self.papers: list[int] = []
        self.stop = threading.Event()
        self.began = self.migrated = 0.0  # by the monotonic clock, as answers
        self.began_at = self.migrated_at = 0.0  # by the wall's, as mails
        self.longest_wait = 0.0
        self.looks = 0
        self.worker_ended: int | None = None

    def play(self) -> None:
        ports = free_port(), free_port()
        self.before, self.after = (self._visitors(port) for port in ports)
        with (
            web(self.old, ports[0]),
            worker(self.old, self._log("worker")) as process,
            self._writing() as writer,
            self._watching(),
            self.before.visiting(),
        ):
            time.sleep(self.seconds / 2)
            self.began, self.began_at = time.monotonic(), time.time()
            manage(PROJECT, "migrate", "--verbosity=0")
            self.migrated, self.migrated_at = time.monotonic(), time.time()
            with web(PROJECT, ports[1]), self.after.visiting():
                time.sleep(self.seconds / 2)
            (self.var / "stop-writing").touch()
            writer.wait(timeout=120)
            self.worker_ended = process.poll()

    def judge(self) -> tuple[list[str], list[str]]:
        """Return what was measured, and what of the promise was not kept."""
        use_database_of(self.var)
        parts = [self._answers(), self._writes(), self._digests(), self._locks()]
        took = f"migrate took {self.migrated - self.began:.1f} s"
        return [took, *(figure for figure, _ in parts)], [each for _, bad in parts for each in bad]

    def _answers(self) -> tuple[str, list[str]]:
        told, broken = [], []
        for name, visitors in (("old", self.before), ("new", self.after)):
            answers = visitors.answers
            bad = Counter((each.path, each.status) for each in answers if not each.is_good)
            slow = f"p95 {percentile_ms(answers, 0.95):.0f} ms"
            told.append(f"{name} version: {statuses(answers)}, {slow}, not good {bad.total()}")
            broken += unless(not bad, f"P43: {name} version: {bad.most_common(5)}")
            broken += [f"P43: {name} version: {lost}" for lost in visitors.lost()[:3]]
        for phase, begin, end in self._phases():
            answers = self.before.between(begin, end)
            kinds = {each.kind for each in answers}
            told.append(f"old version {phase}: {_good(answers)}")
            broken += unless(kinds == set(KINDS), f"old version {phase}: only {kinds} were asked")
        missing = set(KINDS) - {each.kind for each in self.after.answers}
        return "; ".join(told), [*broken, *unless(not missing, f"new version: no {missing}")]

    def _phases(self) -> list[tuple[str, float, float]]:
        return [
            ("before", 0.0, self.began),
            ("meanwhile", self.began, self.migrated),
            ("afterwards", self.migrated, float("inf")),
        ]

    def _writes(self) -> tuple[str, list[str]]:
        lines = self._log("writer").read_text().splitlines()
        took = [float(line.split()[1]) for line in lines if line.startswith("TOOK")]
        failed = [line for line in lines if line.startswith("FAILED")]
        longest = f"longest {max(took, default=0):.2f} s"
        figure = f"writes of the old version: {len(took)}, failed {len(failed)}, {longest}"
        is_well = bool(took) and not failed and lines[-1].startswith("DUE")
        return figure, [*unless(is_well, f"P43: {figure}, it ended with {lines[-1:]}"), *failed[:3]]

    def _digests(self) -> tuple[str, list[str]]:
        """What the old worker did, before the migration and after it."""
        from accounts.models import Delivery, User

        due = User.objects.filter(email__startswith="due").count()
        states = Counter(Delivery.objects.values_list("state", flat=True))
        states.pop("skipped", None)  # of a reader whose hour is near; all must have one sent
        mails = self.postbox.mails
        earlier = sum(mail.taken_at < self.began_at for mail in mails)
        later = sum(mail.taken_at > self.migrated_at for mail in mails)
        log = self._log("worker").read_text(errors="replace")
        failed = log.count(" raised unexpected") + log.count("Traceback")
        figure = (
            f"old worker: digests due {due}, {dict(states)}, mails {len(mails)}, {earlier} before "
            f"the migration and {later} after it, doubles {self.postbox.doubles()}, "
            f"tasks failed {failed}"
        )
        is_sent = states == {"sent": due} and len(mails) == due
        is_well = is_sent and earlier and later and not self.postbox.doubles()
        return figure, [
            *unless(bool(is_well), f"P43: {figure}"),
            *unless(not failed, f"P43: tasks failed: {log[log.find('Traceback') :][:2000]}"),
            *unless(self.worker_ended is None, f"P43: its worker ended with {self.worker_ended}"),
        ]

    def _locks(self) -> tuple[str, list[str]]:
        figure = f"longest wait for a lock {self.longest_wait:.2f} s, {self.looks} looks"
        return figure, [
            *unless(self.longest_wait < MOST_WAIT, f"P43: {figure}"),
            *unless(self.looks > self.seconds, f"P43: locks were looked for {self.looks} times"),
        ]

    def _visitors(self, port: int) -> Visitors:
        return Visitors(port, self.cookies, self.papers, readers=2, pause_seconds=PAUSE_SECONDS)

    def _log(self, name: str) -> Path:
        return self.var / f"{name}.said"

    @contextmanager
    def _writing(self) -> Iterator["subprocess.Popen[bytes]"]:
        stop = str(self.var / "stop-writing")
        write = _WRITE.format(stop=stop, pause=WRITERS_PAUSE_SECONDS)
        # A file: a pipe that nobody reads would hold the writer up.
        with self._log("writer").open("wb") as out:
            writer = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--command", write],
                cwd=self.old, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            yield writer
        finally:
            writer.kill()
            writer.wait()

    @contextmanager
    def _watching(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stop.set()
            thread.join()

    def _watch(self) -> None:
        socket = paths.postgres_socket_directory(self.var)
        with psycopg.connect(
            host=str(socket), dbname=paths.DATABASE, user="postgres", autocommit=True
        ) as watcher:
            while not self.stop.is_set():
                row = watcher.execute(_WAITS).fetchone()
                self.longest_wait = max(self.longest_wait, row[0] if row else 0.0)
                self.looks += 1
                time.sleep(0.02)


def _good(answers: Sequence[Answer]) -> str:
    return f"{sum(each.is_good for each in answers)} of {len(answers)} good"


if __name__ == "__main__":
    main()
