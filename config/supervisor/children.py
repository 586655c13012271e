"""Decides which processes make up a site, and with which command each is run.

The same commands run one by one in containers and units (`manage.py run web`) and, with servers and
log of their own, on several machines (`manage.py start --only web`): nothing else knows them.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from config.patient_postgres import FOLLOWER_SECONDS, PATIENCE_VARIABLE
from config.servers.commands import RUNNING_VARIABLE
from config.servers.processes import Program

# In the order in which they are stopped, with the seconds each step may take.
STOP_STEPS: tuple[tuple[tuple[str, ...], float], ...] = (
    (("beat",), 1.0),
    (("worker-io", "worker-cpu"), 3.0),
    (("follower",), 1.0),
    (("web",), 1.5),
)
MAILER = "worker-io"
NAMES = tuple(name for names, _ in STOP_STEPS for name in names)
# For requests in hand when a web server is told to end: in a site that ends within ten seconds, and
# alone, where units and containers wait 30 s for it (a page may wait 20 s for the database).
WEB_GRACE_SECONDS, WEB_GRACE_ALONE_SECONDS = 1, 20
# Beat only tells the time, and searches wait for the follower. While 300 feeds were read on two
# full cores, p99 of pages was 3.3 s with all equal and 0.3 to 0.6 s so (benchmarks/mixed_load.py).
GIVING_WAY = ("worker-io", "worker-cpu")
NICENESS = "10"
# glibc's own limits, fixed: else it raises them as large arrays come and go, and gives back less.
# In half an hour of mixed load the follower grew by 73 MB an hour, by 3; the mailer by 93 and 44.
# Nobody waits for these two: an array of 1 MB takes 20 times as long so, and pages have many.
GIVING_BACK = ("follower", "worker-io")
HEAP_LIMITS = {"MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072"}
# A search of 1,000 letters that are not ASCII is an address of 9 to 12 kB; gunicorn refuses more
# than 8,190 bytes with a bare line of its own. What is too long for the search is said by its page.
LONGEST_ADDRESS_BYTES = 128 * 1024
# htmx tells the address of the page in a field of each request.
LONGEST_FIELD_BYTES = 32 * 1024


def choose_names(only: Sequence[str], without: Sequence[str]) -> list[str]:
    """Return the names to run, in the order of NAMES; raise ValueError for a name not in it."""
    unknown = sorted({*only, *without} - set(NAMES))
    if unknown:
        raise ValueError(f"There is no process {unknown[0]!r}: choose from {', '.join(NAMES)}.")
    return [name for name in NAMES if name in (only or NAMES) and name not in without]


def describe_preparation(*, serves: bool, samples: bool) -> Program:
    """Return the process that makes everything ready for the others, and then ends."""
    options = {"--static": serves, "--samples": samples}
    chosen = [option for option, is_chosen in options.items() if is_chosen]
    command = [sys.executable, "manage.py", "prepare", "--verbosity=0", *chosen]
    return Program("prepare", command, _environment(), Path(settings.BASE_DIR))


def describe_child(name: str, *, is_alone: bool = False) -> Program:
    """Return the process of that name; `is_alone` for `manage.py run`, with nobody above it."""
    environment = _environment()
    if name == "follower":
        environment[PATIENCE_VARIABLE] = str(FOLLOWER_SECONDS)
    if name in GIVING_BACK:
        environment = HEAP_LIMITS | environment
    folder = Path(settings.BASE_DIR)
    command = [*_priority(name), sys.executable, *_arguments(name, is_alone=is_alone)]
    return Program(name, command, environment, folder)


def _environment() -> dict[str, str]:
    environment = {**os.environ, RUNNING_VARIABLE: "1", "PYTHONUNBUFFERED": "1"}
    # Celery advises against root at each start; the operator has decided.
    environment.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser")
    # Else glibc gives each thread a heap of its own, and what large tasks gave back stays there.
    environment.setdefault("MALLOC_ARENA_MAX", "2")
    # Products here are small: more threads took 37 ms of CPU for recommendations, one takes 22.
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    return environment


def _priority(name: str) -> list[str]:
    """Pages are waited for: where cores are short, what works behind them gives way."""
    return ["nice", "-n", NICENESS] if name in GIVING_WAY else []


def _arguments(name: str, *, is_alone: bool) -> list[str]:
    match name:
        case "web":
            return _web(WEB_GRACE_ALONE_SECONDS if is_alone else WEB_GRACE_SECONDS)
        case "worker-io":
            return _worker("io", "threads", settings.IO_THREADS)
        case "worker-cpu":
            return _worker("cpu", "prefork", settings.CPU_PROCESSES)
        case "beat":
            schedule = settings.VAR / "beat-schedule"
            return [*_celery("config.beat"), "beat", f"--schedule={schedule}", "--pidfile="]
        case "follower":
            return ["manage.py", "follow"]
    raise ValueError(name)


def _web(grace_seconds: int) -> list[str]:
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    return [
        *("-m", "gunicorn", "config.wsgi:application", f"--bind={host}:{settings.PORT}"),
        "--config=python:config.web_hooks",
        *_web_workers(),
        *(
            f"--limit-request-line={LONGEST_ADDRESS_BYTES}",
            f"--limit-request-field_size={LONGEST_FIELD_BYTES}",
        ),
        # What proxies forward is read by Django and accounts/client_address.py, by one setting;
        # gunicorn would believe whoever connects from this machine.
        "--forwarded-allow-ips=",
        *(f"--graceful-timeout={grace_seconds}", "--timeout=60"),
        *("--log-level=warning", "--no-control-socket"),
    ]


def _web_workers() -> list[str]:
    """Threads, unless a proxy that reads whole requests stands in front: two idle connections of a
    browser held up a sync worker for 31 s.
    """
    size = [f"--workers={settings.WEB_PROCESSES}"]
    if settings.WEB_WORKERS == "sync":
        return ["--worker-class=config.web.BufferedWorker", *size]
    return ["--worker-class=config.web.PatientWorker", *size, f"--threads={settings.WEB_THREADS}"]


def _worker(queue: str, pool: str, concurrency: int) -> list[str]:
    node = [f"--hostname={queue}@%h", f"--queues={queue}", "--loglevel=INFO"]
    size = [f"--pool={pool}", f"--concurrency={concurrency}"]
    # Workers here need not know of each other, which saves talk on the broker.
    return [
        *_celery("config.celery"),
        "worker",
        *node,
        *size,
        "--without-gossip",
        "--without-mingle",
    ]


def _celery(module: str) -> list[str]:
    return ["-m", "celery", "--quiet", f"--app={module}:app"]
