import pytest

from papers import merging
from readinglists import states
from readinglists.changing import EditConflictError
from readinglists.models import ReadingState
from readinglists.states import Progress, State
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def test_progress_counts_what_the_reader_marked() -> None:
    reading_list, reader = make_reading_list(), make_user()
    papers = [make_entry(reading_list=reading_list).paper for _ in range(4)]
    states.set_state(reader, [papers[0].pk, papers[1].pk], State.READ)
    states.set_state(reader, [papers[1].pk], State.READING)
    states.set_state(make_user(), [papers[2].pk], State.READ)
    found = states.progress(reader, reading_list)
    assert found == Progress(total=4, to_read=0, reading=1, read=1)
    assert found.percent_read == 25


def test_an_empty_list_has_no_progress() -> None:
    assert states.progress(make_user(), make_reading_list()).percent_read == 0


def test_an_own_note_written_in_two_windows_loses_neither() -> None:
    reader, paper = make_user(), make_paper()
    states.set_own_note(reader, paper.pk, "first", seen=0)
    with pytest.raises(EditConflictError) as caught:
        states.set_own_note(reader, paper.pk, "second", seen=0)
    assert caught.value.current == {"own_note": "first"}
    states.set_own_note(reader, paper.pk, "both", seen=caught.value.version)
    assert ReadingState.objects.get().own_note == "both"


def test_a_note_and_a_state_do_not_touch_each_other() -> None:
    reader, paper = make_user(), make_paper()
    states.set_own_note(reader, paper.pk, "mine", seen=0)
    states.set_state(reader, [paper.pk], State.READ)
    row = states.states_of(reader, [paper.pk])[paper.pk]
    assert (row.state, row.own_note) == ("read", "mine")


def test_a_merge_keeps_both_notes_and_the_last_state() -> None:
    reader, kept, gone = make_user(), make_paper(), make_paper(arxiv_id=None)
    for paper, note, state in ((kept, "one", State.TO_READ), (gone, "two", State.READ)):
        states.set_own_note(reader, paper.pk, note, seen=0)
        states.set_state(reader, [paper.pk], state)
    other = make_user()
    states.set_state(other, [gone.pk], State.READING)
    merging.merge(kept.pk, gone.pk)
    rows = ReadingState.objects.values_list("user", "paper", "state", "own_note")
    assert set(rows) == {
        (reader.pk, kept.pk, "read", "one\n\ntwo"),
        (other.pk, kept.pk, "reading", ""),
    }
