"""A list's description, Markdown as its owner wrote it, as HTML that is safe to show anybody.

HTML in it is shown as text; images are not shown, so that opening a list asks no other site.
"""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from markdown_it import MarkdownIt
from markdown_it.token import Token

# The title of the page is h1.
_HIGHEST = 2
_LOWEST = 6
_TAGS = {
    *("p", "br", "hr", "em", "strong", "a", "code", "pre", "blockquote", "ul", "ol", "li"),
    *(f"h{level}" for level in range(_HIGHEST, _LOWEST + 1)),
}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_REL = "nofollow noreferrer"
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")


@lru_cache(512)
def render(text: str) -> SafeString:
    """Return `text`, CommonMark 0.31 without HTML and images, as HTML; its headings begin at h2.

    Cleaned after rendering, so that nothing depends on the renderer alone.
    """
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        _demote(token)
    html: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return SafeString(
        nh3.clean(
            html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=_REL
        ).strip()
    )


@lru_cache(512)
def to_plain(text: str, words: int = 40) -> str:
    """Return the beginning of `text` without its marks, on one line."""
    plain = " ".join(_content(token) for token in _MARKDOWN.parse(text))
    return Truncator(" ".join(plain.split())).words(words)


def _content(token: Token) -> str:
    if token.children is None:
        return token.content
    return "".join(each.content or " " * each.type.endswith("break") for each in token.children)


def _demote(token: Token) -> None:
    if token.type in ("heading_open", "heading_close"):
        level = int(token.tag[1:]) + _HIGHEST - 1
        token.tag = f"h{min(level, _LOWEST)}"
