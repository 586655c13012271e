"""The index survives its follower (DESIGN 3.3), with real processes and a real Postgres.

    python -m tests.faults.follower_kills [--kills 20] [--papers 3000] [--seed 1]

While papers are added, changed and deleted, the follower is killed with SIGKILL again and again:
in its first build, in builds beside the live index, between the end of a build and its taking the
place of the live one, right after that, while a commit writes its files, and at random. After each
kill the index must open and hold no fewer papers than before; at the end it must hold exactly what
Postgres holds. Exits 1 when it does not, or when a moment never came.
"""

import argparse
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path
from threading import Thread

import django

from benchmarks.site import PROJECT, running_site
from tests.faults.figures import finish, unless

CATCH_UP_SECONDS = 120.0
MOMENT_SECONDS = 60.0
STARTING_SECONDS = 2.0
# More papers come than go, but a commit may lie between the two.
FEWER_BY = 3
BUILDING = ("in a build", "before the swap", "after the swap")
MOMENTS = (*BUILDING, "in a commit", "at random")


@contextmanager
def follower() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "django", "follow"], cwd=PROJECT)
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


def has_come(moment: str, chance: random.Random) -> Callable[[], bool]:
    """Return what tells, from the files of the index, whether the moment to kill is there."""
    from papers.search import folder

    live, known = folder.current(), _files()
    random_end = time.monotonic() + chance.uniform(STARTING_SECONDS, STARTING_SECONDS + 4.0)
    how_far = chance.randrange(1, 12)

    def new_files() -> set[Path]:
        return _files() - known

    match moment:
        case "in a build":
            return lambda: len(new_files()) >= how_far
        case "before the swap":
            return lambda: any(map(_holds_papers, new_files()))
        case "after the swap":
            return lambda: folder.current() != live
        case "in a commit":
            return lambda: any(_is_of_live_segment(file) for file in new_files())
        case _:
            return lambda: time.monotonic() >= random_end


def _files() -> set[Path]:
    from papers.search import folder

    found: set[Path] = set()
    for path in folder.root().glob("v*"):
        # The follower removes folders at this moment too.
        with suppress(FileNotFoundError):
            found.update(path.iterdir())
    return found


def _is_of_live_segment(file: Path) -> bool:
    from papers.search import folder

    return file.suffix == ".term" and file.parent == folder.current()


def _holds_papers(file: Path) -> bool:
    try:
        return file.name == "meta.json" and "max_doc" in file.read_text()
    except FileNotFoundError:
        return False


def kill_again_and_again(papers: Papers, moments: Iterable[str]) -> int:
    """Return how many kills left an index that had lost papers, or came at no such moment."""
    from papers.search import folder

    bad = fewest = 0
    for number, moment in enumerate(moments):
        if moment in BUILDING and folder.current() is not None:
            folder.ask_for_rebuild()
        is_there = has_come(moment, papers.chance)
        with follower() as process:
            wait_until_begun(process.pid, is_there)
            killer = Thread(target=kill_when, args=(process, is_there))
            killer.start()
            while killer.is_alive():
                papers.change()
                papers.delete()
                papers.add(5)
            came = is_there()
        answer = ask()
        bad += not came or (answer or 0) < fewest
        fewest = max(fewest, (answer or 0) - FEWER_BY)
        print(
            f"kill {number + 1} {moment}{'' if came else ', not met'}: {_said(answer)}", flush=True
        )
    return bad


def kill_when(process: subprocess.Popen[bytes], is_there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + MOMENT_SECONDS
    while not is_there() and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()


def wait_until_begun(pid: int, is_there: Callable[[], bool]) -> None:
    """Starting takes its time; papers that change meanwhile would only be caught up with."""
    from papers.search import folder

    deadline = time.monotonic() + CATCH_UP_SECONDS
    while time.monotonic() < deadline and not is_there():
        state = folder.read_state()
        if state is not None and state.pid == pid:
            return
        time.sleep(0.001)


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
        bad = kill_again_and_again(papers, islice(cycle(MOMENTS), options.kills))
        with follower():
            is_level = wait_for_follower(timeout_seconds=CATCH_UP_SECONDS)
            wrong = differences(papers)
    said = (
        f"{options.kills} kills, {bad} bad; at the end "
        f"{len(papers.revisions)} papers, {len(wrong)} differences"
    )
    print(said)
    broken = [
        *unless(is_level, "the index did not become level with the database"),
        *unless(not bad, f"{bad} times the index lost papers, or its moment was not met"),
        *wrong[:10],
    ]
    finish([said], broken)


if __name__ == "__main__":
    main()
