from collections.abc import Callable
from datetime import timedelta

import pytest
from celery.app.base import Celery
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from papers import requests
from papers.feeds.records import FeedError, FetchError, HostBusyError, PaperRecord, ParseError
from papers.lookup import Found, NoSuchPaperError
from papers.models import Paper, PaperRequest, TextSource
from papers.requests import fetch_requested, request_paper
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db

ID = "2603.01234"
RECORD = PaperRecord(arxiv_id=ID, title="A Requested Paper", abstract="It was asked for.")

Answer = Callable[[str, str], Found]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Found | Exception], list[str]]:
    """Say what the outside answers; the list that comes back says what it was asked for."""

    def set_answer(given: Found | Exception) -> list[str]:
        asked: list[str] = []

        def look_up(scheme: str, value: str) -> Found:
            asked.append(f"{scheme}:{value}")
            if isinstance(given, Exception):
                raise given
            return given

        monkeypatch.setattr(requests, "look_up", look_up)
        return asked

    return set_answer


Says = Callable[[Found | Exception], list[str]]
FOUND = Found(RECORD, TextSource.ARXIV, "arxiv_api")


def make_request(**fields: object) -> PaperRequest:
    given = {"scheme": "arxiv", "value": ID, "requested_by": fields.pop("by", None) or make_user()}
    return PaperRequest.objects.create(**(given | fields))


def state_of(request: PaperRequest) -> tuple[str, str]:
    request.refresh_from_db()
    return request.state, request.reason


def minutes_until_due(request: PaperRequest) -> float:
    request.refresh_from_db()
    return (request.next_due_at - timezone.now()).total_seconds() / 60


def test_a_paper_that_is_here_is_returned_at_once() -> None:
    known = make_paper(arxiv_id=ID)
    assert request_paper(make_user(), f"https://arxiv.org/pdf/{ID}v3") == known
    assert not PaperRequest.objects.exists()


def test_the_doi_in_an_address_finds_a_paper_that_is_here() -> None:
    known = make_paper()
    known.identifiers.create(scheme="doi", value="10.1000/abc.1")
    assert request_paper(make_user(), "https://dl.example.org/doi/10.1000/ABC.1") == known


