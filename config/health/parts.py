"""How each part is doing that the site needs: what /readyz, the metrics and `doctor` say.

It reads and changes nothing, and waits for no part longer than a second or so. Its words are
English for programs, and sentences (papers/sentences.py) that pages say in their reader's language.
"""

import shutil
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
import redis
from django.conf import settings
from django.db import Error, connection

from accounts.digest.failing import failing
from config.broker import QUEUES, count_waiting, take_note
from papers import arming, heartbeats
from papers.queues import SILENT_AFTER
from papers.search.readiness import Readiness, read_readiness
from papers.sentences import number, sentence

BROKER_SECONDS = 0.5
# The least that Postgres' library takes.
DATABASE_SECONDS = 2
# Postgres stops for want of a few hundred megabytes of log; there has to be time to act.
LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `words` say how it does; `figures` are for programs, `detail` for operators alone.

    `serves` is whether pages need it: without it this machine has to be left alone.
    """

    name: str
    is_well: bool
    words: str
    figures: dict[str, object] = field(default_factory=dict)
    serves: bool = False
    detail: str = ""


def read_parts() -> list[Part]:
    """Return all parts: a new connection and four queries, none where the database is away."""
    database = read_database()
    parts = [database]
    if database.is_well:
        parts += [read_search(), *read_workers(), read_mail()]
    return [*parts, read_broker(), read_disk()]


def read_serving() -> list[Part]:
    """Return the parts that pages and searches need."""
    database = read_database()
    return [database, read_search()] if database.is_well else [database]


def read_database() -> Part:
    """Whether a new connection can be had: one that is kept would hang with a server that hangs."""
    wanted = {**connection.get_connection_params(), "connect_timeout": DATABASE_SECONDS}
    try:
        psycopg.connect(**wanted).close()
    except (psycopg.Error, Error) as error:
        return Part(
            "database", False, sentence("It does not answer."), serves=True, detail=str(error)
        )
    return Part("database", True, sentence("It answers."), serves=True)


def read_search() -> Part:
    try:
        found = read_readiness()
    except Error as error:
        return Part("search", False, sentence("It cannot be read."), serves=True, detail=str(error))
    if found is None:
        return Part(
            "search", False, sentence("No follower ever ran here."), _figures(None), serves=True
        )
    words = sentence("Searches are answered.")
    if not found.can_search:
        words = sentence("There is no index yet; the follower makes one.")
    elif found.is_silent:
        silent = round(found.silent_seconds)
        words = sentence("The follower said nothing for %(n)s seconds.", n=silent)
    well = found.can_search and not found.is_silent
    # Silent or not: searches are answered, by an index that grows old.
    return Part("search", well, words, _figures(found), serves=not found.can_search)


def read_workers() -> list[Part]:
    """Whether tasks of each queue were done lately, by whichever machine."""
    try:
        ages = heartbeats.ages()
    except Error as error:
        return [Part("workers", False, sentence("What they did is not known."), detail=str(error))]
    return [_worker(queue, ages[queue]) for queue in QUEUES]


def read_mail() -> Part:
    """Whether issues go out: not from a restored copy, nor where their last tries failed."""
    try:
        if not arming.is_armed():
            held = sentence("It is held: a restored copy, until manage.py armmail.")
            return Part("mail", False, held)
        found = failing()
    except Error as error:
        return Part("mail", False, sentence("Whether it is held is not known."), detail=str(error))
    if found is None:
        return Part("mail", True, sentence("It is sent."), {"issues_failing": 0})
    words = sentence("Issues whose last try failed: %(n)s. %(why)s", n=found.issues, why=found.why)
    return Part("mail", False, words, {"issues_failing": found.issues}, detail=found.detail)


def read_broker() -> Part:
    """Whether Redis answers and takes what is written, and how many tasks wait in it."""
    try:
        waiting = count_waiting(BROKER_SECONDS)
        take_note(BROKER_SECONDS)
    except redis.ResponseError as error:
        return Part("broker", False, sentence("Redis takes no tasks."), detail=str(error))
    except (redis.RedisError, OSError) as error:
        return Part("broker", False, sentence("Redis does not answer."), detail=str(error))
    return Part(
        "broker", True, sentence("Redis answers."), {f"waiting_{q}": n for q, n in waiting.items()}
    )


def read_disk() -> Part:
    free = shutil.disk_usage(settings.VAR).free
    words = sentence(
        "%(gb)s GB are free for %(folder)s/.", gb=number(free / 1e9, 1), folder=settings.VAR.name
    )
    return Part("disk", free >= LEAST_FREE_BYTES, words, {"free_bytes": free})


def _worker(queue: str, age: timedelta | None) -> Part:
    name = f"worker-{queue}"
    if age is None:
        return Part(name, False, sentence("No task was ever done."), {"heartbeat_seconds": None})
    seconds = round(age.total_seconds(), 1)
    well = age <= SILENT_AFTER[queue]
    words = sentence("A task was done %(n)s seconds ago.", n=round(seconds))
    return Part(name, well, words, {"heartbeat_seconds": seconds})


def _figures(found: Readiness | None) -> dict[str, object]:
    if found is None:
        return {"phase": "never ran"}
    return {
        "phase": found.follower.phase,
        "can_search": found.can_search,
        "papers": found.follower.indexed,
        "papers_behind": found.behind,
        "lag_seconds": None if found.lag_seconds is None else round(found.lag_seconds, 1),
        "silent_seconds": round(found.silent_seconds),
    }
