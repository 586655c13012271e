"""Promise 35: limits hold over eight web processes, and a written X-Forwarded-For gains nothing.

    python -m tests.faults.limits [--ports 8175,8176,8177,8178]

Four web servers of two processes share one Postgres and one Valkey, behind 0, 1 and 2 proxies; the
proxies are played: each appends the address of whoever connected. One client asks twice as often as
it may, sixteen times at once, each time with another address written by itself; at last with Valkey
away. Exits 1 when what was let through is more than 10 % from the stated limit.
"""

import argparse
import http.client
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from benchmarks.site import run, running_site
from tests.faults.figures import Row, report, unless

PROMISES = (35,)
AT_ONCE = 16
MOST_OFF = 0.10
STARTING_SECONDS = 120
PROXIES = ("192.0.2.1", "192.0.2.2")
# What is asked, how often it may be (docs/limits.md), and with which method.
ASKED = (
    ("suggestions", "GET", "/search/suggest.json?q=kestrel", 900),
    ("API, no token", "GET", "/api/v1/papers/1", 300),
    ("language (a writing form)", "POST", "/language/", 600),
)


@contextmanager
def web_servers(ports: Sequence[int], proxies: int, **others: str) -> Iterator[None]:
    from config.supervisor.children import describe_child

    program = describe_child("web")
    command = [each for each in program.command if not each.startswith("--bind")]
    said = {"TRUSTED_PROXIES": str(proxies), "LIMITS_TIMES": "1", **others}
    running = [
        subprocess.Popen(
            [*command, f"--bind=127.0.0.1:{port}"],
            cwd=program.folder,
            env={**program.environment, **said},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a line for each refusal
        )
        for port in ports
    ]
    try:
        for port in ports:
            _wait_for(port)
        yield
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        # It listens before it has read its code, which eight processes at once take a minute for.
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=STARTING_SECONDS)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    sys.exit(f"The web server on port {port} did not start.")


def forwarded(client: str, proxies: int, chance: random.Random) -> str:
    """Return the header as the site gets it: what the client wrote, then what proxies appended."""
    written = ".".join(str(chance.randrange(1, 255)) for _part in range(4))
    return ", ".join([written, client, *PROXIES][: 1 + proxies])


def ask_often(
    ports: Sequence[int], method: str, path: str, times: int, client: str, proxies: int
) -> Counter[int]:
    """Return how many answers had which status."""
    chance = random.Random(1)  # noqa: S311
    tries = [
        (ports[number % len(ports)], forwarded(client, proxies, chance)) for number in range(times)
    ]

    def ask(one: tuple[int, str]) -> int:
        port, header = one
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"X-Forwarded-For": header, "Sec-Fetch-Site": "same-origin"}
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(ask, tries))


def measure(
    ports: Sequence[int], proxies: int, *, where: str, address: int
) -> Iterator[tuple[Row, bool]]:
    for what, method, path, limit in ASKED:
        client = f"203.0.113.{address}"
        statuses = ask_often(ports, method, path, 2 * limit, client, proxies)
        let_through = 2 * limit - statuses[429]
        faults = sum(times for status, times in statuses.items() if status >= 500)
        is_kept = abs(let_through - limit) <= MOST_OFF * limit and not faults
        off = f"{(let_through - limit) / limit:+.1%}"
        row = (where, str(proxies), what, str(limit), str(let_through), off, str(faults))
        yield row, is_kept


def forget_counts() -> None:
    from django.core.cache import cache
    from django.db import connection

    cache.clear()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE papers_limits")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ports", default="8175,8176,8177,8178")
    ports = [int(port) for port in parser.parse_args().ports.split(",")]
    found: list[tuple[Row, bool]] = []
    with running_site(None):
        run("collectstatic", "--noinput", "--verbosity=0")
        import django

        django.setup()
        for proxies in (0, 1, 2):
            forget_counts()
            with web_servers(ports, proxies):
                found += measure(ports, proxies, where="Valkey", address=proxies + 1)
        # No server there, as after a crash of Valkey's machine.
        with web_servers(ports, 1, REDIS_URL="redis://127.0.0.1:1/0"):
            found += measure(ports, 1, where="Postgres alone", address=9)
    head = ("counted in", "proxies", "what", "limit", "let through", "off by", "5xx")
    report(
        head,
        [row for row, _is_kept in found],
        [word for row, is_kept in found for word in unless(is_kept, f"P35: {', '.join(row)}")],
    )


if __name__ == "__main__":
    main()
