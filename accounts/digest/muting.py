"""What readers muted: words, authors, categories; and whether a paper is among it.

It compares as search does: the forms of a word are one, case and accents do not count. It never
chooses. What is muted is left out of every section but the news of papers the reader saved.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from accounts.models import Mute
from papers.latex import to_text
from papers.models import Paper
from papers.search.analysis import NAMES, normalise, terms_of


@dataclass(frozen=True, slots=True)
class Muted:
    """One reader's mutes. A phrase is its words in a row; an author all words of one name; a
    category "cs.CL" is the primary one, "cs" every primary one of that archive."""

    phrases: tuple[str, ...] = ()
    authors: tuple[frozenset[str], ...] = ()
    categories: tuple[str, ...] = ()

    def hides_category(self, code: str | None) -> bool:
        return code is not None and any(
            code == muted or code.startswith(f"{muted}.") for muted in self.categories
        )

    def hides(self, text: "Text") -> bool:
        return (
            self.hides_category(text.category)
            or any(phrase in text.words for phrase in self.phrases)
            or any(words <= name for words in self.authors for name in text.authors)
        )


NOTHING_MUTED = Muted()


@dataclass(frozen=True, slots=True)
class Text:
    """What a mute is compared with: the terms of title and abstract in a row, with a space before
    and behind each; the words of each author's name."""

    words: str
    authors: tuple[frozenset[str], ...]
    category: str | None


def read(user_ids: Collection[int]) -> dict[int, Muted]:
    """Return the mutes of those readers who have any. One query."""
    by_user: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    mutes = Mute.objects.filter(user_id__in=user_ids)
    for user_id, kind, value in mutes.values_list("user_id", "kind", "value"):
        by_user[user_id][kind].append(value)
    return {
        user_id: Muted(
            phrases=tuple(filter(None, map(in_a_row, kinds[Mute.Kind.WORD]))),
            authors=tuple(filter(None, map(_name, kinds[Mute.Kind.AUTHOR]))),
            categories=tuple(kinds[Mute.Kind.CATEGORY]),
        )
        for user_id, kinds in by_user.items()
    }


def texts(paper_ids: Iterable[int]) -> dict[int, Text]:
    """Return what mutes are compared with, by paper. One query."""
    rows = Paper.objects.filter(pk__in=set(paper_ids)).values_list(
        "pk", "title", "abstract", "authors", "primary_category_id"
    )
    return {
        pk: Text(
            in_a_row(f"{title} {abstract}"),
            tuple(_name(author) for author in authors if isinstance(author, str)),
            category,
        )
        for pk, title, abstract, authors, category in rows
    }


def in_a_row(text: str) -> str:
    """The terms of `text`, each with a space before and behind; "" when it has none."""
    terms = " ".join(terms_of(normalise(to_text(text))))
    return f" {terms} " if terms else ""


@lru_cache(maxsize=4096)
def _name(author: str) -> frozenset[str]:
    return frozenset(NAMES.analyze(normalise(author)))
