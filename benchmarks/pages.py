"""What each kind of page costs on sites of several sizes, asked of the real web server.

    python -m benchmarks.pages 30000 110000 [--keep FOLDER] [--seconds 4] [--at-once 1 8 32]
        [--only PAGE] [--json FILE]

Each size has a site of its own (benchmarks/whole_site.py) and, in FOLDER, keeps it to be asked
again. Addresses of one row differ (other papers, searches, authors), but those of one page. What
the site keeps for visitors for a minute has two rows: "kept" asks again and again for at most 40
pages that were made just before, "not kept" asks a server that keeps nothing (nothing_kept.py). A
shared list is always kept here; benchmarks.lists asks for it not kept as well. CPU is of web server
and Postgres, a request, in milliseconds. A 304 is asked with the ETag of before.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

import django

from benchmarks import asking
from benchmarks.asking import Asker, Cost, Server
from benchmarks.corpus import word
from benchmarks.site import print_table, run, running_site

VISITOR = Asker("visitor", {})
MOST_REQUESTS = 2_000
WARM_REQUESTS, WARM_AT_ONCE = 40, 8
HEAD = ("who", "page", "at once", "a second", "p50", "p95", "p99", "web CPU", "Postgres CPU")


Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """`is_kept`: for visitors, by papers/kept.py."""

    name: str
    askers: tuple[Asker, ...]
    addresses: list[str]
    status: int = 200
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One page as one asker gets it; `who` says whether it is kept."""

    who: str
    asker: Asker
    page: Page
    addresses: list[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", help="how many papers")
    parser.add_argument("--keep", type=Path, help="folder in which the sites stay")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each row, about")
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 8, 32], help="connections")
    parser.add_argument("--only", default="", help="only pages whose name has this in it")
    parser.add_argument("--json", type=Path, help="where the figures are written, by row")
    options = parser.parse_args()
    if len(options.sizes) > 1:
        _each_size_in_its_own_process(options.sizes)
        return
    with tempfile.TemporaryDirectory(prefix="broadsheet-pages-") as temporary:
        root: Path = (options.keep or Path(temporary)).absolute()
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o711)
        measure_size(options.sizes[0], root, options)


def _each_size_in_its_own_process(sizes: list[int]) -> None:
    """Settings are read once."""
    given = [each for each in sys.argv[1:] if each not in map(str, sizes)]
    for size in sizes:
        subprocess.run([sys.executable, "-m", "benchmarks.pages", str(size), *given], check=True)


def measure_size(papers: int, root: Path, options: argparse.Namespace) -> None:
    folder = root / str(papers)
    asking.take_a_port()
    os.environ["API_VISITOR_REQUESTS_PER_HOUR"] = "1000000"
    with running_site(folder):
        run("collectstatic", "--noinput")
        django.setup()
        from benchmarks import whole_site

        whole_site.fill_once(folder, papers, whole_site.steps(papers))
        found = measure_all(options, only=options.only)
    print(f"\n{papers:,} papers; milliseconds")
    print_table(HEAD, [(*key, *numbers(cost)) for key, cost in found.items()])
    if options.json:
        _keep(options.json, papers, found)


def measure_all(options: argparse.Namespace, *, only: str = "") -> dict[Key, Cost]:
    """Ask for all pages whose name has `only` in it, kept and not; by who, page and at once."""
    from django.core.cache import cache

    with asking.running_server() as server:
        pages = [page for page in all_pages() if only in page.name]
        found = dict(measure_rows(_usual(pages), server, options))
    cache.clear()  # what the first server kept may be found for a minute
    with asking.running_server("benchmarks.nothing_kept") as server:
        found |= measure_rows(_not_kept(pages), server, options)
    places = {page.name: place for place, page in enumerate(pages)}
    return dict(sorted(found.items(), key=lambda item: places[item[0][1]]))


def _usual(pages: list[Page]) -> Iterator[Asked]:
    for page in pages:
        for asker in page.askers:
            if page.is_kept and asker.name == VISITOR.name:
                yield Asked(f"{asker.name}, kept", asker, page, page.addresses[:WARM_REQUESTS])
            else:
                yield Asked(asker.name, asker, page, page.addresses)


