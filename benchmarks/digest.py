"""Readers a second: enter into the ledger, choose, render, hand over to an SMTP server on loopback.

    python -m benchmarks.digest [FOLDER] [--readers 10000] [--due 5000] [--past 20] [--processes 2]

Each reader has 40 saved papers, 3 followed searches and past issues, on a site with the shared
papers and a trained model of meaning; FOLDER keeps that site for the next run. All of --due come
due at one moment; workers are processes with 4 threads, as the worker of the queue io has. The
clock runs from the tick that enters the issues until the last is sent, workers are there before.
The mail server runs on the same cores. Prints rates, CPU by who used it (the tick's with the
workers', Postgres of this site alone), memory and minutes late, and whether the aims are reached.
"""

import argparse
import logging
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import django

from benchmarks import asking
from benchmarks.site import own_seconds, print_table, running_site
from benchmarks.smtp_sink import mail_server

THREADS = 4
TARGET = 100.0  # readers a second on two cores (DESIGN 5)
TARGET_MB = 400
HEAD = (
    *("due", f"a second (aim {TARGET:.0f} on 2 cores)", "CPU ms each", "Postgres", "mail server"),
    *(f"peak MB a worker (aim {TARGET_MB})", "late p95/all", "aims"),
)


@dataclass(frozen=True, slots=True)
class Used:
    """What one worker process used."""

    cpu_seconds: float
    peak_mb: float


def work(
    port: int,
    chunks: "multiprocessing.Queue[list[int] | None]",
    used: "multiprocessing.Queue[Used]",
    ready: Barrier,
) -> None:
    """A worker: chunks until there is a None for each of its 4 threads."""
    django.setup()
    point_mail_to(port)
    logging.disable(logging.INFO)
    from accounts.digest import send  # noqa: F401 - a worker of a site has started long ago

    ready.wait()
    started = time.process_time()
    with ThreadPoolExecutor(THREADS) as pool:
        for each in [pool.submit(send_chunks, chunks) for _thread in range(THREADS)]:
            each.result()
    used.put(Used(time.process_time() - started, peak_mb()))


def send_chunks(chunks: "multiprocessing.Queue[list[int] | None]") -> None:
    from django.db import connection

    from accounts.digest import ledger, send

    try:
        while (ids := chunks.get()) is not None:
            send.deliver(ids, now=ledger.database_now())
    finally:
        connection.close()


def point_mail_to(port: int) -> None:
    from django.conf import settings

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measure(due: int, processes: int, port: int, sink: int) -> tuple[str, ...]:
    """Let `due` readers come due now, enter and send until all have their issue; return a row."""
    from accounts.digest import ledger, tick
    from accounts.models import Delivery
    from benchmarks import digest_site

    chunks: multiprocessing.Queue[list[int] | None] = multiprocessing.Queue()
    used: multiprocessing.Queue[Used] = multiprocessing.Queue()
    ready = multiprocessing.Barrier(processes + 1)
    workers = [
        multiprocessing.Process(target=work, args=(port, chunks, used, ready))
        for _ in range(processes)
    ]
    for each in workers:
        each.start()
    digest_site.make_due(due)
    ready.wait()
    servers = asking.postmaster()
    began, sink_before = time.perf_counter(), own_seconds(str(sink))
    servers_before, own_before = asking.cpu_seconds(servers), time.process_time()
    for chunk in tick.tick(ledger.database_now()).chunks:
        chunks.put(chunk)
    ticking = time.process_time() - own_before
    for _thread in range(processes * THREADS):
        chunks.put(None)
    every = [used.get() for _worker in workers]
    seconds = time.perf_counter() - began
    states = dict(digest_site.states_of_today())
    if states.get(Delivery.State.SENT, 0) != due:
        sys.exit(f"Not all readers got their issue: {states}")
    late, peak = digest_site.minutes_late(), max(each.peak_mb for each in every)
    return (
        f"{due:,}",
        f"{due / seconds:.0f}",
        f"{1000 * (ticking + sum(each.cpu_seconds for each in every)) / due:.1f}",
        f"{1000 * (asking.cpu_seconds(servers) - servers_before) / due:.1f}",
        f"{1000 * (own_seconds(str(sink)) - sink_before) / due:.1f}",
        f"{peak:.0f}",
        f"{late[0]:.1f} / {late[1]:.1f}",
        "reached" if due / seconds >= TARGET and peak <= TARGET_MB else "missed",
    )


@contextmanager
def site_with_readers(folder: Path | None, readers: int, past: int) -> Iterator[None]:
    with running_site(folder):
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        django.setup()
        from benchmarks import digest_site

        digest_site.prepare(readers=readers, past=past)
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--due", type=int, nargs="+", default=[5000])
    parser.add_argument("--past", type=int, default=20, help="issues that each reader had before")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    multiprocessing.set_start_method("spawn")
    with (
        mail_server() as (port, sink),
        site_with_readers(options.folder, options.readers, options.past),
    ):
        rows = [measure(due, options.processes, port, sink) for due in options.due]
    print(f"{options.readers:,} readers, {options.past} issues each before")
    print_table(HEAD, rows)


if __name__ == "__main__":
    main()
