"""Answers as api.semanticscholar.org/graph/v1/paper/batch does, from counts by arXiv id."""

import json

from tests.origin.replies import Reply

JSON = "application/json"
MOST_IDS = 500


def answer_batch(citations: dict[str, int], body: bytes) -> Reply:
    """A list in the order of the ids asked for, null for each unknown one; all unknown is a 400."""
    try:
        asked = json.loads(body)["ids"]
    except (ValueError, KeyError, TypeError):
        return _error(400, "Bad request body")
    if len(asked) > MOST_IDS:
        return _error(400, f"Too many ids: {len(asked)}, at most {MOST_IDS}")
    ids = [name.removeprefix("ARXIV:") for name in asked]
    if not any(each in citations for each in ids):
        return _error(400, "No valid paper ids given")
    papers = [
        {"paperId": f"{number:040x}", "citationCount": citations[each]}
        if each in citations
        else None
        for number, each in enumerate(ids)
    ]
    return Reply(200, JSON, json.dumps(papers).encode())


def _error(status: int, text: str) -> Reply:
    return Reply(status, JSON, json.dumps({"error": text}).encode())
