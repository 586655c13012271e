"""What hostile answers cost: peak memory of the fetching process and of its parser, and seconds.

Run with `.venv/bin/python -m benchmarks.fetch_memory [--seconds 30]`; needs no database. Each
answer comes from a server on loopback, in a process of its own, to a fresh process. The targets
are 300 MB and 30 seconds (promises P22 and P23 of the reliability list).
"""

import argparse
import gzip
import json
import multiprocessing
import os
import resource
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection

from tests.papers.feeds import hostile
from tests.papers.feeds.serving import answer, serving

TARGET_MB = 300.0
TARGET_SECONDS = 30.0
DAY = date(2026, 3, 2)
Send = Callable[[socket.socket], None]


def whole(body: bytes, head: str = "") -> Send:
    return lambda connection: connection.sendall(answer(f"200 OK{head}", body))


def endless(head: bytes, piece: bytes, pause_seconds: float = 0.0) -> Send:
    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(pause_seconds)

    return send


def packed_zeros(window_bits: int, megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=window_bits)
    megabyte = bytes(1_000_000)
    return b"".join(packer.compress(megabyte) for _ in range(megabytes)) + packer.flush()


def honest_rss(megabytes: int) -> bytes:
    item = (
        "<item><title>A title</title><guid>oai:arXiv.org:2603.{0:05d}v1</guid><description>"
        "arXiv:2603.{0:05d}v1 Announce Type: new \nAbstract: {1}</description></item>"
    )
    words = "words and more " * 130
    items = (item.format(number, words) for number in range(1, megabytes * 455))
    return f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>'.encode()


