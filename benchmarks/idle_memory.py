"""How much memory a whole site takes while nobody asks it: PSS of its processes, by role.

    python -m benchmarks.idle_memory [--papers 110000] [--keep FOLDER] [--rest 60]

The site (benchmarks/whole_site.py; FOLDER keeps it) runs as `manage.py start` runs it. Looked at
after --rest seconds without a request, when it has just started, and again after each kind of page
was asked for by visitors and a reader: a process that was never asked has read nothing yet. PSS
counts a page of memory that several processes share by its part in each, pages of the search index
that are mapped among them. Postgres and the training of a model are shown and not judged. What each
role did meanwhile is printed beside, in cores: it tells whether this was rest.
"""

import argparse
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import django

from benchmarks import asking, mixed_watch
from benchmarks.site import print_table, run, running_site
from benchmarks.smtp_sink import mail_server
from tests.origin.many_feeds import ManyFeeds

AIM_MB = 600.0
APART = ("postgres", "training")
EACH = 40  # requests of each kind of page
AT_ONCE = 8
HEAD = ("role", "processes", "MB after its start", "cores", "MB after pages", "cores")


@dataclass(frozen=True, slots=True)
class Rest:
    """By role: processes, MB of PSS, and cores that were busy in the time before."""

    processes: Counter[str]
    megabytes: dict[str, float]
    cores: dict[str, float]

    @property
    def ours(self) -> float:
        return sum(size for role, size in self.megabytes.items() if role not in APART)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=110_000)
    parser.add_argument("--keep", type=Path, help="the folder in which the site stays")
    parser.add_argument("--rest", type=float, default=60.0, help="seconds without a request")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-idle-") as temporary:
        folder: Path = (options.keep or Path(temporary)).absolute()
        asking.take_a_port()
        with running_site(folder):
            run("collectstatic", "--noinput")
            django.setup()
            from benchmarks import whole_site

            whole_site.fill_once(folder, options.papers, whole_site.steps(options.papers))
        started, asked = measure(folder, options.rest)
    print(f"\n{options.papers:,} papers; after {options.rest:g} s without a request")
    show(started, asked)


def measure(folder: Path, seconds: float) -> tuple[Rest, Rest]:
    """Start the site that was filled; return its rest after the start, and after pages."""
    from benchmarks import mixed_site, pages

    with (
        mail_server() as (mail_port, _sink),
        ManyFeeds(count=0) as feeds,
        mixed_site.started_site(folder, mail_port, feeds) as site,
    ):
        started = rest(site.process.pid, seconds)
        for page in pages.all_pages():
            for asker in page.askers:
                asking.ask_all(asker, page.addresses[:EACH], AT_ONCE, page.status)
        return started, rest(site.process.pid, seconds)


def rest(pid: int, seconds: float) -> Rest:
    """Wait so long, then look at the process and all that descend from it."""
    before, began = mixed_watch.cpu_by_role(pid), time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - began
    used = mixed_watch.cpu_by_role(pid)
    cores = {role: (now - before.get(role, 0.0)) / passed for role, now in used.items()}
    processes: Counter[str] = Counter()
    megabytes: dict[str, float] = {}
    for each in mixed_watch.family(pid):
        # One that ended meanwhile has no memory any more; one that may not be read is an error.
        with suppress(FileNotFoundError, ProcessLookupError, IndexError):
            role, size = mixed_watch.role_of(each), _pss(each)
            processes[role] += 1
            megabytes[role] = megabytes.get(role, 0.0) + size
    return Rest(processes, megabytes, cores)


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(lines.split("\nPss:")[1].split()[0]) / 1024


def show(started: Rest, asked: Rest) -> None:
    rows: list[tuple[str, ...]] = []
    roles = sorted(started.megabytes.keys() | asked.megabytes.keys(), key=lambda r: (r in APART, r))
    for role in roles:
        cells = [f"{started.processes[role]}, {asked.processes[role]}"]
        for each in (started, asked):
            cells += [f"{each.megabytes.get(role, 0.0):.0f}", f"{each.cores.get(role, 0.0):.3f}"]
        rows.append((role, *cells))
    print_table(HEAD, rows)
    for name, each in (("after its start", started), ("after pages", asked)):
        verdict = "reached" if each.ours <= AIM_MB else "missed"
        print(f"{name}, without {' and '.join(APART)}: {each.ours:.0f} MB; {verdict}")
    print(f"aim: {AIM_MB:.0f} MB")


if __name__ == "__main__":
    main()
