import pytest

from readinglists import entries, headings
from readinglists.changing import EditConflictError
from readinglists.models import Entry, Heading, ReadingList
from readinglists.positions import Gap, Spot, items_in_order, write_keys_anew
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def order(reading_list: ReadingList) -> list[str]:
    """Papers by title, headings in brackets."""
    titles = dict(reading_list.entries.values_list("pk", "paper__title"))
    heads = dict(reading_list.headings.values_list("pk", "title"))
    spots = items_in_order(reading_list.pk)
    return [titles[s.pk] if s.kind == "e" else f"[{heads[s.pk]}]" for s in spots]


def make_list_of(*names: str) -> tuple[ReadingList, dict[str, Spot]]:
    """`[x]` is a heading, all else a paper."""
    reading_list = make_reading_list()
    spots: dict[str, Spot] = {}
    for name in names:
        if name.startswith("["):
            made = headings.add_heading(reading_list, name.strip("[]"), by=None)
            spots[name] = Spot("h", made.pk)
        else:
            entry = make_entry(reading_list=reading_list, paper=make_paper(title=name))
            spots[name] = Spot("e", entry.pk)
    return reading_list, spots


def test_a_heading_stands_among_the_entries() -> None:
    reading_list, _spots = make_list_of("a", "[one]", "b", "[two]", "c")
    assert order(reading_list) == ["a", "[one]", "b", "[two]", "c"]


def test_a_heading_can_be_made_before_an_entry() -> None:
    reading_list, spots = make_list_of("a", "b")
    headings.add_heading(reading_list, "new", by=None, gap=Gap(before=spots["b"]))
    assert order(reading_list) == ["a", "[new]", "b"]


def test_an_entry_moves_just_below_a_heading() -> None:
    reading_list, spots = make_list_of("[one]", "a", "b", "[two]", "c")
    entries.move(Entry.objects.get(pk=spots["c"].pk), Gap(after=spots["[one]"]), by=None)
    assert order(reading_list) == ["[one]", "c", "a", "b", "[two]"]


def test_an_entry_moves_above_a_heading() -> None:
    reading_list, spots = make_list_of("a", "[one]", "b")
    entries.move(Entry.objects.get(pk=spots["b"].pk), Gap(before=spots["[one]"]), by=None)
    assert order(reading_list) == ["a", "b", "[one]"]


def test_several_entries_move_together_in_their_order() -> None:
    reading_list, spots = make_list_of("a", "b", "[one]", "c", "d")
    ids = [spots["d"].pk, spots["a"].pk]
    entries.move_many(reading_list, ids, Gap(after=spots["[one]"]), by=None)
    assert order(reading_list) == ["b", "[one]", "a", "d", "c"]


def test_a_heading_moves_alone() -> None:
    reading_list, spots = make_list_of("[one]", "a", "b")
    heading = Heading.objects.get()
    headings.move_heading(heading, Gap(after=spots["a"]), by=None)
    assert order(reading_list) == ["a", "[one]", "b"]


def test_a_heading_moved_beside_itself_stays() -> None:
    reading_list, spots = make_list_of("a", "[one]")
    assert headings.move_heading(Heading.objects.get(), Gap(after=spots["[one]"]), by=None) is None
    assert order(reading_list) == ["a", "[one]"]


def test_a_removed_heading_leaves_its_papers() -> None:
    reading_list, _spots = make_list_of("[one]", "a")
    heading = Heading.objects.get()
    headings.remove_heading(heading, by=None)
    assert headings.remove_heading(heading, by=None) is None
    assert order(reading_list) == ["a"]


def test_who_renames_what_was_renamed_meanwhile_is_told() -> None:
    make_list_of("[one]")
    heading = Heading.objects.get()
    headings.rename_heading(heading, "theirs", by=None, seen=1)
    with pytest.raises(EditConflictError) as caught:
        headings.rename_heading(heading, "mine", by=None, seen=1)
    assert (caught.value.current, caught.value.version) == ({"title": "theirs"}, 2)
    assert Heading.objects.get().title == "theirs"


def test_writing_keys_anew_keeps_the_order() -> None:
    reading_list, _spots = make_list_of("a", "[one]", "b", "[two]")
    before = order(reading_list)
    write_keys_anew(reading_list.pk)
    assert order(reading_list) == before


def test_moves_into_a_narrow_gap_never_end() -> None:
    reading_list, spots = make_list_of("a", "[one]", "b", "c")
    b, c = (Entry.objects.get(pk=spots[name].pk) for name in "bc")
    for _ in range(350):
        entries.move(c, Gap(after=spots["[one]"]), by=None)
        entries.move(b, Gap(after=spots["[one]"]), by=None)
    assert order(reading_list) == ["a", "[one]", "b", "c"]


@pytest.mark.parametrize(
    ("text", "spot"), [("12", Spot("e", 12)), ("e12", Spot("e", 12)), ("h3", Spot("h", 3))]
)
def test_a_spot_is_read_from_text(text: str, spot: Spot) -> None:
    assert Spot.parse(text) == spot


@pytest.mark.parametrize("text", ["", "x", "e", "e-1", "h1.5", "e\u0661", "9" * 30])
def test_what_names_no_spot_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no place"):
        Spot.parse(text)


def test_a_spot_of_another_list_is_refused() -> None:
    _list, spots = make_list_of("[one]")
    with pytest.raises(Heading.DoesNotExist):
        entries.move(make_entry(), Gap(after=spots["[one]"]), by=make_user())