def test_another_paper_becomes_a_row_and_a_worker_is_nudged(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    nudged: list[tuple[str, object]] = []
    monkeypatch.setattr(
        Celery, "send_task", lambda app, name, args, **_: nudged.append((name, args))
    )
    with django_capture_on_commit_callbacks(execute=True):
        made = request_paper(make_user(), ID)
    assert isinstance(made, PaperRequest)
    assert (made.scheme, made.value, made.state) == ("arxiv", ID, "waiting")
    assert nudged == [("papers.tasks.fetch_requested_paper", (made.pk,))]


def test_without_a_broker_the_row_waits_for_the_tick(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(Celery, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        request_paper(make_user(), ID)
    assert PaperRequest.objects.get().next_due_at <= timezone.now()


def test_a_reader_who_asks_again_gets_the_row_there_is() -> None:
    reader = make_user()
    first, second = request_paper(reader, ID), request_paper(reader, f"arXiv:{ID}v2")
    assert first == second


def test_thirty_papers_a_day_are_the_limit() -> None:
    reader = make_user()
    for n in range(30):
        make_request(by=reader, value=f"2603.1{n:04}", state="failed")
    with pytest.raises(ValueError, match="30 papers within a day"):
        request_paper(reader, ID)
    PaperRequest.objects.update(requested_at=timezone.now() - timedelta(hours=25))
    assert isinstance(request_paper(reader, ID), PaperRequest)


def test_what_came_is_stored_and_the_request_found(answer: Says) -> None:
    answer(FOUND)
    request = make_request()
    fetch_requested(request.pk)
    assert state_of(request) == ("found", "")
    assert request.paper == Paper.objects.get(arxiv_id=ID)
    assert requests.paper_of(request) == request.paper


def test_readers_who_want_the_same_paper_share_one_look_up(answer: Says) -> None:
    asked = answer(FOUND)
    first = make_request()
    second = request_paper(make_user(), ID)
    assert isinstance(second, PaperRequest)
    fetch_requested(first.pk)
    fetch_requested(second.pk)
    assert asked == [f"arxiv:{ID}"]
    assert state_of(first) == state_of(second) == ("found", "")


def test_one_who_comes_while_it_is_looked_up_waits_with_the_other(answer: Says) -> None:
    asked = answer(FOUND)
    make_request(leased_until=timezone.now() + timedelta(minutes=4), attempts=1)
    second = request_paper(make_user(), ID)
    assert isinstance(second, PaperRequest)
    fetch_requested(second.pk)
    assert asked == []


def test_a_paper_that_came_meanwhile_is_not_asked_for(answer: Says) -> None:
    asked = answer(FOUND)
    request = make_request()
    known = make_paper(arxiv_id=ID)
    fetch_requested(request.pk)
    request.refresh_from_db()
    assert (request.paper, asked) == (known, [])


def test_a_paper_that_nobody_has_is_said_at_once(answer: Says) -> None:
    answer(NoSuchPaperError(f"arXiv has no paper {ID}."))
    request = make_request()
    fetch_requested(request.pk)
    assert state_of(request) == ("failed", f"arXiv has no paper {ID}.")


@pytest.mark.parametrize(("attempt", "minutes"), [(0, 1), (1, 5), (2, 30)])
def test_a_failure_is_tried_again_after_1_5_and_30_minutes(
    answer: Says, attempt: int, minutes: int
) -> None:
    answer(FetchError("arxiv.org answered with HTTP 500.", status=500))
    request = make_request(attempts=attempt)
    fetch_requested(request.pk)
    assert state_of(request) == ("waiting", "arxiv.org answered with HTTP 500.")
    assert minutes_until_due(request) == pytest.approx(minutes, abs=0.1)
    assert request.leased_until is None


def test_after_the_fourth_attempt_it_has_failed(answer: Says) -> None:
    answer(ParseError("It is HTML."))
    request = make_request(attempts=3)
    fetch_requested(request.pk)
    assert state_of(request) == ("failed", "It is HTML. You may ask for it again later.")


@pytest.mark.promise(15)
def test_a_request_whose_worker_dies_each_time_ends(answer: Says) -> None:
    asked = answer(FOUND)
    request = make_request(attempts=4, leased_until=timezone.now() - timedelta(minutes=1))
    fetch_requested(request.pk)
    assert state_of(request)[0] == "failed"
    assert asked == []


@pytest.mark.promise(20)
def test_a_host_that_asks_for_a_pause_gets_it(answer: Says) -> None:
    error = FetchError("Later.", status=503, retry_after_seconds=1200, host_wide=True)
    answer(error)
    request = make_request()
    fetch_requested(request.pk)
    assert minutes_until_due(request) == pytest.approx(20, abs=0.1)


def test_a_host_that_was_never_asked_costs_no_attempt(answer: Says) -> None:
    answer(HostBusyError("Not now.", retry_after_seconds=600))
    request = make_request(attempts=3)
    fetch_requested(request.pk)
    assert state_of(request) == ("waiting", "Not now.")
    assert request.attempts == 3
    assert minutes_until_due(request) == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "found"},
        {"next_due_at": timezone.now() + timedelta(hours=1)},
        {"leased_until": timezone.now() + timedelta(hours=1)},
    ],
)
def test_what_is_done_not_due_or_anothers_is_left_alone(
    answer: Says, fields: dict[str, object]
) -> None:
    asked = answer(FeedError("never asked"))
    fetch_requested(make_request(**fields).pk)
    fetch_requested(0)
    assert asked == []


def test_a_merged_paper_is_found_by_its_name() -> None:
    request = make_request(state="found", paper=None)
    assert requests.paper_of(request) is None
    kept = make_paper(arxiv_id=ID)
    assert requests.paper_of(request) == kept
