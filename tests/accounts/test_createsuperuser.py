"""Making an administrator, of a new account and of one that is there."""

from io import StringIO
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ADDRESS = "ada@example.org"


def give(email: str = ADDRESS) -> str:
    out = StringIO()
    call_command("createsuperuser", existing=email, stdout=out)
    return out.getvalue()


def test_a_new_account_is_made() -> None:
    call_command("createsuperuser", email=ADDRESS, interactive=False, stdout=StringIO())
    made = User.objects.get()
    assert (made.email, made.is_staff, made.is_superuser) == (ADDRESS, True, True)


def test_one_that_is_there_gets_all_rights_and_is_told(
    mailoutbox: list[EmailMessage],
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    reader = make_user(email=ADDRESS)
    with django_capture_on_commit_callbacks(execute=True):
        assert give("Ada@Example.org") == "ada@example.org has all rights.\n"
    reader.refresh_from_db()
    assert (reader.is_staff, reader.is_superuser) == (True, True)
    (mail,) = mailoutbox
    assert mail.to == [ADDRESS]
    assert "You have all rights of the administration." in str(mail.body)
    assert f"rights_changed row={reader.pk} given=is_staff,is_superuser" in caplog.text


def test_one_that_is_closed_is_opened_and_gets_its_issues() -> None:
    reader = make_user(email=ADDRESS, is_active=False, digest_enabled=True)
    give()
    reader.refresh_from_db()
    assert reader.is_active
    assert reader.next_due_at is not None


def test_one_that_has_them_is_told_nothing(
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make_user(email=ADDRESS, is_staff=True, is_superuser=True)
    with django_capture_on_commit_callbacks(execute=True):
        assert give() == "ada@example.org has all rights already.\n"
    assert mailoutbox == []


def test_rights_are_given_where_no_mail_can_be_sent(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def fail(_message: EmailMessage) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", fail)
    make_user(email=ADDRESS)
    with django_capture_on_commit_callbacks(execute=True):
        give()
    assert User.objects.get().is_superuser


def test_an_address_that_nobody_confirmed_gets_none() -> None:
    make_user(email=ADDRESS)
    EmailAddress.objects.update(verified=False)
    with pytest.raises(CommandError, match="Nobody has confirmed"):
        give()
    assert not User.objects.get().is_superuser


def test_an_address_without_account_is_said() -> None:
    with pytest.raises(CommandError, match="No account has this address"):
        give()


def test_who_gives_an_address_that_is_there_is_told_the_way() -> None:
    make_user(email=ADDRESS)
    with pytest.raises(CommandError, match=f"createsuperuser --existing {ADDRESS}"):
        call_command("createsuperuser", email=ADDRESS, interactive=False)


def test_who_types_an_address_that_is_there_is_told_the_way() -> None:
    """And asked again, as Django does."""
    make_user(email=ADDRESS)
    said = StringIO()
    with (
        patch("builtins.input", side_effect=[ADDRESS, KeyboardInterrupt]),
        patch("sys.stdin.isatty", return_value=True),
        pytest.raises(SystemExit),
    ):
        call_command("createsuperuser", stderr=said)
    assert f"createsuperuser --existing {ADDRESS}" in said.getvalue()
