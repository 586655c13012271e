import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.digest import ledger, replay_readers
from accounts.digest.replay import KeepingBackend
from accounts.models import Delivery, User
from papers.models import HostGate, Paper, Source
from tests.factories import make_user
from tests.origin.samples import make_batch

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_world(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    settings.ARXIV_CATEGORIES = ["cs.CL"]


@pytest.fixture
def papers_file(tmp_path: Path) -> Path:
    papers = [*make_batch(day=MONDAY, count=30), *make_batch(day=TUESDAY, count=30, first=31)]
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    return path


def replay(papers_file: Path, *extra: str) -> str:
    out = StringIO()
    lists = ["--origin-hf", str(papers_file.parent)]
    days = ["--from", str(MONDAY), "--to", str(TUESDAY)]
    call_command("replay", *days, "--origin-papers", str(papers_file), *lists, *extra, stdout=out)
    return out.getvalue()


@pytest.mark.promise(1)
def test_every_due_day_gives_one_issue_and_no_paper_comes_twice(papers_file: Path) -> None:
    told = replay(papers_file, "--readers", "6")
    assert "0 missing, 0 not asked for, 0 unfinished; 0 doubles, 0 papers twice" in told
    assert Delivery.objects.filter(state="sent").count() > 0


def test_sources_are_left_as_they_were(papers_file: Path) -> None:
    replay(papers_file)
    assert Paper.objects.count() == 60
    assert not Source.objects.exclude(last_success_at=None).exists()
    assert not HostGate.objects.exists()


def test_nobody_is_mailed_afterwards(papers_file: Path, mailoutbox: list[EmailMessage]) -> None:
    replay(papers_file, "--readers", "2")
    assert not User.objects.exclude(next_due_at=None).exists()
    assert mailoutbox == []


def test_mail_can_be_kept_to_look_at(papers_file: Path, tmp_path: Path) -> None:
    replay(papers_file, "--readers", "6", "--outbox", str(tmp_path / "box"))
    kept = len(list((tmp_path / "box").glob("*.eml")))
    assert kept == Delivery.objects.filter(state="sent").count() > 0


def test_database_with_real_accounts_is_refused(papers_file: Path) -> None:
    make_user()
    with pytest.raises(CommandError, match="real accounts"):
        replay(papers_file, "--readers", "2")
    assert User.objects.count() == 1


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(CommandError, match="before"):
        call_command("replay", "--from", "2026-03-03", "--to", "2026-03-02")


def test_broken_papers_file_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_text("not a paper\n")
    with pytest.raises(CommandError, match="Line 1"):
        replay(path)


def test_broken_promises_are_seen() -> None:
    (reader,) = replay_readers.make_readers(1, NOW)
    issue = ledger.new_delivery(
        reader, date(2026, 3, 7), NOW, state="sent", items=[{"paper": 1}] * 2
    )
    issue.save()
    KeepingBackend.kept.clear()
    KeepingBackend.kept[issue.message_id, reader.email] = 2
    verdict = replay_readers.judge([reader], MONDAY, TUESDAY)
    assert (verdict.missing, verdict.unasked, verdict.doubles, verdict.papers_twice) == (2, 1, 1, 1)
    assert not verdict.is_kept
