"""How often papers are cited, as Semantic Scholar counts it.

A paper that it does not know has no count; that is not zero. Read more:
https://api.semanticscholar.org/api-docs/graph#tag/Paper-Data/operation/post_graph_get_papers
"""

import json
from collections.abc import Sequence

from django.conf import settings

from papers.feeds.fetch import FetchedResponse, fetch
from papers.feeds.records import FetchError, ParseError
from papers.feeds.text import opening

MOST_IDS = 500
LARGEST_BYTES = 3_000_000
LARGEST_COUNT = 2**31 - 1
REFUSED = (401, 403)
# A key allows one question a second.
SPACING_SECONDS = 1.0


def fetch_citations(arxiv_ids: Sequence[str]) -> FetchedResponse:
    """The counts of up to 500 papers, in the order of their ids.

    Raises ValueError for more, and FetchError: with status 400 also when it knows none of them,
    which it calls an error; in words when there is no key, or one that is not accepted.
    """
    if len(arxiv_ids) > MOST_IDS:
        raise ValueError(f"At most {MOST_IDS} papers can be asked for at once.")
    if not settings.SEMANTIC_SCHOLAR_KEY:
        raise FetchError("SEMANTIC_SCHOLAR_KEY is not set; without a key it hardly answers.")
    try:
        return fetch(
            f"{settings.SEMANTIC_SCHOLAR_URL}?fields=citationCount",
            json_body={"ids": [f"ARXIV:{arxiv_id}" for arxiv_id in arxiv_ids]},
            headers={"x-api-key": settings.SEMANTIC_SCHOLAR_KEY},
            largest_bytes=LARGEST_BYTES,
            spacing_seconds=SPACING_SECONDS,
        )
    except FetchError as error:
        if error.status not in REFUSED:
            raise
        words = "Semantic Scholar does not accept the SEMANTIC_SCHOLAR_KEY in the settings."
        raise FetchError(words, status=error.status) from error


def parse(body: bytes, *, arxiv_ids: Sequence[str]) -> dict[str, int]:
    """Citations by id, of those that are known; raises ParseError when the answer is no such list.

    The answer has no ids of its own that could be trusted to be ours: only its order tells.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"Semantic Scholar did not answer in JSON: {opening(body)}.") from error
    if not isinstance(answer, list) or len(answer) != len(arxiv_ids):
        raise ParseError(f"Semantic Scholar did not answer with {len(arxiv_ids)} papers.")
    counts = {}
    for arxiv_id, paper in zip(arxiv_ids, answer, strict=True):
        count = paper.get("citationCount") if isinstance(paper, dict) else None
        if type(count) is int and 0 <= count <= LARGEST_COUNT:
            counts[arxiv_id] = count
    return counts
