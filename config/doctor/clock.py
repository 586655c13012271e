"""This machine's clock against the database's, by which all is decided, and against the world's."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from config.doctor.findings import Finding, fault, warning, well
from papers.feeds.fetch import fetch
from papers.feeds.records import FetchError
from papers.numerals import grouped

# Leases last two minutes; signed links and second factors bear half a minute.
LARGEST_SECONDS, NOTABLE_SECONDS = 30.0, 2.0
FETCH_SECONDS = 10.0


def look(*, has_database: bool, asks_others: bool) -> Iterator[Finding]:
    if has_database:
        yield _judge(_("Clock, by the database's"), _of_database())
    if asks_others:
        yield _of_the_world()


def _of_database() -> float:
    """Seconds by which this clock is ahead; the way there and back counts half."""
    began = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (theirs,) = cursor.fetchone()
    return (began + time.time()) / 2 - float(theirs)


def _of_the_world() -> Finding:
    name = _("Clock, by a source's")
    try:
        answer = fetch(f"{settings.HUGGINGFACE_URL}?limit=1", total_seconds=FETCH_SECONDS)
    except FetchError as error:
        advice = _("See whether this machine reaches the internet; the sources need it.")
        return warning(name, str(error), advice)
    if answer.sent_at is None:
        return well(name, _("It says no time; the clock was not compared."))
    return _judge(name, (datetime.now(UTC) - answer.sent_at).total_seconds())


def _judge(name: str, ahead: float) -> Finding:
    words = _("They differ by %s seconds.") % grouped(abs(ahead), 1)
    advice = _("Let the machine keep its clock by NTP: “timedatectl set-ntp true”.")
    if abs(ahead) > LARGEST_SECONDS:
        return fault(name, words, advice)
    if abs(ahead) > NOTABLE_SECONDS:
        return warning(name, words, advice)
    return well(name, words)
