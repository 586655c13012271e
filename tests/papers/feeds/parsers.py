"""Every parser of the project, with arguments that it may be called with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from papers.feeds import (
    arxiv_api,
    arxiv_list,
    arxiv_oai,
    arxiv_rss,
    crossref,
    github,
    huggingface,
    landing,
    opml,
    semantic_scholar,
    syndication,
)
from papers.feeds.parsing import parse_apart

DAY = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Parser:
    """`shapes` are the formats, as in hostile.py, that it is made to read, or nearest to them."""

    parse: Callable[..., Any]
    shapes: tuple[str, ...]
    arguments: dict[str, Any] = field(default_factory=dict)

    def __call__(self, body: bytes) -> Any:
        return parse_apart(self.parse, body, **self.arguments)


ADDRESS = "https://example.org/feed"

PARSERS = {
    "arxiv_api": Parser(arxiv_api.parse, ("atom",)),
    "arxiv_list": Parser(arxiv_list.parse, ("html",), {"category": "cs.AI"}),
    "arxiv_oai": Parser(arxiv_oai.parse, ("OAI-PMH",), {"today": DAY}),
    "arxiv_rss": Parser(
        arxiv_rss.parse, ("rss", "atom"), {"category": "cs.AI", "announced_on": DAY}
    ),
    "crossref": Parser(crossref.parse, ("html",)),
    "github": Parser(github.parse_stars, ("html",)),
    "huggingface": Parser(huggingface.parse, ("html",), {"observed_on": DAY}),
    "landing": Parser(landing.parse, ("html",), {"url": ADDRESS}),
    "opml": Parser(opml.read_opml, ("opml",)),
    "semantic_scholar": Parser(semantic_scholar.parse, ("html",), {"arxiv_ids": ["2603.00001"]}),
    "syndication": Parser(
        syndication.parse, ("rss", "atom"), {"url": ADDRESS, "content_type": "", "read_on": DAY}
    ),
}
