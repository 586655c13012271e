import pytest
from django.test import Client

from tests.factories import make_paper
from tests.papers.meaning.corpus import fit_here, make_library, serve

pytestmark = pytest.mark.django_db


def test_a_paper_page_shows_papers_near_in_meaning(client: Client) -> None:
    library = make_library()
    serve(fit_here())
    page = client.get(library["proteins"][0].get_absolute_url()).content.decode()
    related = page.partition('id="related"')[2].partition("</section>")[0]
    assert "Proteins 1" in related
    assert "Proteins 0" not in related


def test_without_a_model_a_paper_page_shows_no_related_ones(client: Client) -> None:
    page = client.get(make_paper().get_absolute_url()).content.decode()
    assert 'id="related"' not in page
