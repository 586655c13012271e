"""Walks the recorded samples: each is read, or refused in words, by the parser of its format."""

import json
import time
from pathlib import Path

import pytest

from papers.feeds.records import FeedError
from tests.papers.feeds.parsers import PARSERS
from tests.papers.feeds.sampling import SHARED, needs_shared_data

pytestmark = needs_shared_data

FEEDS = SHARED / "feeds"
# For each folder: who reads it, how its files' names end, and how many can be read at least.
FOLDERS = {
    "arxiv_api": ("arxiv_api", "*.xml", 9),
    "arxiv_docs_samples": ("arxiv_api", "*.xml", 2),
    "arxiv_feeds": ("arxiv_rss", "*.xml", 1),
    "feedparser": ("syndication", "*.xml", 700),
    "github": ("github", "*.json", 1),
    "oai": ("arxiv_oai", "*.xml", 8),
    "oai_generic": ("arxiv_oai", "*.xml", 6),
    "other": ("syndication", "*", 13),
}
LONGEST_SECONDS = 5.0


def test_every_folder_has_its_parser() -> None:
    assert {path.name for path in FEEDS.iterdir() if path.is_dir()} == set(FOLDERS)


def body_of(path: Path) -> bytes:
    """The answer alone; GitHub's were recorded with what was asked around them."""
    if path.parent.name != "github":
        return path.read_bytes()
    (exchange,) = json.loads(path.read_bytes())
    return json.dumps(exchange["response"]).encode()


def reason_for_refusing(name: str, path: Path) -> str:
    """Why the sample is refused, "" when it is read; anything else than a FeedError fails."""
    started = time.monotonic()
    try:
        PARSERS[name](body_of(path))
    except FeedError as error:
        return str(error)
    finally:
        assert time.monotonic() - started < LONGEST_SECONDS, path
    return ""


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_sample_is_read_or_refused_in_words(folder: str) -> None:
    name, ending, least = FOLDERS[folder]
    paths = sorted(FEEDS.joinpath(folder).rglob(ending))
    reasons = {path: reason_for_refusing(name, path) for path in paths if path.is_file()}
    refused = [reason for reason in reasons.values() if reason]
    # These words begin what parsing.py says of documents that passed their limits.
    assert not [reason for reason in refused if reason.startswith("Reading the answer")]
    assert all(len(reason.split()) > 4 for reason in refused), refused
    assert len(reasons) - len(refused) >= least, refused
