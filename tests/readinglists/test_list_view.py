"""What a list page shows of a list when it is filtered, sorted or searched."""

from datetime import date
from pathlib import Path

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from papers.models import PaperStats, SearchEpoch
from papers.search import follower
from readinglists import headings
from readinglists.list_view import ListView, entries_of
from readinglists.models import Entry, ReadingList, ReadingState
from readinglists.outline import outline_of
from readinglists.positions import Gap, Spot
from readinglists.states import set_own_note, set_state
from tests.factories import make_entry, make_paper, make_reading_list, make_user

State = ReadingState.State


def make_list(*titles: str) -> tuple[ReadingList, list[Entry]]:
    reading_list = make_reading_list()
    papers = [make_paper(title=title) for title in titles]
    return reading_list, [make_entry(reading_list=reading_list, paper=each) for each in papers]


def found(reading_list: ReadingList, asked: str) -> list[Entry]:
    view = ListView.read(QueryDict(asked))
    return list(entries_of(reading_list, view, reading_list.owner))


@pytest.mark.parametrize(
    "asked", ["state=burnt", "section=x", "section=²", "note=z", "sort=z", "q="]
)
def test_odd_values_ask_for_nothing(asked: str) -> None:
    assert ListView.read(QueryDict(asked)).is_whole


def test_the_address_says_it_all() -> None:
    view = ListView(q="a b", state="read", tag="x&y", section=0, note="own", sort="title")
    assert ListView.read(QueryDict(view.query_string)) == view


@pytest.mark.django_db
def test_by_mark_of_the_reader_and_nobody_else() -> None:
    reading_list, (a, b, c) = make_list("A", "B", "C")
    set_state(reading_list.owner, [a.paper_id], State.READ)
    set_state(make_user(), [b.paper_id], State.READ)
    set_own_note(reading_list.owner, c.paper_id, "Mine", seen=0)
    assert found(reading_list, "state=read") == [a]
    assert found(reading_list, "state=none") == [b, c]
    assert found(reading_list, "note=own") == [c]


@pytest.mark.django_db
def test_by_tag_and_by_shared_note() -> None:
    reading_list, (a, b, c) = make_list("A", "B", "C")
    Entry.objects.filter(pk__in=[a.pk, c.pk]).update(tags=["x", "Y"])
    Entry.objects.filter(pk=b.pk).update(note="Noted", tags=["x"])
    assert found(reading_list, "tag=Y") == [a, c]
    assert found(reading_list, "note=shared") == [b]
    assert outline_of(reading_list).tags == ["x", "Y"]


@pytest.mark.django_db
def test_by_section() -> None:
    reading_list, (a, b, c) = make_list("A", "B", "C")
    first = headings.add_heading(reading_list, "1", by=None, gap=Gap(before=Spot("e", b.pk)))
    last = headings.add_heading(reading_list, "2", by=None, gap=Gap(before=Spot("e", c.pk)))
    assert found(reading_list, "section=0") == [a]
    assert found(reading_list, f"section={first.pk}") == [b]
    assert found(reading_list, f"section={last.pk}") == [c]
    assert found(reading_list, "section=999999999") == []


@pytest.mark.django_db
def test_in_other_orders() -> None:
    reading_list, (a, b, c) = make_list("beta", "Alpha", "Gamma")
    for entry, day in zip((a, b, c), (2, 3, 1), strict=True):
        entry.paper.announced_on = date(2026, 3, day)
        entry.paper.save()
    assert found(reading_list, "sort=title") == [b, a, c]
    assert found(reading_list, "sort=announced") == [b, a, c]
    assert found(reading_list, "sort=added") == [c, b, a]


@pytest.mark.django_db
def test_what_the_reader_has_not_read_first() -> None:
    reading_list, (a, b, c, d) = make_list("A", "B", "C", "D")
    set_state(reading_list.owner, [a.paper_id, c.paper_id], State.READ)
    set_state(reading_list.owner, [d.paper_id], State.READING)
    set_state(make_user(), [b.paper_id], State.READ)
    assert found(reading_list, "sort=unread") == [b, d, a, c]


@pytest.mark.django_db
def test_most_votes_first() -> None:
    reading_list, (a, b, c) = make_list("A", "B", "C")
    for entry, votes in zip((a, b, c), (1, 5, 0), strict=True):
        PaperStats.objects.filter(paper=entry.paper_id).update(votes=votes)
    assert found(reading_list, "sort=votes") == [b, a, c]


@pytest.mark.django_db
def test_a_part_of_a_list_has_no_order_to_change(client: Client) -> None:
    reading_list, (a, b) = make_list("Alpha", "Beta")
    headings.add_heading(reading_list, "A section", by=None, gap=Gap())
    set_state(reading_list.owner, [a.paper_id], State.READ)
    client.force_login(reading_list.owner)
    text = client.get(f"{reading_list.get_absolute_url()}?state=read").content.decode()
    assert "1 paper matches." in text
    assert f'id="entry-{a.pk}"' in text
    assert f'id="entry-{b.pk}"' not in text
    assert "drag-handle" not in text
    assert 'class="list-heading"' not in text
    assert "/move/" not in text


@pytest.mark.django_db
def test_as_many_queries_for_twenty_that_match_as_for_ten(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reading_list = make_reading_list()
    client.force_login(reading_list.owner)
    for _ in range(2):
        for _ in range(10):
            make_entry(reading_list=reading_list, note="Noted")
        with django_assert_num_queries(
            16
        ):  # those of the whole list, the size of this one and of all
            client.get(f"{reading_list.get_absolute_url()}?note=shared&sort=title")


@pytest.mark.django_db
def test_a_site_without_an_index_says_so(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.SEARCH_INDEX = tmp_path / "none"
    reading_list, _made = make_list("Alpha")
    client.force_login(reading_list.owner)
    response = client.get(f"{reading_list.get_absolute_url()}?q=alpha")
    assert response.status_code == 200
    assert 'class="notice warning"' in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_words_are_looked_for_in_this_list_alone(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    SearchEpoch.objects.get_or_create(pk=1)
    reading_list, (a, b, c) = make_list("Kestrels at sea", "Owls", "Kestrels inland")
    # Another list of the same title, and one that no name in a query could mean.
    twin = make_reading_list(owner=reading_list.owner, title=reading_list.title)
    make_entry(reading_list=twin, paper=make_paper(title="Kestrels of the twin"))
    ReadingList.objects.filter(pk=reading_list.pk).update(title='A "quoted" title')
    Entry.objects.filter(pk=c.pk).update(tags=["land"])
    follower.index_now()
    client.force_login(reading_list.owner)

    def shown(asked: str) -> list[int]:
        text = client.get(f"{reading_list.get_absolute_url()}?{asked}").content.decode()
        return [entry.pk for entry in (a, b, c) if f'id="entry-{entry.pk}"' in text]

    assert shown("q=kestrels") == [a.pk, c.pk]
    assert shown("q=kestrels&tag=land") == [c.pk]
    assert shown("q=ti:sea+OR+owls&sort=title") == [a.pk, b.pk]
    assert shown("q=-kestrels") == [b.pk]
    text = client.get(f"{reading_list.get_absolute_url()}?q=kestrels").content.decode()
    assert "Kestrels of the twin" not in text
    assert "2 papers match." in text
    assert "You have no list" not in text
    refused = client.get(f"{reading_list.get_absolute_url()}?q={'x' * 1001}")
    assert "1,000" in refused.content.decode() or "1000" in refused.content.decode()
