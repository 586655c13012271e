"""What an operation of the API costs: CPU milliseconds and queries.

    python -m benchmarks.api [FOLDER]

Beside a list of 10,000 papers, as benchmarks/lists.py makes it. Requests go through the whole
middleware with token and allowance, without a network in between.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django

from benchmarks.lists import make_list, measure, nothing
from benchmarks.site import print_table, run, running_site

if TYPE_CHECKING:
    from django.test import Client

    from readinglists.models import ReadingList

Asked = tuple[str, "Client", str]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    for name in ("API_READS_PER_HOUR", "API_VISITOR_REQUESTS_PER_HOUR"):
        os.environ[name] = "1000000"
    with running_site(parser.parse_args().folder):
        run("collectstatic", "--noinput")
        django.setup()
        reading_list = make_list()
        run("index", "--rebuild")
        asked = operations(reading_list)
        rows = [measure(name, client, path, nothing) for name, client, path in asked]
    print_table(("operation", "CPU ms", "wall ms", "queries"), rows)


def operations(reading_list: "ReadingList") -> Iterator[Asked]:
    """Name of a row, who asks, and for what."""
    from django.test import Client

    from accounts.tokens import make_token
    from papers.api.scopes import Scope

    visitor = Client(headers={"host": "localhost"})
    text = make_token(reading_list.owner, "benchmark", Scope.values)[1]
    bearer = {"host": "localhost", "authorization": f"Bearer {text}"}
    reader = Client(headers=bearer)
    paper, own = f"/api/v1/papers/{_paper(reading_list)}", f"/api/v1/lists/{reading_list.pk}"
    again = Client(headers=bearer | {"if-none-match": reader.get(paper)["ETag"]})
    file = f"{own}/papers.bib"
    kept = Client(headers=bearer | {"if-none-match": reader.get(file)["ETag"]})

    yield "a paper, visitor", visitor, paper
    yield "a paper, reader", reader, paper
    yield "a paper, reader, 304", again, paper
    yield "search, 20, visitor", visitor, "/api/v1/search?q=decoders"
    yield "search, 20, reader", reader, "/api/v1/search?q=decoders"
    yield "search, 100, reader", reader, "/api/v1/search?q=decoders&limit=100"
    yield "trending, 20, visitor", visitor, "/api/v1/trending"
    yield "entries, 20", reader, f"{own}/entries"
    yield "entries, 100", reader, f"{own}/entries?limit=100"
    yield "entries, 20 read ones with a tag", reader, f"{own}/entries?state=read&tag=decoder"
    yield "entries, 20 after 9,000", reader, _late(reader, own)
    yield "lists", reader, "/api/v1/lists"
    yield "file, .bib, 304", kept, file


def _paper(reading_list: "ReadingList") -> int:
    return reading_list.entries.order_by("position")[0].paper_id


def _late(reader: "Client", own: str) -> str:
    """The address of a page far behind, reached as a program does it."""
    from django.conf import settings

    address = f"{own}/entries?limit=100"
    for _page in range(90):
        address = reader.get(address).json()["next"].removeprefix(settings.SITE_URL)
    return address.replace("limit=100", "limit=20")


if __name__ == "__main__":
    main()
