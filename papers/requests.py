"""Papers that readers ask for: the row of a request, whose turn it is, what became of it.

Readers who want the same paper share one look-up. It decides limits and when to try again; never
what the outside said (papers/lookup.py). Leases are compared on the database's clock.
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from papers import nudges
from papers.feeds.records import FeedError, FetchError, HostBusyError
from papers.ingest import ingest
from papers.lookup import Found, NoSuchPaperError, look_up
from papers.merging import merged_into
from papers.models import Paper, PaperIdentifier, PaperRequest
from papers.own_pages import NUMBER
from papers.wanted import Wanted, read_wanted

MOST_A_DAY = 30
# A page, Crossref and arXiv one after the other, each with its wait for the host's turn.
LEASE = timedelta(minutes=10)
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
LONGEST_PAUSE = timedelta(days=1)
# By name: papers.tasks imports this module.
NUDGE_TASK = "papers.tasks.fetch_requested_paper"

State = PaperRequest.State


def request_paper(user: AbstractBaseUser, text: str) -> PaperRequest | Paper:
    """The paper that `text` names when it is known here, else the row of a request for it.

    A reader who asks again for what is still being fetched gets the row there is; 30 new rows a
    reader in 24 hours. A worker is nudged once the row is committed; without a broker the tick
    finds it. Raises ValueError in words when `text` names no paper or the limit is reached.
    """
    wanted = read_wanted(text)
    if known := find_known(wanted.names):
        return known
    if wanted.scheme == NUMBER:
        raise ValueError(_("There is no paper of this number here."))
    with transaction.atomic():
        # Two requests of one reader at the same time must not pass the limit together.
        get_user_model()._default_manager.select_for_update(no_key=True).get(pk=user.pk)
        return _waiting(user, wanted) or _make(user, wanted)


def find_known(names: Iterable[tuple[str, str]]) -> Paper | None:
    """The paper known under one of `names`, (scheme, value) pairs, the first that is."""
    for scheme, value in names:
        if scheme == NUMBER:
            number = int(value)
            return Paper.objects.filter(pk=merged_into([number]).get(number, number)).first()
        rows = PaperIdentifier.objects.filter(scheme=scheme, value=value).select_related("paper")
        if identifier := rows.first():
            return identifier.paper
    return None


def paper_of(request: PaperRequest) -> Paper | None:
    """The paper that a request found; a merge may have moved it to another row since."""
    if request.state != State.FOUND:
        return None
    return request.paper or find_known([(request.scheme, request.value)])


def _of(wanted: Wanted) -> "QuerySet[PaperRequest]":
    waiting = PaperRequest.objects.filter(state=State.WAITING)
    return waiting.filter(scheme=wanted.scheme, value=wanted.value)


def _waiting(user: AbstractBaseUser, wanted: Wanted) -> PaperRequest | None:
    return _of(wanted).filter(requested_by_id=user.pk).first()


def _make(user: AbstractBaseUser, wanted: Wanted) -> PaperRequest:
    asked = PaperRequest.objects.filter(requested_by_id=user.pk)
    if asked.filter(requested_at__gt=Now() - timedelta(days=1)).count() >= MOST_A_DAY:
        words = _("You have asked for %d papers within a day. Ask for more tomorrow.")
        raise ValueError(words % MOST_A_DAY)
    request = PaperRequest(
        scheme=wanted.scheme, value=wanted.value, requested_by_id=user.pk, state=State.WAITING
    )
    # Another reader's look-up of the same paper is under way: this row lives and ends with it.
    if other := _of(wanted).select_for_update().first():
        request.attempts, request.reason = other.attempts, other.reason
        request.next_due_at, request.leased_until = other.next_due_at, other.leased_until
        request.lease_token = other.lease_token
    request.save()
    nudges.nudge(NUDGE_TASK, request.pk)
    return request


def fetch_requested(request_id: int) -> None:
    """Look the paper up, store it, and write to every row that waits for it what came of it.

    Returns quietly when the row is gone, another's, not due or done. After a failure the paper is
    asked for again in 1, 5 and 30 minutes, later when the host wants a longer pause.
    """
    request = _claim(request_id)
    if request is None:
        return
    try:
        if request.attempts > len(RETRIES) + 1:  # its worker died each time
            raise NoSuchPaperError(gettext_noop("It could not be read in four attempts."))
        known = find_known([(request.scheme, request.value)])
        paper = known or _store(look_up(request.scheme, request.value))
    except NoSuchPaperError as error:
        _settle(request, State.FAILED, reason=str(error))
    except FeedError as error:
        _try_again(request, error)
    else:
        _settle(request, State.FOUND, paper=paper)


def _free() -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=Now())


def _claim(request_id: int) -> PaperRequest | None:
    """Take the turn of this request and of all others for the same paper, for ten minutes."""
    request = PaperRequest.objects.filter(pk=request_id).first()
    if request is None:
        return None
    token = uuid.uuid4()
    same = _of(Wanted(request.scheme, request.value))
    if not same.filter(_free(), next_due_at__lte=Now()).update(
        attempts=F("attempts") + 1, lease_token=token, leased_until=Now() + LEASE
    ):
        return None
    return same.filter(lease_token=token, pk=request_id).first()


def _store(found: Found) -> Paper:
    record = found.record
    ingest(
        [record],
        text_source=found.text_source,
        today=timezone.now().date(),
        origin=found.origin,
    )
    names = (("arxiv", record.arxiv_id), ("doi", record.doi), ("url", record.url))
    paper = find_known(names)
    if paper is None:
        raise NoSuchPaperError(gettext_noop("The answer lacks what a paper must have: a title."))
    return paper


def _settle(
    request: PaperRequest, state: State, *, reason: str = "", paper: Paper | None = None
) -> None:
    _held(request).update(
        state=state, reason=reason, paper=paper, lease_token=None, leased_until=None
    )


def _try_again(request: PaperRequest, error: FeedError) -> None:
    """Say why, and when it is tried again; a host that was never asked costs no attempt."""
    asked = error.retry_after_seconds if isinstance(error, FetchError) else None
    wait = min(timedelta(seconds=asked or 0.0), LONGEST_PAUSE)
    attempts = request.attempts
    if isinstance(error, HostBusyError):
        attempts -= 1
    elif attempts > len(RETRIES):
        _settle(request, State.FAILED, reason=f"{error} You may ask for it again later.")
        return
    else:
        wait = max(RETRIES[attempts - 1], wait)
    _held(request).update(
        reason=str(error),
        attempts=attempts,
        next_due_at=Now() + wait,
        lease_token=None,
        leased_until=None,
    )


def _held(request: PaperRequest) -> "QuerySet[PaperRequest]":
    # By the token alone: it stands on every row that was claimed with this one.
    return PaperRequest.objects.filter(lease_token=request.lease_token, state=State.WAITING)
