import pytest

from papers import lookup
from papers.feeds.fetch import FetchedResponse
from papers.feeds.landing import Identifiers
from papers.feeds.records import FetchError, PaperRecord, ParsedFeed
from papers.lookup import NoSuchPaperError, look_up

ID = "2603.01234"
DOI = "10.1000/abc.1"
PAGE = "https://dl.example.org/articles/17"
ON_ARXIV = ParsedFeed((PaperRecord(arxiv_id=ID, title="On arXiv"),))
AT_CROSSREF = ParsedFeed((PaperRecord(arxiv_id="", doi=DOI, title="At Crossref"),))
NOTHING = ParsedFeed(())

Outside = dict[str, object]


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    """What each interface answers: what its parser returns, or the error that asking raises."""
    answers: Outside = {"arxiv_api": NOTHING, "crossref": NOTHING, "landing": Identifiers("", "")}
    fetches = {"arxiv_api": "fetch_ids", "crossref": "fetch_work", "landing": "fetch_page"}
    for name, function in fetches.items():

        def fetch(_asked: object, name: str = name) -> FetchedResponse:
            answer = answers[name]
            if isinstance(answer, Exception):
                raise answer
            return FetchedResponse(status=200, body=name.encode(), url=PAGE)

        monkeypatch.setattr(getattr(lookup, name), function, fetch)
    monkeypatch.setattr(lookup, "parse_apart", lambda parse, body, **_named: answers[body.decode()])
    return answers


def not_found(status: int = 404) -> FetchError:
    return FetchError(f"example.org answered with HTTP {status}.", status=status)


def test_an_arxiv_id_is_asked_of_arxiv(outside: Outside) -> None:
    outside["arxiv_api"] = ON_ARXIV
    found = look_up("arxiv", ID)
    assert (found.record.title, found.origin) == ("On arXiv", "arxiv_api")


def test_an_id_that_arxiv_does_not_have_is_said_so(outside: Outside) -> None:
    with pytest.raises(NoSuchPaperError, match=r"arXiv has no paper 2603\.99999"):
        look_up("arxiv", "2603.99999")


def test_a_doi_is_asked_of_crossref(outside: Outside) -> None:
    outside["crossref"] = AT_CROSSREF
    found = look_up("doi", DOI)
    assert (found.record.title, found.origin) == ("At Crossref", "crossref")


@pytest.mark.parametrize("answer", [NOTHING, not_found()])
def test_a_doi_that_crossref_does_not_have_is_said_so(outside: Outside, answer: object) -> None:
    outside["crossref"] = answer
    with pytest.raises(
        NoSuchPaperError, match=r"Crossref has no entry for the DOI 10\.1000/abc\.1"
    ):
        look_up("doi", DOI)


@pytest.mark.parametrize("scheme", ["arxiv", "doi", "url"])
def test_a_host_that_is_away_is_no_answer(outside: Outside, scheme: str) -> None:
    outside |= dict.fromkeys(outside, not_found(status=500))
    with pytest.raises(FetchError, match="HTTP 500"):
        look_up(scheme, {"arxiv": ID, "doi": DOI, "url": PAGE}[scheme])


def test_a_page_names_its_paper_on_arxiv_first(outside: Outside) -> None:
    outside |= {"landing": Identifiers(ID, DOI), "arxiv_api": ON_ARXIV, "crossref": AT_CROSSREF}
    assert look_up("url", PAGE).record.title == "On arXiv"
    outside["landing"] = Identifiers("", DOI)
    assert look_up("url", PAGE).record.title == "At Crossref"


def test_the_doi_in_an_address_is_asked_for_before_the_page(outside: Outside) -> None:
    outside |= {"crossref": AT_CROSSREF, "landing": not_found()}
    assert look_up("url", f"https://dl.example.org/doi/{DOI}").record.title == "At Crossref"


def test_what_only_looked_like_a_doi_leaves_the_page_to_say(outside: Outside) -> None:
    outside |= {"crossref": not_found(), "landing": Identifiers(ID, ""), "arxiv_api": ON_ARXIV}
    assert look_up("url", f"https://dl.example.org/doi/{DOI}").record.title == "On arXiv"


def test_a_page_that_names_no_paper_is_said_so(outside: Outside) -> None:
    with pytest.raises(NoSuchPaperError, match="names no arXiv id and no DOI"):
        look_up("url", PAGE)


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_page_that_will_say_the_same_again_is_not_asked_again(
    outside: Outside, status: int
) -> None:
    outside["landing"] = not_found(status)
    with pytest.raises(NoSuchPaperError, match=f"HTTP {status}"):
        look_up("url", PAGE)
