"""Tags of entries as people type them: separated by commas."""

import re
from itertools import chain

from django.utils.translation import gettext as _

MOST_TAGS = 20
LONGEST_TAG = 50


def read_tags(text: str) -> list[str]:
    """Return the tags in `text`, each once (capitals do not tell them apart), in order.

    Commas, semicolons and line breaks separate; a `#` before a tag falls away. Raises ValueError in
    words when there are more than 20 or one is longer than 50 characters.
    """
    tags = split_tags(text)
    for tag in tags:
        if len(tag) > LONGEST_TAG:
            words = _("The tag “%(tag)s…” is longer than %(most)d characters.")
            raise ValueError(words % {"tag": tag[:30], "most": LONGEST_TAG})
    if len(tags) > MOST_TAGS:
        words = _("An entry has at most %(most)d tags, not %(count)d.")
        raise ValueError(words % {"most": MOST_TAGS, "count": len(tags)})
    return tags


def split_tags(text: str) -> list[str]:
    """As `read_tags`, however many and long they are."""
    tags: dict[str, str] = {}
    for part in re.split(r"[,;\r\n]", text):
        tag = " ".join("".join(c if c.isprintable() else " " for c in part).split())
        tag = tag.lstrip("#").strip()
        if tag:
            tags.setdefault(tag.casefold(), tag)
    return list(tags.values())


def join_tags(*lists: list[str]) -> list[str]:
    """Return all tags of these lists, each once. It may be more than an entry gets by a form: what
    two papers that become one had is kept."""
    tags: dict[str, str] = {}
    for tag in chain(*lists):
        tags.setdefault(tag.casefold(), tag)
    return list(tags.values())


def write_tags(tags: list[str]) -> str:
    return ", ".join(tags)
