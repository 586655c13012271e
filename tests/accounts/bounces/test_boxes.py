import mailbox
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.bounces import boxes
from accounts.bounces.boxes import BoxError, read_configured, read_imap, read_path
from tests.accounts.bounces.imap_server import ImapServer, imap_server


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    path = tmp_path / "box"
    mailbox.Maildir(path).close()
    for number in (1, 2):
        (path / "new" / f"{number}.host").write_bytes(b"mail %d" % number)
    return path


def names(path: Path) -> tuple[list[str], list[str]]:
    return sorted(os.listdir(path / "new")), sorted(os.listdir(path / "cur"))


def test_mails_of_a_maildir_are_moved_on_as_seen(maildir: Path) -> None:
    assert list(read_path(maildir)) == [b"mail 1", b"mail 2"]
    assert names(maildir) == ([], ["1.host:2,S", "2.host:2,S"])
    assert list(read_path(maildir)) == []


def test_a_mail_that_was_not_handled_stays_new(maildir: Path) -> None:
    mails = read_path(maildir)
    next(mails), next(mails)
    assert isinstance(mails, Iterator)
    mails.close()  # type: ignore[attr-defined]
    assert names(maildir) == (["2.host"], ["1.host:2,S"])


def test_a_mail_that_another_run_took_is_passed_over(maildir: Path) -> None:
    mails = read_path(maildir)
    next(mails)
    for name in ("1.host", "2.host"):
        (maildir / "new" / name).unlink()
    assert list(mails) == []


def test_what_is_no_file_is_passed_over(maildir: Path) -> None:
    os.mkfifo(maildir / "new" / "0.pipe")
    (maildir / "new" / "0.folder").mkdir()
    (maildir / "new" / "0.link").symlink_to("/etc/hostname")
    assert list(read_path(maildir)) == [b"mail 1", b"mail 2"]


def test_large_mails_are_cut_and_many_left_for_the_next_run(
    maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boxes, "MOST_BYTES", 4)
    monkeypatch.setattr(boxes, "MOST_MAILS", 1)
    assert list(read_path(maildir)) == [b"mail"]
    assert list(read_path(maildir)) == [b"mail"]
    assert list(read_path(maildir)) == []


def test_an_mbox_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "box"
    content = b"From a@b Tue Mar  3 07:00:00 2026\nA: 1\n\none\n\nFrom c@d x\nA: 2\n\ntwo\n"
    path.write_bytes(content)
    first, second = read_path(path)
    assert first.startswith(b"A: 1")
    assert second == b"A: 2\n\ntwo\n"
    assert path.read_bytes() == content


def test_a_file_that_is_no_mbox_is_one_mail(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(b"A: 1\n\none\n")
    assert list(read_path(tmp_path / "one.eml")) == [b"A: 1\n\none\n"]


def test_what_is_no_box_is_said(tmp_path: Path) -> None:
    with pytest.raises(BoxError, match="neither a Maildir nor an mbox"):
        list(read_path(tmp_path / "nothing"))
    with pytest.raises(BoxError, match="no folders new and cur"):
        list(read_path(tmp_path))


def test_unseen_mails_over_imap_are_read_and_flagged() -> None:
    with imap_server(ImapServer({7: b"one", 9: b"two\r\nlines"})) as server:
        url = f"imap://reader%40example.org:secret@127.0.0.1:{server.port}"
        assert list(read_imap(url)) == [b"one", b"two\r\nlines"]
        assert server.seen == {7, 9}
        assert list(read_imap(url)) == []


def test_a_mail_over_imap_that_was_not_handled_stays_unseen() -> None:
    with imap_server(ImapServer({7: b"one", 9: b"two"})) as server:
        mails = read_imap(f"imap://a:secret@127.0.0.1:{server.port}/")
        next(mails), next(mails)
        mails.close()  # type: ignore[attr-defined]
        assert server.seen == {7}


def test_a_folder_and_a_size_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "MOST_BYTES", 3)
    with imap_server(ImapServer({1: b"a long one"}, folder="Mail/Bounces")) as server:
        url = f"imap://a:secret@127.0.0.1:{server.port}/Mail/Bounces"
        assert list(read_imap(url)) == [b"a l"]


@pytest.mark.parametrize(
    ("path", "password", "words"),
    [("", "wrong", "wrong password"), ("/Nowhere", "secret", "refused opening the folder Nowhere")],
)
def test_what_the_server_refuses_is_said_without_the_password(
    path: str, password: str, words: str
) -> None:
    with imap_server(ImapServer({})) as server:
        url = f"imap://a:{password}@127.0.0.1:{server.port}{path}"
        with pytest.raises(BoxError, match=words) as caught:
            list(read_imap(url))
    assert re.search(r"secret|:wrong@", str(caught.value)) is None


def test_a_server_that_is_away_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for scheme in ("imap", "imaps"):
        with pytest.raises(BoxError, match="cannot be read"):
            list(read_imap(f"{scheme}://a:b@127.0.0.1:{port}"))


def test_every_box_that_is_set_is_read(maildir: Path, settings: Settings) -> None:
    assert list(read_configured()) == []
    settings.BOUNCE_MAILDIR = str(maildir)
    with imap_server(ImapServer({1: b"by imap"})) as server:
        settings.BOUNCE_IMAP_URL = f"imap://a:secret@127.0.0.1:{server.port}"
        assert list(read_configured()) == [b"by imap", b"mail 1", b"mail 2"]
