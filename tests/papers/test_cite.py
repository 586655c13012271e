import json

import pytest
from django.test import Client

from papers.formats import FORMATS
from papers.merging import merge
from papers.models import PaperIdentifier
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("ending", FORMATS)
def test_anybody_takes_a_paper_away_in_every_format(client: Client, ending: str) -> None:
    make_paper(arxiv_id="2603.00141", title="On kestrels", authors=("Ada Moor",))
    answer = client.get(f"/paper/2603.00141/cite.{ending}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == FORMATS[ending].content_type
    named = f'inline; filename="moor2026-2603.00141.{ending}"'
    assert answer["Content-Disposition"] == named
    assert "2603.00141" in answer.content.decode()


def test_a_paper_by_number_has_its_files_too(client: Client) -> None:
    paper = make_paper(arxiv_id=None, title="On kestrels")
    answer = client.get(f"/paper/number/{paper.pk}/cite.csl.json")
    assert json.loads(answer.content)[0]["title"] == "On kestrels"


@pytest.mark.parametrize("form", ["2603.00141v2", "2603.00142"])
def test_other_forms_of_its_id_lead_to_it(client: Client, form: str) -> None:
    paper = make_paper(arxiv_id="2603.00141")
    PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value="2603.00142")
    answer = client.get(f"/paper/{form}/cite.bib")
    assert answer.headers["Location"] == "/paper/2603.00141/cite.bib"


def test_the_number_of_a_merged_paper_leads_to_what_it_became(client: Client) -> None:
    kept, gone = make_paper(arxiv_id="2603.00141"), make_paper(arxiv_id=None)
    merge(kept.pk, gone.pk)
    answer = client.get(f"/paper/number/{gone.pk}/cite.ris")
    assert answer.headers["Location"] == "/paper/2603.00141/cite.ris"


def test_who_has_it_already_is_told_so(client: Client) -> None:
    make_paper(arxiv_id="2603.00141")
    first = client.get("/paper/2603.00141/cite.bib")
    headers = {"if-none-match": first["ETag"]}
    again = client.get("/paper/2603.00141/cite.bib", headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "public, max-age=900"
    assert first["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    "address", ["2603.99999/cite.bib", "2603.00141/cite.doc", "number/0/cite.bib"]
)
def test_what_is_not_there_is_not_found(client: Client, address: str) -> None:
    make_paper(arxiv_id="2603.00141")
    assert client.get(f"/paper/{address}").status_code == 404


def test_only_reading_is_allowed(client: Client) -> None:
    make_paper(arxiv_id="2603.00141")
    assert client.post("/paper/2603.00141/cite.bib").status_code == 405
