from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from papers.models import Paper
from papers.search.follower import index_now
from tests.factories import make_paper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


def found(client: Client, text: str, **query: str) -> list[str]:
    page = client.get("/search/", {"q": text, **query})
    return [result.paper.title for result in page.context["results"]]


def test_words_are_found_and_marked(client: Client) -> None:
    make_paper(title="On kestrels", abstract="One kestrel & one owl.")
    index_now()
    page = client.get("/search/", {"q": "kestrel"}).content.decode()
    assert "On <mark>kestrels</mark>" in page
    assert "One <mark>kestrel</mark> &amp; one owl." in page


def test_a_withdrawn_paper_is_found_and_marked(client: Client) -> None:
    make_paper(title="On kestrels", withdrawn_at=datetime(2026, 3, 2, tzinfo=UTC))
    index_now()
    page = client.get("/search/", {"q": "kestrel"}).content.decode()
    assert '<span class="withdrawn">withdrawn</span>' in page


def test_the_newest_can_come_first(client: Client) -> None:
    make_paper(title="Kestrel again", abstract="kestrel kestrel")
    make_paper(title="Birds", abstract="One kestrel.")
    index_now()
    assert found(client, "kestrel") == ["Kestrel again", "Birds"]
    assert found(client, "kestrel sort:new") == ["Birds", "Kestrel again"]


def test_nothing_found_says_what_to_do_next(client: Client) -> None:
    make_paper()
    index_now()
    page = client.get("/search/", {"q": "kestrel"}).content.decode()
    assert "Nothing matches “kestrel”" in page
    assert 'href="/papers/add/?text=kestrel"' in page


def test_a_page_after_the_end_leads_back(client: Client) -> None:
    make_paper(title="On kestrels")
    index_now()
    page = client.get("/search/", {"q": "kestrel", "page": "9"}).content.decode()
    assert "Back to its beginning" in page


def test_without_words_it_explains_itself(client: Client) -> None:
    assert "What are you looking for?" in client.get("/search/").content.decode()


@pytest.mark.parametrize(
    "form", ["2603.00141", "arXiv:2603.00141v3", "https://arxiv.org/pdf/2603.00141v2"]
)
def test_an_arxiv_id_or_address_goes_straight_to_its_paper(client: Client, form: str) -> None:
    make_paper(arxiv_id="2603.00141")
    assert client.get("/search/", {"q": form}).headers["Location"] == "/paper/2603.00141/"


def test_ten_thousand_characters_are_refused_kindly(client: Client) -> None:
    page = client.get("/search/", {"q": "k" * 10_000})
    assert page.status_code == 400
    assert "1000 is the most that can be searched" in page.content.decode()


@pytest.mark.parametrize(
    "text",
    ['"', '"open', "ti:", "a OR", "()", "*", "\x00", "\U0001d518", "-x", "' OR 1=1 --", "<script>"],
)
def test_no_text_breaks_it(client: Client, text: str) -> None:
    make_paper()
    index_now()
    page = client.get("/search/", {"q": text})
    assert page.status_code == 200
    assert "<script>" not in page.content.decode().split("<main", 1)[1]


def test_before_there_is_an_index_it_says_so(client: Client) -> None:
    page = client.get("/search/", {"q": "kestrel"})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert "Search is being prepared" in page.content.decode()


def test_a_paper_deleted_since_is_left_out(client: Client) -> None:
    make_paper(title="On kestrels")
    index_now()
    Paper.objects.all().delete()
    assert found(client, "kestrel") == []


def test_html_of_a_source_is_never_html(client: Client) -> None:
    make_paper(title="<img src=x onerror=alert(1)> kestrel", abstract="<b>kestrel</b>")
    index_now()
    page = client.get("/search/", {"q": "kestrel"}).content.decode()
    assert "<img src=x" not in page
    assert "<b>" not in page
