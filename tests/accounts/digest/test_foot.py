from datetime import UTC, date, datetime

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from accounts.digest import foot, ledger, send
from accounts.digest.tick import tick
from accounts.models import Delivery
from papers.models import Batch
from tests.factories import make_paper, make_user
from tests.papers.coverage.rows import make_arxiv_source, make_batch

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 3, 3)
MORNING = datetime(2026, 3, 3, 14, tzinfo=UTC)
LINE = (
    "Not all papers of Tuesday, 3 March are known to have come. cs.CL: 95 of 108 so far. "
    "cs.LG: total not stated."
)


@pytest.fixture(autouse=True)
def categories(settings: Settings) -> None:
    settings.ARXIV_CATEGORIES = ["cs.CL", "cs.LG"]


def incomplete_day() -> None:
    partial = {"received": 95, "expected": 108, "state": Batch.State.PARTIAL}
    make_batch(source=make_arxiv_source(key="cs.CL"), day=TUESDAY, **partial)
    make_batch(source=make_arxiv_source(key="cs.LG"), day=TUESDAY, received=40)


def test_the_foot_says_what_is_missing() -> None:
    incomplete_day()
    assert foot.coverage_line(MORNING) == LINE


def test_when_all_came_the_foot_is_silent() -> None:
    make_batch(source=make_arxiv_source(), day=TUESDAY, received=108, expected=108)
    assert foot.coverage_line(MORNING) == ""


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 3, 3, 6, tzinfo=UTC), "Monday, 2 March"),
        (datetime(2026, 3, 3, 7, tzinfo=UTC), "Tuesday, 3 March"),
        (datetime(2026, 3, 8, 7, tzinfo=UTC), "Friday, 6 March"),
    ],
)
def test_the_day_meant_is_the_newest_whose_batch_is_due(now: datetime, day: str) -> None:
    make_arxiv_source()
    assert f"Not all papers of {day} are known to have come." in foot.coverage_line(now)


def test_a_site_without_such_feeds_says_nothing() -> None:
    assert foot.coverage_line(MORNING) == ""


def test_both_forms_of_the_mail_and_the_web_copy_say_it(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    incomplete_day()
    reader = make_user(digest_enabled=True, next_due_at=MORNING)
    make_paper(announced_on=TUESDAY, upvotes=9, popularity=1.0, score=1.0)
    for chunk in tick(MORNING, MORNING).chunks:
        send.deliver(chunk, now=MORNING, at=MORNING)
    (mail,) = mailoutbox
    assert LINE in " ".join(mail.body.split())
    assert LINE in mail.html  # type: ignore[attr-defined]
    client.force_login(reader)
    assert LINE in client.get(f"/issues/{TUESDAY}/").content.decode()


def test_the_ledger_is_read_once_for_all_readers_of_a_chunk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[datetime] = []

    def note(now: datetime) -> str:
        read.append(now)
        return ""

    monkeypatch.setattr(foot, "coverage_line", note)
    make_paper(announced_on=TUESDAY, upvotes=9, popularity=1.0, score=1.0)
    rows = [ledger.new_delivery(make_user(), TUESDAY, MORNING) for _ in range(3)]
    for row in rows:
        row.save()
    send.deliver([row.pk for row in rows], now=MORNING, at=MORNING)
    assert Delivery.objects.filter(state=Delivery.State.SENT).count() == 3
    assert read == [MORNING]
