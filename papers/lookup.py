"""Asking the outside for one paper: arXiv by id, Crossref by DOI, a page by its address.

It decides whom to ask, and tells "there is no such paper" from "nobody answered". It stores nothing
and never tries twice. Read more: papers/feeds/ (arxiv_api, crossref, landing).
"""

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from papers.feeds import arxiv_api, crossref, landing
from papers.feeds.parsing import parse_apart
from papers.feeds.records import FeedError, FetchError, PaperRecord
from papers.identifiers import doi_in
from papers.models import TextSource
from papers.wanted import Scheme, Wanted

NOT_THERE = (404, 410)
# What a server means by these may be different in a minute; all other 4xx it will say again.
PASSING = (408, 425, 429)


class NoSuchPaperError(FeedError):
    """Whoever would know says that there is none; asking again would change nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a source said of one paper; `origin` names the interface (PaperOrigin)."""

    record: PaperRecord
    text_source: TextSource
    origin: str


def look_up(scheme: str, value: str) -> Found:
    """Ask for the paper that `scheme` and `value` name (papers/wanted.py), over the network.

    Raises NoSuchPaperError when there is none, another FeedError when nobody could say.
    """
    if scheme == Scheme.ARXIV:
        return _ask_arxiv(value)
    if scheme == Scheme.DOI:
        return _ask_crossref(value)
    return _ask_page(Wanted(Scheme.URL, value, doi_in(value)))


def _ask_arxiv(arxiv_id: str) -> Found:
    try:
        answer = arxiv_api.fetch_ids([arxiv_id])
    except FetchError as error:
        raise _lasting(error) from error
    parsed = parse_apart(arxiv_api.parse, answer.body)
    for record in parsed.records:
        if record.arxiv_id == arxiv_id:
            return Found(record, TextSource.ARXIV, "arxiv_api")
    raise NoSuchPaperError(f"arXiv has no paper {arxiv_id}.")


def _ask_crossref(doi: str) -> Found:
    unknown = NoSuchPaperError(f"Crossref has no entry for the DOI {doi}.")
    try:
        answer = crossref.fetch_work(doi)
    except FetchError as error:
        raise (unknown if error.status in NOT_THERE else error) from error
    parsed = parse_apart(crossref.parse, answer.body)
    if not parsed.records:
        raise NoSuchPaperError(" ".join(parsed.problems) or str(unknown))
    return Found(parsed.records[0], TextSource.FEED, "crossref")


def _ask_page(wanted: Wanted) -> Found:
    if wanted.doi:
        try:
            return _ask_crossref(wanted.doi)
        except NoSuchPaperError:
            pass  # what looked like a DOI in the address was none: the page itself may know
    try:
        answer = landing.fetch_page(wanted.value)
    except FetchError as error:
        raise _lasting(error) from error
    named = parse_apart(landing.parse, answer.body, url=answer.url)
    if named.arxiv_id:
        return _ask_arxiv(named.arxiv_id)
    if named.doi:
        return _ask_crossref(named.doi)
    raise NoSuchPaperError(
        gettext_noop(
            "The page names no arXiv id and no DOI of a paper. Paste one of these instead."
        )
    )


def _lasting(error: FetchError) -> FeedError:
    is_lasting = 400 <= error.status < 500 and error.status not in PASSING
    return NoSuchPaperError(str(error)) if is_lasting else error
