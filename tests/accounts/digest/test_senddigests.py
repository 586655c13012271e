from io import StringIO

import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command

from accounts.digest import ledger
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def due() -> None:
    now = ledger.database_now()
    make_user(digest_enabled=True, next_due_at=now)
    make_paper(announced_on=now.date(), upvotes=9, popularity=1.0, score=1.0)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("senddigests", *arguments, stdout=out)
    return out.getvalue().strip()


def test_due_issues_are_sent_once(mailoutbox: list[EmailMessage]) -> None:
    assert run() == "1 sent"
    assert run() == "No issue is due."
    assert len(mailoutbox) == 1


def test_dry_run_only_counts(mailoutbox: list[EmailMessage]) -> None:
    assert run("--dry-run") == "1 issues are due."
    assert mailoutbox == []
