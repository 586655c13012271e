from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from papers.models import Paper, SearchEpoch
from papers.search import follower
from readinglists.models import ReadingList
from tests.api_client import make_program
from tests.factories import make_entry, make_reading_list, make_user
from tests.papers.meaning.corpus import fit_here, make_library, serve

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def library(settings: Settings, tmp_path: Path) -> dict[str, list[Paper]]:
    settings.SEARCH_INDEX = tmp_path / "index"
    SearchEpoch.objects.get_or_create(pk=1)
    library = make_library()
    serve(fit_here())
    assert follower.index_now()
    return library


def list_of(*papers: Paper) -> ReadingList:
    reading_list = make_reading_list(title="Mine")
    for paper in papers:
        make_entry(reading_list=reading_list, paper=paper)
    return reading_list


def text_of(client: Client, reading_list: ReadingList) -> str:
    client.force_login(reading_list.owner)
    address = reverse("readinglists:more_like", args=[reading_list.pk])
    return client.get(address).content.decode()


def test_papers_like_those_of_the_list_are_proposed(
    client: Client, library: dict[str, list[Paper]]
) -> None:
    text = text_of(client, list_of(*library["robots"][:2]))
    assert "Robots 2" in text
    assert "Because you saved “Robots" in text
    assert text.count('<li class="card"') >= 4


def test_papers_of_the_list_itself_are_not_proposed(
    client: Client, library: dict[str, list[Paper]]
) -> None:
    text = text_of(client, list_of(library["robots"][0]))
    assert f'id="paper-{library["robots"][0].pk}"' not in text


def test_withdrawn_papers_are_not_proposed(client: Client, library: dict[str, list[Paper]]) -> None:
    Paper.objects.filter(title="Robots 2").update(withdrawn_at=timezone.now())
    assert ">Robots 2<" not in text_of(client, list_of(library["robots"][0]))


def test_an_empty_list_says_what_to_do(client: Client, library: dict[str, list[Paper]]) -> None:
    assert "Save some papers in this list first." in text_of(client, make_reading_list())


def test_without_an_index_the_page_says_so(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.SEARCH_INDEX = tmp_path / "none"
    assert "Search is being prepared" in text_of(client, make_entry().reading_list)


def test_the_list_leads_there(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    text = client.get(entry.reading_list.get_absolute_url()).content.decode()
    assert reverse("readinglists:more_like", args=[entry.reading_list.pk]) in text


def test_nobody_else_sees_it(client: Client) -> None:
    address = reverse("readinglists:more_like", args=[make_entry().reading_list.pk])
    assert client.get(address).status_code == 302
    client.force_login(make_user())
    assert client.get(address).status_code == 404


def test_it_cannot_be_posted_to(client: Client) -> None:
    entry = make_entry()
    client.force_login(entry.reading_list.owner)
    address = reverse("readinglists:more_like", args=[entry.reading_list.pk])
    assert client.post(address).status_code == 405


def test_programs_are_proposed_them_too(library: dict[str, list[Paper]]) -> None:
    reading_list = list_of(*library["robots"][:2])
    program = make_program("read", user=reading_list.owner)
    items = program.ask(f"/lists/{reading_list.pk}/more")["items"]
    saved = {paper.pk for paper in library["robots"][:2]}
    assert items[0]["because_of"] in saved
    assert "Robots" in items[0]["paper"]["title"]
    assert not saved & {each["paper"]["number"] for each in items}


def test_without_an_index_programs_are_told_so(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "none"
    reading_list = make_entry().reading_list
    program = make_program("read", user=reading_list.owner)
    answer = program.get(f"/api/v1/lists/{reading_list.pk}/more")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
