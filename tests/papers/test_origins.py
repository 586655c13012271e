import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.models import Paper, PaperOrigin, Source
from papers.origins import told_by
from tests.factories import make_paper, make_source

pytestmark = pytest.mark.django_db

FEED = "https://journal.example.org/feed.xml?key=secret"


def make_origins(*origins: str) -> Paper:
    paper = make_paper()
    for origin in origins:
        PaperOrigin.objects.create(paper=paper, origin=origin, digest=1)
    return paper


def test_who_told_of_a_paper_is_said_in_words() -> None:
    paper = make_origins("arxiv_rss:cs.LG", "arxiv_oai", "huggingface")
    words = ["arXiv feed cs.LG", "arXiv's nightly repair or backfill", "Hugging Face"]
    assert told_by(paper) == words


@pytest.mark.parametrize(
    "origins", [("huggingface", "huggingface:week"), ("arxiv_oai", "arxiv_oai_raw")]
)
def test_two_interfaces_of_one_name_are_said_once(origins: tuple[str, str]) -> None:
    assert len(told_by(make_origins(*origins))) == 1


@pytest.mark.parametrize(
    ("origin", "words"),
    [("crossref", "Crossref"), ("arxiv_api", "arXiv's query API"), ("file", "a papers file")],
)
def test_every_other_way_in_has_its_name(origin: str, words: str) -> None:
    assert told_by(make_origins(origin)) == [words]


def test_a_feed_is_called_by_its_title() -> None:
    make_source(kind=Source.Kind.SYNDICATION, key=FEED, title="Journal of Owls")
    assert told_by(make_origins(f"syndication:{FEED}")) == ["Journal of Owls"]


def test_a_feed_without_a_title_is_called_by_its_host_alone() -> None:
    assert told_by(make_origins(f"syndication:{FEED}")) == ["journal.example.org"]


def test_an_address_that_cannot_be_read_is_a_feed() -> None:
    assert told_by(make_origins("syndication:https://[::1/feed")) == ["a feed"]


def test_who_only_counts_citations_told_of_nothing() -> None:
    assert told_by(make_origins("semantic_scholar")) == []


def test_each_paper_has_its_own() -> None:
    make_origins("huggingface")
    assert told_by(make_origins("crossref")) == ["Crossref"]


def test_many_feeds_cost_no_more_queries_than_one() -> None:
    paper = make_origins(*(f"syndication:https://{n}.example.org/" for n in range(20)))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(told_by(paper)) == 20
    assert len(queries) == 2
