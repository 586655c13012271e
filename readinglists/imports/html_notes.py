"""Notes that Zotero keeps as HTML, as plain text with the line breaks that a reader saw."""

import re

from papers.feeds.markup import text_of

_LINE_END = re.compile(r"<br\s*/?>|</(?:p|div|li|h[1-6]|blockquote|tr)>", re.IGNORECASE)
_IS_HTML = re.compile(r"<(?:p|div|br|h[1-6]|ul|ol|span|strong|em|b|i|a)\b[^<>]*>", re.IGNORECASE)
MOST_CHARACTERS = 200_000


def note_text(value: str) -> str:
    """`value` without tags; what is no HTML stays as it is."""
    value = value[:MOST_CHARACTERS]
    if not _IS_HTML.search(value):
        return value
    lines = (text_of(part) for part in _LINE_END.split(value))
    return "\n".join(line for line in lines if line)
