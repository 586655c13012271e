"""Small pieces of trees: parts joined and negated, and any text as the words within it.

It decides which shape of several equal ones a tree has; never what an operator means (language.py).
"""

import re
from collections.abc import Sequence

from papers.search.tree import NOTHING, And, Node, Not, Or, Phrase, TextField, Word

_PLAIN = re.compile(r"\w+(?:[-'\u2019.&/+]+\w+)*")
_OPERATORS = ("AND", "OR", "NOT")


def wanted(node: Node) -> Node:
    return node.part if isinstance(node, Not) else node


def joined(kind: type[And] | type[Or], parts: Sequence[Node]) -> Node:
    """One node for `parts`, those of the same kind dissolved in it."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    if not flat:
        return NOTHING
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def negated(node: Node | None) -> Node | None:
    if isinstance(node, Not):
        return node.part
    return Not(node) if node is not None else None


def plain(text: str, field: TextField | None) -> Word | Phrase | None:
    """The words within `text`: one, or several as a phrase."""
    words = [word for word in _PLAIN.findall(text) if is_searchable(word)]
    if len(words) == 1:
        return word(words[0], field)
    return Phrase(" ".join(words), field) if words else None


def word(text: str, field: TextField | None) -> Word:
    return Word(text.lower() if text in _OPERATORS else text, field)


def is_searchable(text: str) -> bool:
    return any(character.isalnum() for character in text)
