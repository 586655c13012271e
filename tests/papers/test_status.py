import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from papers.documents import ATTEMPTS
from papers.models import AnswerCount, Batch, FetchedDocument, Harvest, HostGate, Source
from papers.search import folder
from papers.search.folder import FollowerState
from tests.factories import DAY, make_source, make_user
from tests.papers.coverage.rows import NOON, make_arxiv_source, make_batch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    settings.SEARCH_INDEX.mkdir()


def page(client: Client) -> str:
    return client.get("/status/").content.decode()


def make_document(*, source: Source, attempts: int, reason: str) -> FetchedDocument:
    return FetchedDocument.objects.create(
        source=source,
        body=b"",
        for_day=DAY,
        fetched_at=NOON,
        attempts=attempts,
        last_error=reason,
    )


def test_a_failing_source_says_why_and_stands_first(client: Client) -> None:
    make_arxiv_source(state=Source.State.OK)
    make_source(state=Source.State.FAILING, last_error="It did not answer in JSON.")
    shown = page(client)
    assert "It did not answer in JSON." in shown
    assert shown.index("Hugging Face Daily Papers") < shown.index("arXiv RSS cs.CL")


def test_a_source_says_when_it_was_and_will_be_tried(client: Client) -> None:
    make_source(last_attempt_at=NOON, last_success_at=NOON - timedelta(days=1), next_due_at=NOON)
    shown = page(client)
    assert shown.count('datetime="2026-03-02T17:00:00+00:00"') == 2
    assert 'datetime="2026-03-01T17:00:00+00:00"' in shown


def test_a_paused_source_has_no_next_try(client: Client) -> None:
    make_source(is_active=False)
    shown = page(client)
    assert "paused by an administrator" in shown
    assert "when it is resumed" in shown


@time_machine.travel(NOON, tick=False)
def test_a_host_that_asked_for_a_pause_moves_the_next_try(client: Client) -> None:
    make_source(next_due_at=NOON)
    HostGate.objects.create(host="huggingface.co:443", next_allowed_at=NOON + timedelta(minutes=10))
    shown = page(client)
    assert "Its host asked to be left alone for a while." in shown
    assert 'datetime="2026-03-02T17:10:00+00:00"' in shown


def test_the_key_in_a_feeds_address_is_not_public(client: Client) -> None:
    address = "https://journal.example.org/feed?token=secret"
    source = make_source(
        kind=Source.Kind.SYNDICATION,
        key=address,
        state=Source.State.FAILING,
        last_error=f"{address} redirects to https://elsewhere.example.net/secret, too.",
    )
    make_document(source=source, attempts=ATTEMPTS, reason=f"{address} said “no”")
    make_batch(source=source, rejected=1, problems=[f"Item 1 at {address} has no title."])
    shown = page(client)
    assert "journal.example.org" in shown
    assert "redirects to elsewhere.example.net" in shown
    assert "secret" not in shown


def test_the_strip_says_each_day_in_words(client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        make_batch(source=make_arxiv_source(), received=95, expected=108, state=Batch.State.PARTIAL)
        shown = page(client)
    assert 'title="Monday, 2 March: received 95 of 108"' in shown
    assert '<span class="visually-hidden">received 95 of 108</span>' in shown
    assert shown.count("none on weekends") == 2 * 9  # in words and as title
    assert "partial: fewer came than were stated" in shown


def test_a_batch_says_what_was_left_out_and_why(client: Client) -> None:
    make_batch(source=make_source(), received=12, rejected=1, problems=["Item 3 has no title."])
    assert "Item 3 has no title." in page(client)


def test_answers_of_today_are_counted_a_host(client: Client) -> None:
    today = datetime.now(UTC).date()
    for outcome, answers, size in (("200", 3, 2_000_000), ("304", 9, 0), ("too_slow", 1, 50)):
        AnswerCount.objects.create(
            host="rss.arxiv.org:443",
            day=today,
            outcome=outcome,
            answers=answers,
            received_bytes=size,
        )
    (line,) = client.get("/status/").context["hosts"]
    assert (line.answers, line.not_modified_percent, line.failures) == (13, 69, 1)
    assert line.received_bytes == 2_000_050


def test_only_answers_that_were_given_up_are_called_parked(client: Client) -> None:
    source = make_source()
    make_document(source=source, attempts=ATTEMPTS, reason="The database said no.")
    make_document(source=source, attempts=1, reason="Once more.")
    shown = page(client)
    assert "1 answer could not be stored" in shown
    assert "The database said no." in shown
    assert "Once more." not in shown


def test_a_backfill_under_way_is_shown_and_a_finished_one_is_not(client: Client) -> None:
    for scope, state in (("cs", "running"), ("math", "done")):
        Harvest.objects.create(
            interface="oai", scope=scope, state=state, first_on=DAY, window_first_on=DAY, pages=7
        )
    shown = page(client)
    assert "7 pages" in shown
    assert "<strong>math</strong>" not in shown


def test_staff_are_warned_of_a_missing_calendar_and_visitors_are_not(client: Client) -> None:
    with time_machine.travel(datetime(2026, 12, 9, 17, tzinfo=UTC), tick=False):
        assert "holidays of 2027" not in page(client)
        client.force_login(make_user(is_staff=True))
        assert "holidays of 2027" in page(client)


def test_only_staff_get_buttons(client: Client) -> None:
    source = make_source()
    button = f"/sources/{source.pk}/"
    assert button not in page(client)
    client.force_login(make_user())
    assert button not in page(client)


def test_ten_more_sources_take_no_more_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(10):
        make_batch(source=make_source(kind=Source.Kind.SYNDICATION, key=f"https://{number}.test/"))
        make_batch(source=make_arxiv_source(key=f"cs.{number}"))
    with django_assert_max_num_queries(14):
        client.get("/status/")


@pytest.mark.parametrize(("age_seconds", "is_silent"), [(1.0, False), (3600.0, True)])
def test_a_follower_that_stopped_is_said_to_be_silent(
    client: Client, age_seconds: float, is_silent: bool
) -> None:
    said_at = time.time() - age_seconds
    folder.write_state(FollowerState("following", 1200, 1200, 7, said_at, 1))
    assert "1,200 of 1,200 papers can be searched." in page(client)
    assert ("The index follower is silent" in page(client)) is is_silent


def test_an_index_that_cannot_be_written_is_said_so(client: Client) -> None:
    folder.write_state(FollowerState("stuck", 1200, 1200, 7, time.time(), 1))
    assert "The index cannot be written on this machine" in page(client)


def test_before_anything_ran_it_says_so(client: Client) -> None:
    shown = page(client)
    assert "has not run on this machine yet" in shown
    assert "No daily feed of arXiv is read yet." in shown


def test_looking_changes_nothing(client: Client) -> None:
    make_arxiv_source()
    page(client)
    assert not Batch.objects.exists()
    assert client.post("/status/").status_code == 405
