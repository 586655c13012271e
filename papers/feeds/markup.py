"""Text out of the markup that feeds and publishers wrap around it: HTML, JATS, plain.

It decides where words are apart; nothing of the markup survives. Pages escape on output.
"""

import html
import re

import nh3

from papers.feeds.text import clean

# nh3 parses as browsers do; what is longer than this is no abstract.
LONGEST_MARKUP = 200_000

_LOOKS_LIKE_MARKUP = re.compile(r"<[a-zA-Z/!]|&[#a-zA-Z]")
_BLOCK_END = re.compile(
    r"</(?:[\w-]+:)?(?:p|div|li|h[1-6]|tr|td|title|sec)\s*>|<br\s*/?>", re.IGNORECASE
)
_JATS_TITLE = re.compile(r"<jats:title[^>]*>\s*Abstract\s*</jats:title>", re.IGNORECASE)


def text_of(markup: str) -> str:
    """`markup` without tags, entities decoded once, on one line; plain text stays as it is."""
    markup = markup[:LONGEST_MARKUP]
    if not _LOOKS_LIKE_MARKUP.search(markup):
        return clean(markup)
    spaced = _BLOCK_END.sub(" ", _JATS_TITLE.sub("", markup))
    # A sign of its own ("p < 0.05") is no tag, and nh3 gives it back as an entity.
    return clean(
        html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"}))
    )
