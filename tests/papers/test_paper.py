import pytest
from django.test import Client

from papers.models import Paper
from tests.factories import make_announcement, make_paper

pytestmark = pytest.mark.django_db


def test_it_shows_the_whole_abstract_and_all_authors(client: Client) -> None:
    make_paper(arxiv_id="2603.00141", abstract="Long. " * 200, authors=("A", "B", "C", "D", "E"))
    page = client.get("/paper/2603.00141/").content.decode()
    assert "Long. " * 200 in page
    assert "A, B, C, D, E" in page


def test_it_says_where_it_was_announced(client: Client) -> None:
    paper = make_paper()
    make_announcement(paper=paper, category="stat.ML", kind="cross")
    assert "cross-listed" in client.get(paper.get_absolute_url()).content.decode()


@pytest.mark.parametrize("form", ["2603.00141v2", "2603.00141v1"])
def test_a_version_leads_to_the_paper(client: Client, form: str) -> None:
    make_paper(arxiv_id="2603.00141")
    assert client.get(f"/paper/{form}/").headers["Location"] == "/paper/2603.00141/"


def test_an_old_id_with_its_class_leads_to_the_paper(client: Client) -> None:
    make_paper(arxiv_id="math/0611800")
    assert client.get("/paper/math.CA/0611800v2/").headers["Location"] == "/paper/math/0611800/"
    assert client.get("/paper/math/0611800/").status_code == 200


@pytest.mark.parametrize("form", ["2603.99999", "2613.00001", "nonsense", "2603.00141v"])
def test_an_unknown_id_is_not_found_and_offers_a_search(client: Client, form: str) -> None:
    page = client.get(f"/paper/{form}/")
    assert page.status_code == 404
    assert f"There is no paper “{form}” here." in page.content.decode()
    assert 'type="search"' in page.content.decode()


def test_a_paper_without_an_arxiv_id_has_a_page_by_number(client: Client) -> None:
    paper = make_paper(arxiv_id=None, title="From a journal")
    assert "From a journal" in client.get(paper.get_absolute_url()).content.decode()


def test_the_page_by_number_leads_to_the_one_by_id(client: Client) -> None:
    paper = make_paper(arxiv_id="2603.00141")
    assert client.get(f"/paper/number/{paper.pk}/").headers["Location"] == "/paper/2603.00141/"


def test_the_page_of_a_seven_digit_number_is_not_taken_for_an_old_id(client: Client) -> None:
    paper = make_paper(arxiv_id=None, title="From a journal")
    Paper.objects.filter(pk=paper.pk).delete()
    paper.pk = 1234567
    paper.save(force_insert=True)
    assert client.get("/paper/number/1234567/").status_code == 200


def test_text_from_a_source_is_never_html(client: Client) -> None:
    paper = make_paper(abstract='<img src=x onerror="alert(1)">', title="<b>bold</b>")
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "<img src=x" not in page
    assert "<b>bold" not in page


def test_maths_in_title_and_abstract_is_shown_as_mathml(client: Client) -> None:
    paper = make_paper(title="On $x^2$ owls", abstract=r"An \emph{owl} in $\mathbb{R}^n$.")
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "<title>On x² owls · " in page
    assert '<h1>On <math display="inline">' in page
    assert "An <em>owl</em> in <math" in page


@pytest.mark.promise(27)
@pytest.mark.promise(28)
@pytest.mark.parametrize(
    "attack",
    [
        r"$\text{<script>alert(1)</script>}$",
        r"$\href{javascript:alert(1)}{x}$ $\style{color:red}{x}$ $\htmlData{onclick=x}{y}$",
        '<b hx-get="/lists/" data-hx-post="/vote/" onclick="x">owl</b> $x$',
        "</title><script>alert(1)</script> $x$",
    ],
)
def test_attack_in_the_text_reaches_no_page(client: Client, attack: str) -> None:
    paper = make_paper(title=attack, abstract=attack)
    for address in (paper.get_absolute_url(), "/", "/new/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b " not in page
        assert 'href="javascript' not in page
        assert "style=" not in page
