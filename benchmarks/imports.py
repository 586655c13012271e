"""How long 5,000 entries of BibTeX take from a file into a list.

    python -m benchmarks.imports [FOLDER] [--papers 30000] [--entries 5000]

FOLDER is a site left by `benchmarks.load --keep FOLDER`; without one, a new site gets as many real
papers (BROADSHEET_SHARED_DATA), or made-up ones. Of the entries six in ten name a paper that is
here by its arXiv id, two in ten by title and authors alone, one has an arXiv id and one a DOI that
is not here; each has its abstract, a note, tags and one of twenty sections. Target: 10 s.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import django

from benchmarks.export import load
from benchmarks.site import print_table, running_site

SECTIONS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--papers", type=int, default=30_000)
    parser.add_argument("--entries", type=int, default=5_000)
    options = parser.parse_args()
    with running_site(options.folder):
        if options.folder is None:
            load(options.papers)
        django.setup()
        print_table(("step", "seconds"), measure(options.entries))


def measure(count: int) -> list[tuple[str, ...]]:
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from readinglists.imports import steps
    from readinglists.imports.apart import read_apart
    from readinglists.imports.matching import CHUNK, Matcher

    body = b"".join(bibtex(count))
    rows: list[tuple[str, ...]] = [("megabytes", f"{len(body) / 1e6:.1f}")]

    def timed(name: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        rows.append((name, f"{time.perf_counter() - start:.2f}"))

    read_apart(b"2401.00001")  # the process is there
    timed("read alone", lambda: read_apart(body))
    records = read_apart(body).records
    matcher = Matcher()
    chunks = [records[at : at + CHUNK] for at in range(0, len(records), CHUNK)]
    timed("match alone", lambda: [matcher.match(chunk) for chunk in chunks])

    reader, _made = get_user_model().objects.get_or_create(email="imports@example.org")
    steps.READ_AT_ONCE_BYTES = steps.WRITE_AT_ONCE_ROWS = 10**9
    taken = []
    timed(
        "read, match, store",
        lambda: taken.append(steps.take_file(reader, body, now=timezone.now())),
    )
    (made,) = taken
    timed("write into a list", lambda: steps.ask_to_write(made, into=None, new_title="All"))
    made.refresh_from_db()
    assert made.state == "done"
    assert made.reading_list
    rows += [(f"{name} (papers)", str(n)) for name, n in steps.counts_of(made).items()]
    rows.append(("entries in the list", str(made.reading_list.entries.count())))
    steps.throw_away(made)
    return rows


def bibtex(count: int) -> Iterator[bytes]:
    from papers.formats import FORMATS, Head, Item
    from papers.models import Paper
    from papers.references import read_references

    known = Paper.objects.filter(arxiv_id__isnull=False).order_by("pk").values_list("pk", flat=True)
    ids = list(known)
    ids = ids[:: max(len(ids) // count, 1)][:count]
    items = []
    for number, reference in enumerate(read_references(ids)):
        kind = number % 10
        if kind in (6, 7):
            reference = replace(reference, arxiv_id="", doi="", url="https://example.org/")
        elif kind == 8:
            reference = replace(reference, arxiv_id=f"2412.{number:05}", doi="", url="", page="")
        elif kind == 9:
            reference = replace(reference, arxiv_id="", doi=f"10.1234/{number}", url="", page="")
        section = f"Section {number * SECTIONS // count}"
        items.append(Item(reference, "Read it again.\n\nAll of it.", ("kestrel", "moor"), section))
    yield from FORMATS["bib"].write(Head(), items)


if __name__ == "__main__":
    main()
