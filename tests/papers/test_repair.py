from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from papers import documents, harvest, repair, rounds
from papers.models import Announcement, Harvest, Paper, Source
from tests.factories import make_source
from tests.origin import Origin
from tests.origin.samples import make_batch

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
# 23:20 in New York on Wednesday: after that evening's announcement.
NIGHT = datetime(2026, 3, 5, 4, 20, tzinfo=UTC)


@pytest.fixture
def origin(settings: Settings) -> Iterator[Origin]:
    settings.ARXIV_SPACING_SECONDS = 0.0
    papers = make_batch(day=MONDAY, count=5, categories=("cs.CL", "cs.AI"))
    with Origin(papers=papers, day=date(2026, 3, 4)) as running:
        for name, value in running.settings.items():
            setattr(settings, name, value)
        yield running


@pytest.fixture
def source() -> Source:
    return make_source(kind=Source.Kind.ARXIV_OAI, key="cs.CL")


def repair_tonight(source: Source, now: datetime = NIGHT) -> None:
    Source.objects.update(next_due_at=now)
    source.refresh_from_db()
    rounds.take_turn(source, now=now)
    while due := harvest.due(now):
        claimed = harvest.claim(due[0], now=now)
        document = rounds.read_page(claimed, now=now) if claimed else None
        taken = documents.claim_document(document.pk) if document else None
        if taken:
            rounds.store(taken, now=now)
    source.refresh_from_db()


def test_what_the_feed_never_brought_is_repaired(origin: Origin, source: Source) -> None:
    repair_tonight(source)
    assert Paper.objects.filter(announced_on=MONDAY).count() == 5
    assert source.state == Source.State.OK


def test_both_formats_are_read(origin: Origin, source: Source) -> None:
    repair_tonight(source)
    states = set(Harvest.objects.values_list("interface", "state"))
    assert states == {("oai", "done"), ("oai_raw", "done")}
    assert Paper.objects.earliest("pk").versions.count() == 1


def test_a_day_that_the_feed_missed_is_listed_after_it(origin: Origin, source: Source) -> None:
    make_source(kind=Source.Kind.ARXIV_RSS, key="cs.CL")
    repair_tonight(source)
    assert Announcement.objects.on(MONDAY, "cs.CL").count() == 5


def test_the_next_night_asks_from_the_day_before_the_last(origin: Origin, source: Source) -> None:
    repair_tonight(source)
    repair_tonight(source, NIGHT + timedelta(days=1))
    newest = Harvest.objects.latest("pk")
    assert newest.first_on == date(2026, 3, 3)


def test_a_worker_killed_between_the_readings_loses_no_night(
    origin: Origin, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first reading's last page was stored, the second was never begun."""
    with monkeypatch.context() as killed:
        killed.setattr(repair, "follow", lambda harvest, *, now: None)
        repair_tonight(source)
    repair_tonight(source, NIGHT + timedelta(days=1))
    first, *_others, last = Harvest.objects.order_by("pk")
    assert last.interface == "oai"
    assert last.first_on <= first.first_on


def test_a_repair_under_way_is_not_begun_twice(origin: Origin, source: Source) -> None:
    assert repair.begin(source, now=NIGHT) is not None
    assert repair.begin(source, now=NIGHT + timedelta(days=1)) is None


def test_a_failing_repair_is_said_at_its_source(origin: Origin, source: Source) -> None:
    origin.fail_next(status=500, path="/oai", times=1)
    repair_tonight(source)
    assert source.state == Source.State.FAILING
    assert "500" in source.last_error


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 3, 5, 3, 0, tzinfo=UTC), datetime(2026, 3, 5, 4, 10, tzinfo=UTC)),
        (datetime(2026, 3, 5, 4, 10, tzinfo=UTC), datetime(2026, 3, 6, 4, 10, tzinfo=UTC)),
        (datetime(2026, 7, 5, 4, 0, tzinfo=UTC), datetime(2026, 7, 6, 3, 10, tzinfo=UTC)),
    ],
)
def test_it_begins_in_the_late_evening_of_new_york(now: datetime, night: datetime) -> None:
    assert repair.next_night(now) == night
