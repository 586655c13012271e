"""Which hosts have asked to be left alone, for pages that say so. It reads, and waits for nothing.

Read more: papers/feeds/gate.py, which keeps the pauses.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from papers.feeds.gate import gate_name
from papers.models import HostGate, Source

# Less is the ordinary spacing between two requests, not a pause that anybody asked for.
SHORTEST_PAUSE = timedelta(seconds=30)
DEFAULT_PORTS = {"http": 80, "https": 443}


def paused_until(address: str, *, now: datetime) -> datetime | None:
    """When the host of `address` may be asked again; None when it asked for no pause."""
    asked = HostGate.objects.filter(next_allowed_at__gt=now + SHORTEST_PAUSE)
    gate = asked.filter(host=gate_of(address)).first()
    return gate.next_allowed_at if gate else None


def gate_of(address: str) -> str:
    """The gate that its host shares, all of arXiv's hosts one (papers/feeds/gate.py)."""
    return gate_name(host_of(address))


def host_of(address: str) -> str:
    """name:port, as answers are counted (papers/answer_counts.py)."""
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port or DEFAULT_PORTS.get(parts.scheme, 0)}"


def address_of(source: Source) -> str:
    """The address that a source is read from; its host is what counts."""
    by_kind = {
        Source.Kind.ARXIV_LIST: settings.ARXIV_LIST_URL,
        Source.Kind.ARXIV_OAI: settings.ARXIV_OAI_URL,
        Source.Kind.ARXIV_RSS: settings.ARXIV_RSS_URL,
        Source.Kind.GITHUB: settings.GITHUB_URL,
        Source.Kind.HUGGINGFACE: settings.HUGGINGFACE_URL,
        Source.Kind.SEMANTIC_SCHOLAR: settings.SEMANTIC_SCHOLAR_URL,
    }
    address: str = by_kind.get(Source.Kind(source.kind), source.key)
    return address
