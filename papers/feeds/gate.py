"""Whose turn it is to talk to a host: one connection at a time, and a pause between two.

Decides waiting only; never dials. The row in Postgres is shared by all workers of all machines,
and its clock is the database's, so neither a flushed cache nor a skewed clock breaks the limit.
Read more: https://info.arxiv.org/help/api/tou.html (one request in three seconds, in all).
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Greatest, Now

from papers.feeds.patience import seconds_left
from papers.feeds.records import FetchError, HostBusyError
from papers.models import HostGate

ARXIV = "arxiv.org"
# The row of requests that keep a longer spacing among themselves.
SLOW = " (pages)"
POLL_SECONDS = 0.2
# What arXiv needed to answer again after a 429 or 503 that named no time, once measured: 11 min.
DEFAULT_PAUSE_SECONDS = 600.0
LONGEST_PAUSE_SECONDS = 86_400.0
# A refusal that asks for none, or for one gone by, would be earned anew for each of a host's feeds.
LEAST_PAUSE_SECONDS = 60.0


def gate_name(host: str) -> str:
    """The gate that `host` (with its port) shares: all of arXiv's hosts count as one."""
    name = host.partition(":")[0].rstrip(".")
    return ARXIV if name == ARXIV or name.endswith(f".{ARXIV}") else host


@contextmanager
def hold_gate(
    host: str, *, lease_seconds: float, wait_seconds: float = 60.0, spacing_seconds: float = 0.0
) -> Iterator[None]:
    """Keep every other worker from `host` while the block runs, and for the spacing after it.

    arXiv's spacing is in the settings; requests that name a longer one, `spacing_seconds`, keep it
    among themselves, without holding up the others.
    Waits up to `wait_seconds` for the turn, then raises HostBusyError with the seconds left.
    After `lease_seconds` the turn is anybody's again, so that a killed worker stops nobody.
    When the block raises a FetchError that is `host_wide`, the host is left alone for as long
    as it asked, a minute at least, or DEFAULT_PAUSE_SECONDS.
    """
    name = gate_name(host)
    usual_seconds = settings.ARXIV_SPACING_SECONDS if name == ARXIV else 0.0
    with ExitStack() as turns:
        if spacing_seconds > usual_seconds:
            slow = _turn(
                f"{name}{SLOW}", lease_seconds + wait_seconds, wait_seconds, spacing_seconds
            )
            turns.enter_context(slow)
        turns.enter_context(_turn(name, lease_seconds, wait_seconds, usual_seconds))
        yield


@contextmanager
def _turn(
    name: str, lease_seconds: float, wait_seconds: float, spacing_seconds: float
) -> Iterator[None]:
    HostGate.objects.bulk_create([HostGate(host=name)], ignore_conflicts=True)
    token = _take_turn(name, lease_seconds, wait_seconds)
    pause = spacing_seconds
    try:
        yield
    except FetchError as error:
        if error.host_wide:
            asked = error.retry_after_seconds
            asked = DEFAULT_PAUSE_SECONDS if asked is None else asked
            pause = max(pause, asked, LEAST_PAUSE_SECONDS)
        raise
    finally:
        _give_back(name, token, min(pause, LONGEST_PAUSE_SECONDS))


def _take_turn(name: str, lease_seconds: float, wait_seconds: float) -> uuid.UUID:
    token = uuid.uuid4()
    deadline = time.monotonic() + seconds_left(wait_seconds)
    is_free = Q(leased_until=None) | Q(leased_until__lt=Now())
    lease_end = Now() + timedelta(seconds=lease_seconds)
    while not HostGate.objects.filter(is_free, host=name, next_allowed_at__lte=Now()).update(
        lease_token=token, leased_until=lease_end
    ):
        pause = _seconds_to_wait(name)
        if time.monotonic() + max(pause, POLL_SECONDS) > deadline:
            raise HostBusyError(
                f"{name} is not to be asked again for {max(pause, 1):.0f} seconds.",
                retry_after_seconds=max(pause, 1.0),
            )
        time.sleep(min(max(pause, POLL_SECONDS), 5.0))
    return token


def _seconds_to_wait(name: str) -> float:
    wait = ExpressionWrapper(F("next_allowed_at") - Now(), output_field=DurationField())
    left = HostGate.objects.filter(host=name).values_list(wait, flat=True).first()
    return max(left.total_seconds(), 0.0) if left else 0.0


def _give_back(name: str, token: uuid.UUID, pause_seconds: float) -> None:
    allowed_at = Greatest(F("next_allowed_at"), Now() + timedelta(seconds=pause_seconds))
    HostGate.objects.filter(host=name, lease_token=token).update(
        lease_token=None, leased_until=None, next_allowed_at=allowed_at
    )
