from datetime import timedelta

import pytest
from celery.app.base import Celery
from django.utils import timezone
from kombu.exceptions import OperationalError

from papers.feeds.parsing import ParserBugError
from readinglists.history import undo
from readinglists.imports import steps, storing
from readinglists.imports.turns import claim, waiting_for_work
from readinglists.models import ImportRow, ListChange, ListImport, ReadingList, WaitingEntry
from tests.factories import make_entry, make_paper, make_reading_list, make_user
from tests.readinglists.imports.items import import_text, make_import, shown

pytestmark = pytest.mark.django_db

TEXT = """# Of kestrels

- [One](https://arxiv.org/abs/2401.00001)
  Tags: a, b

  read twice
- [Two](https://arxiv.org/abs/2401.00002)

## Moors
- [Three](https://arxiv.org/abs/2401.00003)
- Nothing at all
- [One again](https://arxiv.org/abs/2401.00001)

  and once more
"""


def make_papers(count: int = 3) -> None:
    for number in range(1, count + 1):
        make_paper(arxiv_id=f"2401.0000{number}", title=f"Paper {number}")


def test_a_file_is_read_and_sorted_and_nothing_is_in_a_list_yet() -> None:
    make_papers(2)
    made = make_import(TEXT)
    assert (made.state, made.format, made.total, made.data) == ("ready", "pasted", 4, None)
    assert made.new_title == "Of kestrels"
    assert steps.counts_of(made) == {
        "matched": 2, "new": 1, "double": 1, "unknown": 1, "remark": 0,
    }  # fmt: skip
    assert made.rows.get(place=0).note == "read twice\n\nand once more"
    assert made.rows.get(outcome="unknown").words.startswith("This line names no paper")
    assert not ReadingList.objects.exists()


def test_it_becomes_a_new_list_in_the_files_order() -> None:
    make_papers()
    made = import_text(TEXT)
    assert made.state == "done"
    assert shown(made.reading_list) == [
        "2401.00001 [a] [b] read twice\n\nand once more",
        "2401.00002",
        "# Moors",
        "2401.00003",
    ]
    assert made.reading_list
    assert made.reading_list.title == "Of kestrels"
    assert made.reading_list.owner_id == made.user_id


def test_an_import_is_one_change_and_undone_as_a_whole() -> None:
    make_papers()
    target = make_reading_list()
    made = import_text(TEXT, into=target)
    change = ListChange.objects.get(reading_list=target)
    assert change == made.change
    assert change.kind == "imported"
    undo(change, target.owner)
    assert shown(target) == []


def test_sections_that_the_list_has_go_on_and_what_is_there_stays() -> None:
    make_papers()
    make_paper(arxiv_id="2401.00009")
    target = make_reading_list()
    import_text("2401.00009\n# Moors\n2401.00003\n# Last\n", into=target)
    import_text("# Last\n2401.00002", into=target)
    import_text(TEXT + "\n## Last\n- 2401.00004\n## New\n- 2401.00005\n", into=target)
    assert shown(target) == [
        "2401.00009",
        "2401.00001 [a] [b] read twice\n\nand once more",
        "# Moors",
        "2401.00003",
        "# Last",
        "2401.00002",
        "# New",
    ]
    positions = dict(WaitingEntry.objects.values_list("value", "position"))
    assert positions["2401.00004"] < target.headings.get(title="New").position
    assert positions["2401.00005"] > target.headings.get(title="New").position


def test_importing_the_same_again_changes_nothing() -> None:
    make_papers(2)
    target = make_reading_list()
    import_text(TEXT, into=target)
    before = shown(target)
    import_text(TEXT, into=target)
    assert shown(target) == before
    assert WaitingEntry.objects.count() == 1


def test_saves_count_what_was_imported() -> None:
    make_papers(1)
    paper = make_entry().paper
    import_text(f"2401.00001 {paper.arxiv_id}")
    paper.stats.refresh_from_db()
    assert paper.stats.saves == 2


def test_a_list_that_is_no_longer_the_readers_is_not_written_into() -> None:
    make_papers(1)
    made = make_import("2401.00001")
    foreign = make_reading_list()
    steps.ask_to_write(made, into=foreign, new_title="")
    assert made.state == "failed"
    assert "not yours to change" in made.reason
    assert not foreign.entries.exists()


def test_asking_twice_writes_once() -> None:
    make_papers(1)
    made = import_text("2401.00001")
    steps.ask_to_write(made, into=None, new_title="Again")
    assert ReadingList.objects.count() == 1


def test_a_file_that_cannot_be_read_says_why() -> None:
    made = make_import("%PDF-1.7")
    assert made.state == "failed"
    assert "a PDF" in made.reason


def test_a_fault_of_a_reader_is_said_and_does_not_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_apart(_data: bytes, _name: str) -> None:
        raise ParserBugError("Traceback")

    monkeypatch.setattr(storing, "read_apart", read_apart)
    made = make_import("2401.00001")
    assert "a fault of the site" in made.reason


def test_a_large_file_waits_for_a_worker_or_the_tick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def send_task(*_args: object, **_options: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(Celery, "send_task", send_task)
    monkeypatch.setattr(steps, "READ_AT_ONCE_BYTES", 5)
    make_papers(1)
    made = make_import("2401.00001")
    assert made.state == "reading"
    assert waiting_for_work() == [made.pk]
    steps.work_on(made.pk)
    made.refresh_from_db()
    assert made.state == "ready"
    assert waiting_for_work() == []


def test_a_worker_that_died_is_followed_by_the_next_and_rows_are_not_doubled() -> None:
    make_papers(1)
    user = make_user()
    made = ListImport.objects.create(
        user=user, data=b"2401.00001", expires_at=timezone.now() + timedelta(days=1)
    )
    dead = claim(made.pk)
    assert dead is not None
    ImportRow.objects.create(list_import=made, place=0, outcome="matched")
    steps.work_on(made.pk)
    made.refresh_from_db()
    assert made.state == "reading"  # the lease holds
    ListImport.objects.update(leased_until=timezone.now() - timedelta(minutes=1))
    steps.work_on(made.pk)
    made.refresh_from_db()
    assert (made.state, made.rows.count()) == ("ready", 1)
    storing.read_file(dead)  # it wakes, and its turn has passed
    assert made.rows.count() == 1


def test_a_file_at_which_every_worker_dies_is_given_up() -> None:
    made = ListImport.objects.create(
        user=make_user(), data=b"x", expires_at=timezone.now() + timedelta(days=1), attempts=3
    )
    steps.work_on(made.pk)
    made.refresh_from_db()
    assert made.state == "failed"


def test_ten_imports_may_be_open() -> None:
    user = make_user()
    for _number in range(10):
        make_import("2401.00001", by=user)
    with pytest.raises(ValueError, match="ten imports"):
        make_import("2401.00001", by=user)


def test_after_a_week_an_import_is_forgotten_and_the_list_stays() -> None:
    make_papers(1)
    made = import_text("2401.00001")
    assert steps.forget_old(now=timezone.now()) == 0
    assert steps.forget_old(now=timezone.now() + timedelta(days=8)) == 1
    assert not ListImport.objects.exists()
    assert shown(made.reading_list) == ["2401.00001"]
