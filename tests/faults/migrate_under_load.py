"""Migrates while the version before answers and writes, and prints what anybody felt (promise 43).

    python -m tests.faults.migrate_under_load [--base COMMIT] [--papers 20000] [--seconds 300]

The version before is COMMIT, by default the one before the newest migration, checked out beside.
Its web process and a writer of its own run from beginning to end; halfway the new version's
`migrate` runs, then its web process answers beside the old one's. Counted: answers of 500 and more,
writes that failed, and how long anybody waited for a lock. Needs git.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import requests

from benchmarks.site import PROJECT, running_site
from config.servers import paths
from tests.faults.figures import finish, unless

PROMISES = (43,)
PORTS = (8185, 8186)
MOST_WAIT = 2.0  # seconds
PAGES = ("/", "/trending/now/", "/new/", "/search/?q=paper", "/status/", "/ranking/")
WRITERS_PAUSE_SECONDS = 0.05
_FILL = """
from tests.factories import make_user, make_reading_list
from papers.models import Category, Paper, PaperStats
from django.utils import timezone
Category.objects.get_or_create(code="cs.LG")
day = timezone.now().date()
Paper.objects.bulk_create(
    [Paper(arxiv_id=f"2603.{{n:05d}}", title=f"Paper {{n}} of a kind", authors=["Ada Moor"],
           abstract="An abstract. " * 60, primary_category_id="cs.LG", announced_on=day)
     for n in range({papers})], batch_size=2000)
PaperStats.objects.bulk_create(
    [PaperStats(paper=paper) for paper in Paper.objects.only("pk").iterator()],
    batch_size=5000, ignore_conflicts=True)
"""
_WRITE = """
import os, random, time
from django.utils import timezone
from accounts.models import User
from papers import votes
from papers.models import Paper
from readinglists import entries
from tests.factories import make_user, make_reading_list
votes.MOST_CHANGES_AN_HOUR = 10**9
user = make_user(email=f"writer{{time.time()}}@example.org")
mine = make_reading_list(owner=user)
papers = list(Paper.objects.values_list("pk", flat=True)[:5000])
done = 0
while not os.path.exists({stop!r}):
    paper = Paper.objects.get(pk=random.choice(papers))
    began = time.time()
    try:
        votes.set_vote(user, paper, voted=random.random() < 0.7, now=timezone.now())
        entries.add(mine, paper, by=user)
        Paper.objects.filter(pk=paper.pk).update(comment=str(done))
        User.objects.create(email=f"{{began}}@example.org")
    except Exception as error:
        print("FAILED", type(error).__name__, str(error).splitlines()[0], flush=True)
    done += 1
    print("TOOK", time.time() - began, flush=True)
    time.sleep({pause})
"""
_WAITS = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start)), 0)::float
  FROM pg_stat_activity WHERE wait_event_type = 'Lock'
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", default="")
    parser.add_argument("--papers", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=300.0)
    options = parser.parse_args()
    base = options.base or commit_before_newest_migration()
    with ExitStack() as stack:
        old = stack.enter_context(checked_out(base))
        var = stack.enter_context(running_site(None, migrated=False))
        manage(old, "migrate", "--verbosity=0")
        manage(old, "shell", "--command", _FILL.format(papers=options.papers))
        manage(old, "index", "--rebuild")
        run = Run(var, old, options.seconds)
        run.play(stack)
    run.report(base)


class Run:
    def __init__(self, var: Path, old: Path, seconds: float) -> None:
        self.var, self.old, self.seconds = var, old, seconds
        self.stop = threading.Event()
        self.answers: Counter[str] = Counter()
        self.longest_wait = self.migrating = 0.0
        self.looks = 0
        self.written = ""

    def play(self, stack: ExitStack) -> None:
        stop_file = self.var / "stop-writing"
        write = _WRITE.format(stop=str(stop_file), pause=WRITERS_PAUSE_SECONDS)
        stack.enter_context(web(self.old, PORTS[0]))
        # A file: a pipe that nobody reads would hold the writer up.
        said = self.var / "written"
        with said.open("w") as out:
            writer = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--command", write],
                cwd=self.old, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        stack.callback(writer.kill)
        with self._threads(self._ask, self._watch):
            time.sleep(self.seconds / 2)
            began = time.monotonic()
            manage(PROJECT, "migrate", "--verbosity=0")
            self.migrating = time.monotonic() - began
            stack.enter_context(web(PROJECT, PORTS[1]))
            with self._threads(lambda: self._ask(PORTS[1], "new")):
                time.sleep(self.seconds / 2)
                stop_file.touch()
                writer.wait(timeout=60)
                self.stop.set()
        self.written = said.read_text()

    @contextmanager
    def _threads(self, *works: Callable[[], None]) -> Iterator[None]:
        threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()

    def _ask(self, port: int = PORTS[0], version: str = "old") -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            address = f"http://127.0.0.1:{port}{PAGES[number % len(PAGES)]}"
            try:
                status = requests.get(address, timeout=30).status_code
            except requests.RequestException as error:
                self.answers[f"{version} {type(error).__name__}"] += 1
            else:
                self.answers[f"{version} {status}"] += 1

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

    def report(self, base: str) -> None:
        lines = self.written.splitlines()
        took = [float(line.split()[1]) for line in lines if line.startswith("TOOK")]
        failed = [line for line in lines if line.startswith("FAILED")]
        bad = {what: n for what, n in self.answers.items() if not what.endswith((" 200", " 304"))}
        said = [
            f"from {base[:10]}; migrate took {self.migrating:.1f} s",
            f"answers: {dict(self.answers)}",
            f"writes of the old version: {len(took)}, failed {len(failed)}, "
            f"longest {max(took, default=0):.2f} s",
            f"longest wait for a lock: {self.longest_wait:.2f} s (promised: 2), {self.looks} looks",
            *failed[:3],
        ]
        print("\n".join(said))
        broken = [
            *unless(not bad, f"P43: answers {bad}"),
            *unless(bool(took) and not failed, f"P43: {len(failed)} of {len(took)} writes failed"),
            *unless(self.longest_wait < MOST_WAIT, f"P43: a lock after {self.longest_wait:.2f} s"),
            *unless(self.looks > self.seconds, f"P43: locks were looked for {self.looks} times"),
        ]
        finish(said, broken)


def commit_before_newest_migration() -> str:
    newest = git("log", "-1", "--format=%H", "--", "*/migrations/0*.py")
    return git("rev-parse", f"{newest}^")


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="broadsheet-before-") as name:
        folder = Path(name) / "code"
        git("worktree", "add", "--detach", str(folder), commit)
        try:
            yield folder
        finally:
            git("worktree", "remove", "--force", str(folder))


@contextmanager
def web(code: Path, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application"]
    command += [f"--bind=127.0.0.1:{port}", "--workers=1", "--threads=4", "--log-level=warning"]
    command += ["--worker-class=config.web.PatientWorker", "--no-control-socket"]
    manage(code, "collectstatic", "--noinput", "--verbosity=0")
    process = subprocess.Popen(command, cwd=code, stderr=subprocess.DEVNULL)
    try:
        wait_until_answers(port)
        yield
    finally:
        process.terminate()
        process.wait()


def wait_until_answers(port: int) -> None:
    """Raise SystemExit where nobody answers there within a minute or so."""
    for _try in range(600):
        try:
            requests.get(f"http://127.0.0.1:{port}/healthz", timeout=30)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"No web process answers on port {port}.")


def manage(code: Path, *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=code, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{arguments[0]} failed:\n{done.stderr}")


def git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    main()