OK = b"HTTP/1.1 200 OK\r\n"
PIECE = b"x" * 65_536
DRIPS: dict[str, Send] = {
    "1 byte a second, in the body": endless(OK + b"Content-Length: 9000\r\n\r\n", b"x", 1.0),
    "1 byte a second, in a header": endless(OK + b"X-Slow: ", b"x", 1.0),
    "1 byte a second, at once": endless(b"", b"H", 1.0),
    "100 Continue for ever": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


def quick_answers() -> dict[str, Send]:
    bomb, deflated = packed_zeros(31, 1_000), packed_zeros(15, 1_000)
    feed = honest_rss(14)
    return {
        "nothing": lambda connection: None,
        "100 MB": whole(bytes(100_000_000)),
        "a body without end": endless(OK + b"\r\n", PIECE),
        "chunks without end": endless(
            OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + PIECE + b"\r\n"
        ),
        "gzip bomb, 1 GB": whole(bomb, "\nContent-Encoding: gzip"),
        "deflate bomb, 1 GB": whole(deflated, "\nContent-Encoding: deflate"),
        "brotli": whole(deflated, "\nContent-Encoding: br"),
        "gzip of gzip, 1 GB": whole(gzip.compress(bomb), "\nContent-Encoding: gzip, gzip"),
        "empty gzip members for ever": endless(
            OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 1_000
        ),
        "a header line without end": endless(OK + b"X-Long: ", PIECE),
        "headers without end": endless(OK, b"X: y\r\n" * 1_000),
        "redirects in a circle": lambda connection: connection.sendall(
            answer("302 Found\nLocation: ?again")
        ),
        "HTML": whole(b"<!doctype html><title>Sorry</title>" * 100_000),
        "a feed of 14 MB": whole(feed),
        "a feed of 14 MB, cut": whole(feed[:-100]),
        "a feed of 14 MB, charset wrong": whole(b'<?xml version="1.0" encoding="utf-16"?>' + feed),
        "JSON, 5,000,000 lists": whole(b"[" + b"[]," * 4_999_000 + b"[]]"),
        **{name: whole(make("rss")) for name, make in hostile.BOMBS.items()},
        "100,000 attributes": whole(hostile.many_attributes("rss")),
    }


@dataclass(frozen=True, slots=True)
class Cost:
    megabytes: float
    parser_megabytes: float
    seconds: float
    words: str


def ask(url: str, seconds: float, is_json: bool) -> Cost:
    """In a process of its own: fetch and read `url` as the site does, gates and counts apart."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["FETCH_ALLOWED_PRIVATE_HOSTS"] = url.split("/")[2]
    import django

    django.setup()
    from papers.feeds import arxiv_rss, huggingface
    from papers.feeds.parsing import parse_apart
    from papers.feeds.records import FeedError
    from tests.papers.feeds.asking import fetch

    started = time.monotonic()
    try:
        body = fetch(url, total_seconds=seconds).body
        if is_json:
            parse_apart(huggingface.parse, body, observed_on=DAY)
        else:
            parse_apart(arxiv_rss.parse, body, category="cs.CL", announced_on=DAY)
        words = "read"
    except FeedError as error:
        words = str(error)
    took = time.monotonic() - started
    return Cost(_peak(resource.RUSAGE_SELF), _parser_peak(), took, words)


def _peak(who: int) -> float:
    unit = 1 if sys.platform == "darwin" else 1_024
    return resource.getrusage(who).ru_maxrss * unit / 1_000_000


def _parser_peak() -> float:
    from papers.feeds import parsing

    parsing._pool.end()
    return _peak(resource.RUSAGE_CHILDREN)


def serve(answers: dict[str, Send], pipe: Connection) -> None:
    names = list(answers)

    def reply(connection: socket.socket, request: str) -> None:
        place = request.split()[1].strip("/").partition("?")[0]
        with suppress(OSError):
            answers[names[int(place)]](connection)

    with serving(reply) as host:
        pipe.send(host)
        pipe.recv()


def measure(name: str, url: str, seconds: float) -> tuple[str, Cost]:
    command = [sys.executable, "-m", "benchmarks.fetch_memory", "--ask", url]
    command += ["--seconds", str(seconds), *(["--json"] if "JSON" in name else [])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return name, Cost(**json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=TARGET_SECONDS)
    parser.add_argument("--ask", default="", help="used by the script itself")
    parser.add_argument("--json", action="store_true", help="used by the script itself")
    options = parser.parse_args()
    if options.ask:
        cost = ask(options.ask, options.seconds, options.json)
        print(json.dumps({name: getattr(cost, name) for name in cost.__slots__}))
        return
    show(options.seconds)


def show(seconds: float) -> None:
    answers = {**quick_answers(), **DRIPS}
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(target=serve, args=[answers, theirs])
    server.start()
    host = ours.recv()
    urls = {name: f"http://{host}/{place}" for place, name in enumerate(answers)}
    print(f"{'answer':34} {'fetcher':>9} {'parser':>9} {'time':>8}  what is said")
    costs = []
    # Those that only wait are asked together.
    for names, threads in (([*answers][: -len(DRIPS)], 1), ([*DRIPS], len(DRIPS))):
        with ThreadPoolExecutor(threads) as pool:
            for name, cost in pool.map(lambda name: measure(name, urls[name], seconds), names):
                costs.append(cost)
                print_cost(name, cost)
    ours.send("enough")
    server.terminate()
    print(
        f"most: {max(cost.megabytes for cost in costs):.0f} MB fetching, "
        f"{max(cost.parser_megabytes for cost in costs):.0f} MB parsing "
        f"(target {TARGET_MB:.0f}), {max(cost.seconds for cost in costs):.1f} s "
        f"(target {TARGET_SECONDS:.0f} to fetch, and 30 to parse)"
    )


def print_cost(name: str, cost: Cost) -> None:
    parser = f"{cost.parser_megabytes:6.0f} MB" if cost.parser_megabytes else "-"
    print(
        f"{name:34} {cost.megabytes:6.0f} MB {parser:>9} {cost.seconds:6.1f} s  {cost.words[:90]}",
        flush=True,
    )


if __name__ == "__main__":
    main()
