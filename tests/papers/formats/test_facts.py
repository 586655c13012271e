from dataclasses import replace

import pytest

from papers.formats.facts import Kind, doi_of, kind_of
from tests.papers.formats.sample import PAPER


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, Kind.PREPRINT),
        ({"doi": "10.48550/arxiv.2603.00141"}, Kind.PREPRINT),
        ({"doi": "10.1000/owls"}, Kind.PREPRINT),
        ({"journal_ref": "J. Owls 3"}, Kind.JOURNAL),
        ({"journal_ref": "Proc. of Owls"}, Kind.CONFERENCE),
        ({"arxiv_id": "", "doi": "10.1000/owls"}, Kind.JOURNAL),
        ({"arxiv_id": ""}, Kind.OTHER),
    ],
)
def test_a_paper_is_a_preprint_until_its_journal_is_known(
    changes: dict[str, str], kind: Kind
) -> None:
    assert kind_of(replace(PAPER, **changes)) is kind  # type: ignore[arg-type]


def test_arxivs_doi_is_written_as_arxiv_writes_it() -> None:
    paper = replace(PAPER, doi="10.48550/arxiv.2603.00141")
    assert doi_of(paper) == "10.48550/arXiv.2603.00141"
