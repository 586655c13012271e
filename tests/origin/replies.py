"""What the parts of the origin answer with, and the small shapes they share."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

__all__ = ["ATOM", "RSS", "XML", "Query", "Reply", "attribute", "escape"]

RSS = "application/rss+xml"
ATOM = "application/atom+xml; charset=utf-8"
XML = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of an address; of a repeated one the last counts."""

    values: dict[str, str]

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        return int(value) if value.isascii() and value.isdigit() else default


def attribute(value: str) -> str:
    return quoteattr(value)
