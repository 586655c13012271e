"""What each kind of page costs on sites of several sizes, asked of the real web server.

    python -m benchmarks.pages 30000 110000 [--keep FOLDER] [--seconds 4] [--at-once 1 8 32]
        [--only PAGE] [--json FILE]

Each size has a site of its own (benchmarks/whole_site.py) and, in FOLDER, keeps it to be asked
again. Addresses of one row differ (other papers, searches, authors), but those of one page. CPU is
of web server and Postgres, a request, in milliseconds. A 304 is asked with the ETag of before.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

import django

from benchmarks import asking
from benchmarks.asking import Asker, Cost, Server
from benchmarks.search import kinds
from benchmarks.site import print_table, run, running_site

VISITOR = Asker("visitor", {})
MOST_REQUESTS = 2_000
HEAD = ("who", "page", "at once", "a second", "p50", "p95", "p99", "web CPU", "Postgres CPU")


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    askers: tuple[Asker, ...]
    addresses: list[str]
    status: int = 200


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
        with asking.running_server() as server:
            pages = [page for page in all_pages() if options.only in page.name]
            found = dict(measure_rows(pages, server, options))
    print(f"\n{papers:,} papers; milliseconds")
    print_table(HEAD, [(*key, *numbers(cost)) for key, cost in found.items()])
    if options.json:
        _keep(options.json, papers, found)


def all_pages() -> list[Page]:
    from benchmarks.whole_site import READER, the_list
    from papers.models import Paper
    from readinglists import sharing

    reader = asking.asker_for(READER)
    both = (VISITOR, reader)
    papers = Paper.objects.newest_first()[:200]
    codes = sorted({paper.primary_category_id for paper in papers if paper.primary_category_id})
    wanted = [quote(kinds()["two words"](n)) for n in range(400)]
    reading_list = the_list()
    shared = f"/l/{sharing.key_of(reading_list.share_links.get())}/"
    own = reading_list.get_absolute_url()
    return [
        Page("front page", both, ["/"]),
        Page("front page, 304", (_with_etag("/"),), ["/"], status=304),
        Page("trending", both, ["/trending/all/"]),
        Page("trending, page 20", both, ["/trending/all/?page=20"]),
        Page("new in a category", both, [f"/new/{code}/" for code in codes]),
        Page("search", both, [f"/search/?q={words}" for words in wanted]),
        Page("paper", both, [paper.get_absolute_url() for paper in papers]),
        Page("author", both, [f"/author/{quote(paper.authors[0])}/" for paper in papers]),
        Page("list of 10,000", (reader,), [own, f"{own}?page=2", f"{own}?page=100"]),
        Page("shared list", (VISITOR,), [shared, f"{shared}?page=2", f"{shared}?page=100"]),
        Page("feed of trending", (VISITOR,), ["/trending/all/feed.atom"]),
        Page("API, trending", (VISITOR,), ["/api/v1/trending"]),
        Page("API, search", (VISITOR,), [f"/api/v1/search?q={words}" for words in wanted]),
    ]


def _with_etag(address: str) -> Asker:
    etag = asking.ask_once(VISITOR, address).headers["ETag"]
    return Asker(VISITOR.name, {"If-None-Match": etag})


def measure_rows(
    pages: list[Page], server: Server, options: argparse.Namespace
) -> Iterator[tuple[tuple[str, str, str], Cost]]:
    for page in pages:
        for asker in page.askers:
            around = itertools.cycle(page.addresses)
            # Every process and thread has its connections and caches before anything is counted.
            warm = asking.measure(asker, list(itertools.islice(around, 40)), 8, server, page.status)
            count = int(min(MOST_REQUESTS, max(40, warm.requests_a_second * options.seconds)))
            for at_once in options.at_once:
                some = list(itertools.islice(around, count))
                cost = asking.measure(asker, some, at_once, server, page.status)
                yield (asker.name, page.name, str(at_once)), cost


def numbers(cost: Cost) -> tuple[str, ...]:
    times = (cost.p50, cost.p95, cost.p99, cost.cpu, cost.database)
    return f"{cost.requests_a_second:.0f}", *(f"{each:.1f}" for each in times)


def _keep(file: Path, papers: int, found: dict[tuple[str, str, str], Cost]) -> None:
    """Add this size's rows to those of other sizes that the file has."""
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept |= {f"{papers} {' · '.join(key)}": asdict(cost) for key, cost in found.items()}
    file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
