"""Takes a query apart for those who keep it: what stays true of a paper, and what may change.

It decides which queries are one and the same (normal_form); never what one finds. Read more:
docs/search.md.
"""

import re
from dataclasses import dataclass
from hashlib import blake2b

from papers.search.tree import (
    And,
    Counts,
    InList,
    Is,
    LastDays,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Word,
)

_ONE_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Split:
    """`lasting` (None: nothing) is true of a paper for good; `changing` depends on reader or day.

    A paper satisfies the query when it satisfies `lasting` and each of `changing`.
    """

    lasting: Node | None
    changing: tuple[Node, ...]


def split(tree: Node) -> Split:
    """Return the parts of `tree` that are personal or change with time apart from the others.

    Only what all papers must satisfy can be taken apart: an alternative (OR) or an exclusion with
    something changing in it is changing as a whole.
    """
    parts = tree.parts if isinstance(tree, And) else (tree,)
    changing = tuple(part for part in parts if _changes(part))
    lasting = tuple(part for part in parts if not _changes(part))
    return Split(And(lasting) if lasting else None, changing)


def normal_form(tree: Node) -> str:
    """Return one text, itself a search, for all queries that mean the same.

    Letters become small, parts of AND and OR are sorted and each kept once, and a phrase of one
    word is that word. It is never longer than `tree` as text.
    """
    return str(_normal(tree))


def query_hash(tree: Node) -> int:
    """Return the first 64 bits of BLAKE2b of the normal form, as a signed number."""
    digest = blake2b(normal_form(tree).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _changes(node: Node) -> bool:
    match node:
        case And(parts) | Or(parts):
            return any(map(_changes, parts))
        case Not(part):
            return _changes(part)
        case _:
            return isinstance(node, InList | Is | Counts | LastDays)


def _normal(node: Node) -> Node:
    match node:
        case And(parts):
            return _sorted(And, parts)
        case Or(parts):
            return _sorted(Or, parts)
        case Not(part):
            inner = _normal(part)
            return inner.part if isinstance(inner, Not) else Not(inner)
        case Word(text, field):
            return Word(_small(text), field)
        case Phrase(text, field):
            small = _small(text)
            return Word(small, field) if _ONE_WORD.fullmatch(small) else Phrase(small, field)
        case Prefix(text, field):
            return Prefix(_small(text), field)
        case InList(name):
            return InList(_small(name))
        case _:
            return node


def _small(text: str) -> str:
    # This one capital becomes two characters, which would be longer and another word.
    return "\u0130".join(part.lower() for part in text.split("\u0130"))


def _sorted(kind: type[And] | type[Or], parts: tuple[Node, ...]) -> Node:
    flat: set[Node] = set()
    for part in map(_normal, parts):
        flat.update(part.parts if isinstance(part, kind) else (part,))
    return flat.pop() if len(flat) == 1 else kind(tuple(sorted(flat, key=str)))
