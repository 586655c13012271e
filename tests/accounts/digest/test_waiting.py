from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.digest import ledger, waiting
from accounts.digest.tick import tick
from accounts.models import Delivery
from tests.accounts.digest.test_foot import MORNING, TUESDAY, incomplete_day
from tests.factories import make_user
from tests.papers.coverage.rows import make_arxiv_source, make_batch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def waits(settings: Settings) -> None:
    settings.ARXIV_CATEGORIES = ["cs.CL", "cs.LG"]
    settings.DIGEST_WAIT_MINUTES = 60


def due(now: datetime) -> int:
    return sum(map(len, tick(now, now).chunks))


def test_issues_wait_for_missing_papers_and_no_longer_than_was_said() -> None:
    incomplete_day()
    make_user(digest_enabled=True, next_due_at=MORNING)
    moments = [MORNING, MORNING + timedelta(minutes=59), MORNING + timedelta(minutes=60)]
    assert [due(moment) for moment in moments] == [0, 0, 1]


def test_once_the_papers_are_there_issues_go_out() -> None:
    incomplete_day()
    make_user(digest_enabled=True, next_due_at=MORNING)
    assert due(MORNING) == 0
    from papers.models import Batch

    Batch.objects.update(received=108)
    assert due(MORNING + timedelta(minutes=1)) == 1


def test_nothing_waits_unless_the_operator_says_so(settings: Settings) -> None:
    settings.DIGEST_WAIT_MINUTES = 0
    incomplete_day()
    assert waiting.released_until(MORNING) == MORNING


def test_total_that_nobody_stated_holds_nothing_up() -> None:
    make_batch(source=make_arxiv_source(key="cs.CL"), day=TUESDAY, received=40)
    assert waiting.released_until(MORNING) == MORNING


def test_batch_that_has_not_come_holds_issues_up() -> None:
    make_arxiv_source(key="cs.CL")
    assert waiting.released_until(MORNING) == MORNING - timedelta(minutes=60)


def test_on_a_holiday_nothing_waits() -> None:
    make_arxiv_source(key="cs.CL")
    christmas = datetime(2026, 12, 25, 14, tzinfo=UTC)
    assert waiting.released_until(christmas) == christmas


def test_issue_that_was_tried_before_waits_for_no_papers() -> None:
    incomplete_day()
    user = make_user()
    row = ledger.new_delivery(user, TUESDAY, MORNING, attempts=1)
    row.save()
    assert tick(MORNING, MORNING).chunks == [[row.pk]]
    assert Delivery.objects.get().state == Delivery.State.DUE
