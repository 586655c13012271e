"""What befalls the folder of an index: it fills up, is damaged, or is gone."""

import errno
import logging
import resource
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from papers.search import folder
from papers.search.engine import search
from papers.search.follower import Follower, follow, index_now, state
from papers.search.language import parse
from papers.search.reader import IndexNotReady
from tests.factories import make_paper
from tests.papers.search.impatience import ImpatientStop

pytestmark = pytest.mark.django_db(transaction=True)


def find(text: str) -> list[int]:
    return [hit.paper_id for hit in search(parse(text), limit=20).hits]


def live_name() -> str:
    path = folder.current()
    assert path is not None
    return path.name


@contextmanager
def full_disk() -> Iterator[None]:
    """As much as the state of the follower can be written, no file of an index."""
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))


def test_build_on_a_full_disk_is_tried_again_and_leaves_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    owl = make_paper(title="On owls")
    stop = ImpatientStop(after=2)
    with full_disk():
        follow(stop)
    assert stop.waits == [30.0, 30.0]
    assert list(folder.root().glob("v*")) == []
    assert caplog.text.count("cannot be written and is tried again every 30 seconds") == 1
    index_now()
    assert find("owls") == [owl.pk]


def test_full_disk_leaves_the_index_that_is_there_and_loses_no_change(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    owl = make_paper(title="On owls")
    index_now()
    before = live_name()
    heron = make_paper(title="On herons")
    with full_disk():
        follow(ImpatientStop(after=2))
    said = state()
    assert said is not None
    assert (said.phase, find("owls"), find("herons")) == ("stuck", [owl.pk], [])
    follow(ImpatientStop(after=1))
    index_now()
    assert (live_name(), find("herons")) == (before, [heron.pk])
    assert "The search index is written again." in caplog.messages


def test_what_the_follower_says_needs_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    index_now()
    before = state()

    def refuse(*_arguments: object, **_options: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", refuse)
    with full_disk():
        make_paper(title="On herons")
        follow(ImpatientStop(after=1))
    said = state()
    assert before is not None
    assert said is not None
    assert (before.phase, said.phase) == ("following", "stuck")
    assert [path.name for path in folder.root().glob("state*")] == ["state.json"]


def test_folder_that_cannot_be_made_is_waited_for(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    settings.SEARCH_INDEX = tmp_path / "file" / "index"
    stop = ImpatientStop(after=1)
    follow(stop)
    assert stop.waits == [30.0]
    assert "Not a directory" in caplog.text


@pytest.mark.parametrize("kind", ["term", "idx", "fast"])
def test_index_with_a_damaged_file_is_built_again(kind: str) -> None:
    owl = make_paper(title="On owls")
    index_now()
    for file in (folder.root() / "current").glob(f"*.{kind}"):
        file.write_bytes(bytes(100))
    index_now()
    assert find("owls") == [owl.pk]


@pytest.mark.parametrize("kind", ["term", "idx", "fast"])
def test_index_with_a_changed_byte_is_built_again_and_not_asked_meanwhile(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    owl = make_paper(title="On owls")
    index_now()
    damage(*(folder.root() / "current").glob(f"*.{kind}"))
    stopped = threading.Event()
    stopped.set()
    Follower(stopped).step()
    with pytest.raises(IndexNotReady):
        find("owls")
    assert f".{kind}) and is built again" in caplog.text
    index_now()
    assert find("owls") == [owl.pk]


def test_file_that_a_killed_follower_left_half_written_is_no_damage() -> None:
    make_paper(title="On owls")
    index_now()
    before = live_name()
    (folder.root() / before / f"{'0' * 32}.term").write_bytes(b"half")
    index_now()
    assert live_name() == before


def damage(*files: Path) -> None:
    for file in files:
        content = bytearray(file.read_bytes())
        content[len(content) // 4] ^= 1
        file.write_bytes(content)


def test_index_removed_from_under_the_follower_is_built_again() -> None:
    owl = make_paper(title="On owls")
    follower = Follower(threading.Event())
    follower.step()
    shutil.rmtree(folder.root() / live_name())
    follower.step()
    assert find("owls") == [owl.pk]


def test_many_papers_at_once_are_told_commit_by_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    make_paper(title="On owls")
    index_now()
    monkeypatch.setattr("papers.search.follower.COMMIT_PAPERS", 2)
    told: list[int] = []
    monkeypatch.setattr(folder, "write_state", lambda state: told.append(state.indexed))
    for number in range(7):
        make_paper(title=f"On heron {number}")
    index_now()
    assert len(set(told)) >= 4
