"""The history of a paper: its versions, when they came, and which words changed.

It decides what counts as a difference: words as readers see them, without TeX's markup. It never
stores anything; papers/ingest.py keeps the text that a newer version replaces.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal

from papers.latex import to_text
from papers.models import Paper, PaperVersion

# Of both texts. arXiv's abstracts have some 300 words; comparing grows with the square.
MOST_WORDS = 1_200
# Places where a word of one is a word of the other. Abstracts of arXiv against themselves: 360 at
# the median, 1,731 at most of 21,972. One word said a thousand times cost 350 ms, 10,000 cost 45.
MOST_PAIRS = 10_000
# Words on either side of a change; of the rest an ellipsis is left.
WORDS_AROUND = 8


@dataclass(frozen=True, slots=True)
class Part:
    """Words in a row that are in both texts (`same`), gone, or new; `cut`: unchanged, left out."""

    kind: Literal["same", "gone", "new", "cut"]
    words: str = ""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version. `title` and `abstract` are what changed in it, empty for no change.

    `compared_with` is the newest earlier version whose text is known, None where this one's text
    or every earlier one's is not; `is_known` says which. `is_rewritten` means that the two texts
    are too long, or repeat themselves too much, to compare.
    """

    version: int
    submitted_at: datetime | None
    size_bytes: int | None
    is_current: bool
    is_known: bool = True
    compared_with: int | None = None
    title: tuple[Part, ...] = ()
    abstract: tuple[Part, ...] = ()
    is_rewritten: bool = False

    @property
    def is_unchanged(self) -> bool:
        changed = self.title or self.abstract or self.is_rewritten
        return self.compared_with is not None and not changed


@dataclass(frozen=True, slots=True)
class _Text:
    version: int
    title: str
    abstract: str


def history(paper: Paper) -> list[VersionLine]:
    """Return every version of `paper` that is known, the newest first. One query.

    Empty when no source counts versions. The current version's text is the paper's own.
    """
    rows = {row.version: row for row in PaperVersion.objects.filter(paper=paper)}
    if paper.version is not None:
        rows.setdefault(paper.version, PaperVersion(paper=paper, version=paper.version))
    lines = list(_lines(paper, [rows[number] for number in sorted(rows)]))
    return lines[::-1]


def _lines(paper: Paper, rows: Sequence[PaperVersion]) -> Iterator[VersionLine]:
    before: _Text | None = None
    for row in rows:
        is_current = row.version == paper.version
        text = _text(paper if is_current else row, row.version)
        yield _line(row, is_current, before, text)
        before = text or before


def _text(said: Paper | PaperVersion, version: int) -> _Text | None:
    return _Text(version, said.title, said.abstract) if said.title else None


def _line(
    row: PaperVersion, is_current: bool, before: _Text | None, text: _Text | None
) -> VersionLine:
    submitted_at, size = row.submitted_at, row.size_bytes
    if before is None or text is None:
        return VersionLine(row.version, submitted_at, size, is_current, is_known=text is not None)
    title = changes(before.title, text.title)
    # A source that gave no abstract did not take it away.
    is_told = bool(before.abstract and text.abstract)
    abstract = changes(before.abstract, text.abstract) if is_told else ()
    return VersionLine(
        version=row.version,
        submitted_at=submitted_at,
        size_bytes=size,
        is_current=is_current,
        compared_with=before.version,
        title=title or (),
        abstract=abstract or (),
        is_rewritten=title is None or abstract is None,
    )


def changes(old: str, new: str) -> tuple[Part, ...] | None:
    """Return what became of `old`, word by word; () for nothing, None for too much work.

    Texts are compared as plain characters (papers/latex.py). Unchanged words stand only near a
    change.
    """
    old_words, new_words = to_text(old).split(), to_text(new).split()
    if old_words == new_words:
        return ()
    if len(old_words) + len(new_words) > MOST_WORDS or _pairs(old_words, new_words) > MOST_PAIRS:
        return None
    return tuple(_shortened(list(_parts(old_words, new_words))))


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    counts = Counter(old)
    return sum(counts[word] for word in new)


def _parts(old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    # "Autojunk" bounds what a word repeated hundreds of times costs.
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            yield Part("same", " ".join(old[start:end]))
            continue
        if end > start:
            yield Part("gone", " ".join(old[start:end]))
        if new_end > new_start:
            yield Part("new", " ".join(new[new_start:new_end]))


def _shortened(parts: Sequence[Part]) -> Iterator[Part]:
    for place, part in enumerate(parts):
        if part.kind != "same":
            yield part
            continue
        before = WORDS_AROUND if place > 0 else 0
        after = WORDS_AROUND if place < len(parts) - 1 else 0
        yield from _ends(part.words.split(" "), before, after)


def _ends(words: Sequence[str], first: int, last: int) -> Iterator[Part]:
    """The first and the last words, and a cut between them when more than one is left out."""
    if len(words) <= first + last + 1:
        yield Part("same", " ".join(words))
        return
    if first:
        yield Part("same", " ".join(words[:first]))
    yield Part("cut")
    if last:
        yield Part("same", " ".join(words[-last:]))
