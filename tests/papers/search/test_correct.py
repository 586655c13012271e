from pathlib import Path

import pytest
from pytest_django import Settings

from papers.search.correct import did_you_mean
from papers.search.follower import index_now
from papers.search.language import parse
from tests.factories import make_paper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def papers(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    make_paper(title="Attention in kestrels", abstract="Kestrels attend.", authors=("Ada Kestner",))
    make_paper(title="Transformers", abstract="A transformer pays attention to owls.")
    index_now()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("atention", "attention"),
        ("kestrl", "kestrels"),
        ("ti:atention cat:cs.CL", None),  # the category has no paper
        ("transfomers atention", "transformers attention"),
        ("(atention OR zzzzz) sort:new", "(attention OR zzzzz) sort:new"),
        ('"atention in"', '"attention in"'),
        ("au:kestnr", "au:kestner"),
        ("atention-in", "attention-in"),
        ("attention -atention", None),
        ("attention", None),
        ("zzzzzz", None),
        ("atx", None),
        ("", None),
    ],
)
def test_a_slip_is_mended_where_something_is_found_then(typed: str, meant: str | None) -> None:
    found = did_you_mean(parse(typed))
    assert (str(found) if found else None) == (str(parse(meant)) if meant else None)