def _not_kept(pages: list[Page]) -> Iterator[Asked]:
    """What is kept, asked for as if it were not; a 304 says that the asker has it."""
    for page in pages:
        if page.is_kept and page.status == 200:
            yield Asked(f"{VISITOR.name}, not kept", VISITOR, page, page.addresses)


def all_pages() -> list[Page]:
    from benchmarks.whole_site import READER, the_list
    from papers.models import Paper
    from readinglists import sharing

    reader = asking.asker_for(READER)
    both = (VISITOR, reader)
    papers = Paper.objects.newest_first()[:MOST_REQUESTS]
    names = list(dict.fromkeys(paper.authors[0] for paper in papers))
    codes = sorted({paper.primary_category_id for paper in papers if paper.primary_category_id})
    wanted = [quote(_two_words(n)) for n in range(MOST_REQUESTS)]
    reading_list = the_list()
    shared = f"/l/{sharing.key_of(reading_list.share_links.get())}/"
    own = reading_list.get_absolute_url()
    return [
        Page("front page", both, ["/"], is_kept=True),
        Page("front page, 304", (_with_etag("/"),), ["/"], status=304, is_kept=True),
        Page("trending", both, ["/trending/all/"], is_kept=True),
        Page("trending, page 20", both, ["/trending/all/?page=20"], is_kept=True),
        Page("new in a category", both, [f"/new/{code}/" for code in codes], is_kept=True),
        Page("search", both, [f"/search/?q={words}" for words in wanted]),
        Page("paper", both, [paper.get_absolute_url() for paper in papers], is_kept=True),
        Page("author", both, [f"/author/{quote(name)}/" for name in names], is_kept=True),
        Page("list of 10,000", (reader,), [own, f"{own}?page=2", f"{own}?page=100"]),
        Page("shared list, kept", (VISITOR,), [shared, f"{shared}?page=2", f"{shared}?page=100"]),
        Page("feed of trending", (VISITOR,), ["/trending/all/feed.atom"], is_kept=True),
        Page("API, trending", (VISITOR,), ["/api/v1/trending"]),
        Page("API, search", (VISITOR,), [f"/api/v1/search?q={words}" for words in wanted]),
    ]


def _two_words(number: int) -> str:
    """Another pair each time, since facets of 200 searches are remembered; of 400 words each."""
    turn, place = divmod(number, 400)
    return f"{word(50 + place)} {word(300 + 3 * ((place + 57 * turn) % 400))}"


def _with_etag(address: str) -> Asker:
    etag = asking.ask_once(VISITOR, address).headers["ETag"]
    return Asker(VISITOR.name, {"If-None-Match": etag})


def measure_rows(
    rows: Iterable[Asked], server: Server, options: argparse.Namespace
) -> Iterator[tuple[Key, Cost]]:
    for row in rows:
        around, status = itertools.cycle(row.addresses), row.page.status
        for at_once in options.at_once:
            # Every process and thread has its connections and caches before anything is counted.
            # What is kept for a minute is made anew here: a row may take longer than that.
            warming = list(itertools.islice(around, WARM_REQUESTS))
            warm = asking.measure(row.asker, warming, WARM_AT_ONCE, server, status)
            wanted = warm.requests_a_second * options.seconds
            count = int(min(MOST_REQUESTS, max(WARM_REQUESTS, wanted)))
            some = list(itertools.islice(around, count))
            cost = asking.measure(row.asker, some, at_once, server, status)
            yield (row.who, row.page.name, str(at_once)), cost


def numbers(cost: Cost) -> tuple[str, ...]:
    times = (cost.p50, cost.p95, cost.p99, cost.cpu, cost.database)
    return f"{cost.requests_a_second:.0f}", *(f"{each:.1f}" for each in times)


def _keep(file: Path, papers: int, found: dict[Key, Cost]) -> None:
    """Add this size's rows to those of other sizes that the file has."""
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept |= {f"{papers} {' · '.join(key)}": asdict(cost) for key, cost in found.items()}
    file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
