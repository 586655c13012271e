"""The index survives its follower (DESIGN 3.3), with real processes and a real Postgres.

    python -m tests.faults.follower_kills [--kills 20] [--papers 3000] [--seed 1]

While papers are added, changed and deleted, the follower is killed with SIGKILL again and again:
in its first build, in builds beside the live index, while it catches up. After each kill the index
must open and answer, if there ever was one; at the end it must hold exactly what Postgres holds.
Exits 1 when it does not.
"""

import argparse
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import django

from benchmarks.site import PROJECT, running_site

CATCH_UP_SECONDS = 120.0


@contextmanager
def follower() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "manage.py", "follow"], cwd=PROJECT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


class Papers:
    """Papers whose titles tell how often they were changed, so that each state can be asked for."""

    def __init__(self, count: int, chance: random.Random) -> None:
        from papers.models import Paper

        self.chance = chance
        self.model = Paper
        self.revisions: dict[int, int] = {}
        for _start in range(0, count, 500):
            self.add(500)

    def add(self, count: int) -> None:
        rows = [self.model(title="new", abstract="On owls and weirs. " * 20) for _n in range(count)]
        made = [row.pk for row in self.model.objects.bulk_create(rows)]
        self.revisions |= dict.fromkeys(made, 0)
        self.change(made)

    def change(self, chosen: Sequence[int] = ()) -> None:
        """Give papers, some of those there are unless others are chosen, a new title."""
        for pk in chosen or self._some(20):
            self.revisions[pk] += 1
            self.model.objects.filter(pk=pk).update(title=self.title(pk))

    def delete(self) -> None:
        chosen = self._some(3)
        self.model.objects.filter(pk__in=chosen).delete()
        for pk in chosen:
            del self.revisions[pk]

    def title(self, pk: int) -> str:
        return f"Paper p{pk}r{self.revisions[pk]}"

    def _some(self, count: int) -> list[int]:
        return self.chance.sample(sorted(self.revisions), count)


def kill_again_and_again(papers: Papers, kills: int) -> int:
    """Return how many of the kills left an index that could not be asked."""
    from papers.search import folder

    broken = 0
    for number in range(1, kills + 1):
        if number % 3 == 0:
            folder.ask_for_rebuild()
        with follower() as process:
            wait_until_begun(process.pid)
            lives_until = time.monotonic() + papers.chance.uniform(0.0, 4.0)
            while time.monotonic() < lives_until:
                papers.change()
                papers.delete()
                papers.add(5)
            state = folder.read_state()
            process.send_signal(signal.SIGKILL)
            process.wait()
        answer = ask()
        broken += answer is None and folder.current() is not None
        phase = state.phase if state else "starting"
        print(f"kill {number} while {phase}: {_said(answer)}", flush=True)
    return broken


def wait_until_begun(pid: int) -> None:
    """Starting takes its time; a kill before the first word proves nothing."""
    from papers.search import folder

    deadline = time.monotonic() + CATCH_UP_SECONDS
    while time.monotonic() < deadline:
        state = folder.read_state()
        if state is not None and state.pid == pid:
            return
        time.sleep(0.02)


def _said(answer: int | None) -> str:
    return "no index yet" if answer is None else f"{answer} papers can be searched"


def ask() -> int | None:
    from papers.search.compiler import every_paper
    from papers.search.hits import count
    from papers.search.reader import IndexNotReady, current_searcher

    try:
        return count(current_searcher(), every_paper())
    except IndexNotReady:
        return None


def differences(papers: Papers) -> list[str]:
    """What the index holds that Postgres does not, and the other way round."""
    from papers.search.engine import search
    from papers.search.language import parse

    found = [] if ask() == len(papers.revisions) else [f"{ask()} of {len(papers.revisions)} papers"]
    for pk in papers.revisions:
        hits = search(parse(f"ti:p{pk}r{papers.revisions[pk]}"), limit=5, sort="new").hits
        if [hit.paper_id for hit in hits] != [pk]:
            found.append(f"{papers.title(pk)} is not found as it is now")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--papers", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with running_site(None):
        django.setup()
        from papers.search.follower import wait_for_follower

        papers = Papers(options.papers, random.Random(options.seed))  # noqa: S311
        broken = kill_again_and_again(papers, options.kills)
        with follower():
            is_level = wait_for_follower(timeout_seconds=CATCH_UP_SECONDS)
            wrong = differences(papers)
    print(
        f"{options.kills} kills, {broken} left an index that could not be asked; at the end "
        f"{len(papers.revisions)} papers, {len(wrong)} differences"
    )
    for each in wrong[:10]:
        print(f"  {each}")
    sys.exit(0 if is_level and not broken and not wrong else 1)


if __name__ == "__main__":
    main()
