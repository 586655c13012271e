"""Answers as api.crossref.org/works/{doi} does, from invented entries."""

import json
from typing import Any

from tests.origin.replies import Reply

JSON = "application/json"


def make_work(*, doi: str = "10.1000/jww.17", **fields: Any) -> dict[str, Any]:
    """An entry of Crossref as it is written for an article of a journal."""
    work = {
        "DOI": doi,
        "URL": f"https://doi.org/{doi}",
        "type": "journal-article",
        "title": ["On <i>Windmills</i> &amp; Weirs"],
        "container-title": ["Journal of Windmills &amp; Weirs"],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>They turn for p &lt; 0.05.</jats:p>",
        "author": [
            {"given": "Ada", "family": "Example", "sequence": "first", "affiliation": []},
            {"given": "Bo", "family": "Sample", "suffix": "Jr.", "sequence": "additional"},
            {"name": "The Mill Consortium", "sequence": "additional"},
        ],
        "published-print": {"date-parts": [[2026, 6]]},
        "published-online": {"date-parts": [[2026, 3, 1]]},
        "issued": {"date-parts": [[2026, 3, 1]]},
        "license": [{"URL": "https://creativecommons.org/licenses/by/4.0/", "delay-in-days": 0}],
        "relation": {},
        "is-referenced-by-count": 3,
    }
    return work | fields


def answer_work(works: dict[str, dict[str, Any]], doi: str) -> Reply:
    """The entry of `doi`; an unknown one is a 404 in plain text, as Crossref's is."""
    work = works.get(doi.lower())
    if work is None:
        return Reply(404, "text/plain", b"Resource not found.")
    message = {"status": "ok", "message-type": "work", "message": work}
    return Reply(200, JSON, json.dumps(message).encode())
