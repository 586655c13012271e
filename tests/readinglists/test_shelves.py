import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from papers.models import Paper
from readinglists import publishing
from readinglists.models import ReadingList
from tests.factories import make_entry, make_paper, make_reading_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Paper:
    return make_paper(arxiv_id="2603.00141")


@pytest.fixture
def shown(paper: Paper) -> ReadingList:
    shown = make_reading_list(title="On <tides>")
    make_entry(reading_list=shown, paper=paper)
    publishing.publish(shown)
    return shown


def test_a_paper_names_the_public_lists_it_is_in(client: Client, shown: ReadingList) -> None:
    page = client.get("/paper/2603.00141/").content.decode()
    assert f'<a href="/public/{shown.pk}/">On &lt;tides&gt;</a>' in page


def test_a_private_list_is_not_named(client: Client, shown: ReadingList) -> None:
    publishing.withdraw(ReadingList.objects.filter(pk=shown.pk))
    assert "On &lt;tides&gt;" not in client.get("/paper/2603.00141/").content.decode()


def test_where_lists_may_not_be_public_none_is_named(
    client: Client, shown: ReadingList, settings: Settings
) -> None:
    settings.PUBLIC_LISTS = False
    assert "In public lists" not in client.get("/paper/2603.00141/").content.decode()


def test_five_lists_at_most_in_one_query(
    paper: Paper, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(7):
        made = make_reading_list(title=f"List {number}")
        make_entry(reading_list=made, paper=paper)
        publishing.publish(made)
    with django_assert_num_queries(1):
        found = publishing.shelves_with(paper.pk, 5)
    assert [shelf.title for shelf in found] == [f"List {number}" for number in (6, 5, 4, 3, 2)]
