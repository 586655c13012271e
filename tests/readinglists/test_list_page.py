from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from papers.formats import FORMATS
from readinglists.headings import add_heading
from readinglists.models import Member, ReadingList, ReadingState, Role
from readinglists.pages import get_list_page, page_number_of, page_number_of_heading
from readinglists.positions import Gap, Spot
from readinglists.states import set_own_note, set_state
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def fill(reading_list: ReadingList, count: int, *, note: str = "") -> None:
    for _ in range(count):
        make_entry(reading_list=reading_list, note=note)


def text_of(client: Client, reading_list: ReadingList, query: str = "") -> str:
    client.force_login(reading_list.owner)
    return client.get(reading_list.get_absolute_url() + query).content.decode()


def test_the_page_shows_papers_in_order_with_notes(client: Client) -> None:
    reading_list = make_reading_list(title="Mine", description="About <it>")
    make_entry(reading_list=reading_list, paper=make_paper(title="Alpha"), note="First & best")
    make_entry(reading_list=reading_list, paper=make_paper(title="Beta"))
    text = text_of(client, reading_list)
    assert "About &lt;it&gt;" in text
    assert "First &amp; best" in text
    assert text.index("Alpha") < text.index("Beta")


def test_a_paper_withdrawn_since_stays_and_is_marked(client: Client) -> None:
    paper = make_paper(withdrawn_at=datetime(2026, 3, 2, tzinfo=UTC))
    entry = make_entry(paper=paper, note="Read this.")
    text = text_of(client, entry.reading_list)
    assert '<span class="withdrawn">withdrawn</span>' in text
    assert "Read this." in text


def test_the_page_offers_the_list_as_a_file_of_every_format(client: Client) -> None:
    reading_list = make_entry().reading_list
    text = text_of(client, reading_list)
    for ending in FORMATS:
        address = f"{reading_list.get_absolute_url()}papers.{ending}"
        assert f'href="{address}"' in text
        assert client.get(address).status_code == 200


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    assert "Nothing in this list yet" in text_of(client, make_reading_list())


def test_as_many_queries_for_twenty_entries_as_for_ten(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reading_list = make_reading_list()
    client.force_login(reading_list.owner)
    fill(reading_list, 10, note="noted")
    # session, reader, list, headings, count, entries, papers with stats, tags, states, progress,
    # marks, whether seen ones are hidden, waiting, link
    with django_assert_num_queries(14):
        client.get(reading_list.get_absolute_url())
    fill(reading_list, 10, note="noted")
    add_heading(reading_list, "A section", by=None)
    with django_assert_num_queries(14):
        client.get(reading_list.get_absolute_url())


def test_cards_do_not_load_whole_texts(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reading_list = make_reading_list()
    fill(reading_list, 1)
    with django_assert_num_queries(5) as queries:
        get_list_page(reading_list, 1)
    assert not any('"abstract"' in query["sql"] for query in queries.captured_queries)


def test_a_long_list_comes_in_pages_that_know_their_neighbours() -> None:
    reading_list = make_reading_list()
    fill(reading_list, 51)
    ids = list(reading_list.entries.values_list("pk", flat=True))
    first, second = get_list_page(reading_list, 1), get_list_page(reading_list, 2)
    assert [row.entry.pk for row in first.rows + second.rows] == ids
    assert [row.place for row in first.rows + second.rows] == list(range(1, 52))
    spots = [Spot("e", pk) for pk in ids]
    assert [row.previous for row in first.rows] == [None, *spots[:49]]
    assert [row.next for row in first.rows] == spots[1:51]
    assert (second.rows[0].previous, second.rows[0].next) == (spots[49], None)
    assert (first.next_number, second.previous_number, first.previous_number) == (2, 1, None)


def test_a_full_page_is_not_followed_by_an_empty_one() -> None:
    reading_list = make_reading_list()
    fill(reading_list, 50)
    page = get_list_page(reading_list, 1)
    assert (len(page.rows), page.next_number, page.rows[-1].next) == (50, None, None)


@pytest.mark.parametrize("number", ["x", "", "0", "-1", "99", "9" * 50, "²"])
def test_a_page_that_is_none_gives_one_that_is(number: str) -> None:
    entry = make_entry()
    assert get_list_page(entry.reading_list, number).rows[0].entry == entry


def test_entries_with_one_key_know_their_pages() -> None:
    reading_list = make_reading_list()
    fill(reading_list, 51)
    reading_list.entries.update(position="a0")
    entries = list(reading_list.entries.all())
    assert [page_number_of(entries[i]) for i in (0, 49, 50)] == [1, 1, 2]


def test_an_entry_knows_its_page() -> None:
    reading_list = make_reading_list()
    fill(reading_list, 51)
    entries = list(reading_list.entries.all())
    assert [page_number_of(entries[i]) for i in (0, 49, 50)] == [1, 1, 2]


def test_headings_stand_above_what_is_below_them() -> None:
    reading_list = make_reading_list()
    fill(reading_list, 51)
    ids = list(reading_list.entries.values_list("pk", flat=True))
    top = add_heading(reading_list, "Top", by=None, gap=Gap())
    edge = add_heading(reading_list, "Edge", by=None, gap=Gap(before=Spot("e", ids[50])))
    last = add_heading(reading_list, "Last", by=None)
    first, second = get_list_page(reading_list, 1), get_list_page(reading_list, 2)
    assert [head.heading.title for head in first.rows[0].headings] == [top.title]
    assert [head.heading.title for head in second.rows[0].headings] == [edge.title]
    assert [head.heading.title for head in second.trailing] == [last.title]
    assert not any(row.headings for row in first.rows[1:])
    assert first.rows[49].next == Spot("h", edge.pk)
    assert second.rows[0].headings[0].previous == Spot("e", ids[49])
    assert [page_number_of_heading(head) for head in (top, edge, last)] == [1, 2, 2]


def test_a_list_of_headings_alone_is_shown(client: Client) -> None:
    reading_list = make_reading_list()
    add_heading(reading_list, "Alone", by=None)
    assert "Alone" in text_of(client, reading_list)


def test_a_viewer_sees_marks_of_their_own_and_nothing_to_edit(client: Client) -> None:
    entry = make_entry(note="Shared words")
    viewer = make_user()
    Member.objects.create(reading_list=entry.reading_list, user=viewer, role=Role.VIEWER)
    set_state(entry.reading_list.owner, [entry.paper_id], ReadingState.State.READ)
    set_own_note(entry.reading_list.owner, entry.paper_id, "Secret of the owner", seen=0)
    client.force_login(viewer)
    text = client.get(entry.reading_list.get_absolute_url()).content.decode()
    assert "Shared words" in text
    assert "Secret of the owner" not in text
    assert "0 read" in text
    assert "To read" in text
    for name in ("remove", "move", "entry", "note"):
        assert f'/lists/entries/{entry.pk}/{"" if name == "entry" else name + "/"}"' not in text
    assert "Make a link" not in text
    assert "Add the heading" not in text


def test_the_page_shows_own_notes_tags_and_progress(client: Client) -> None:
    entry = make_entry()
    owner = entry.reading_list.owner
    entry.reading_list.entries.update(tags=["a & b"])
    set_state(owner, [entry.paper_id], ReadingState.State.READ)
    set_own_note(owner, entry.paper_id, "Mine <alone>", seen=0)
    text = text_of(client, entry.reading_list)
    assert "Mine &lt;alone&gt;" in text
    assert '<a href="?tag=a+%26+b">a &amp; b</a>' in text
    assert '<progress max="1" value="1"' in text
    assert "style=" not in text
