from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from pytest_django import Settings

from accounts import outbox
from accounts.outbox import OutboxBackend


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.OUTBOX = tmp_path / "var" / "outbox"
    return tmp_path / "var" / "outbox"


def send(subject: str = "Héllo", *, html: str = "<p>Hi</p>") -> None:
    message = EmailMultiAlternatives(subject, "Hi\n", "us@example.org", ["ada@example.org"])
    if html:
        message.attach_alternative(html, "text/html")
    assert OutboxBackend().send_messages([message]) == 1


def test_a_message_is_kept_whole_and_for_its_owner_only(folder: Path) -> None:
    send()
    (path,) = folder.iterdir()
    assert path.suffix == ".eml"
    assert (folder.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)


def test_the_newest_comes_first() -> None:
    send("First")
    send("Second")
    assert [outbox.read_line(name).subject for name in outbox.list_names()] == ["Second", "First"]


def test_a_message_reads_back_as_it_was_sent() -> None:
    send()
    message = outbox.read_message(outbox.list_names()[0])
    assert (message.line.to, message.line.subject) == ("ada@example.org", "Héllo")
    assert (message.text.strip(), message.html.strip()) == ("Hi", "<p>Hi</p>")
    assert ("From", "us@example.org") in message.headers


def test_a_message_without_html_has_none() -> None:
    send(html="")
    assert outbox.read_message(outbox.list_names()[0]).html == ""


def test_without_a_folder_there_is_no_mail() -> None:
    assert outbox.list_names() == []


@pytest.mark.parametrize("name", ["", "..", "../secret", "/etc/passwd", "20260301T000000000000Z-"])
def test_other_names_are_never_opened(folder: Path, name: str) -> None:
    folder.mkdir(parents=True)
    (folder.parent / "secret.eml").write_text("Subject: secret\n\n")
    with pytest.raises(FileNotFoundError):
        outbox.read_message(name)


def test_other_files_in_the_folder_are_not_listed(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "note.eml").write_text("x")
    assert outbox.list_names() == []
