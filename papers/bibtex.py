r"""Papers as BibTeX entries that LaTeX can read as they are, accents in UTF-8.

It decides types, keys, how names are turned and what is escaped; it never reads the database. Read
more: BibTeXing (Patashnik 1988), sections 3 and 4; arXiv's help page on BibTeX and eprints.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

from papers.identifiers import ARXIV_DOI_PREFIX
from papers.latex import LONGEST_TEXT, to_text
from papers.references import Reference
from papers.tex.braces import TooDeep
from papers.tex.pieces import Piece, cut

# BibTeX's own abbreviations: a style writes them out in its language.
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PROCEEDINGS = re.compile(
    r"\b(?:proc(?:eedings|\.)|conference|workshop|symposium|advances in neural)", re.IGNORECASE
)
# Also braces by name: BibTeX counts every brace, escaped or not.
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)
_UNSAFE_IN_DOI = re.compile(r"[\s{}\\]")
_UNSAFE_IN_ADDRESS = re.compile(r"[\s{}\\\"<>|^`]")
# Letters that Unicode does not take apart; for keys.
_WITHOUT_ACCENTS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "đ": "d", "\u0131": "i"}
)
# A style may write titles in small letters: GPT-4, LoRA, mT5 and Q-learning must stay.
_WORD = re.compile(r"\S+")
_UNESCAPED_PERCENT = re.compile(r"(?<!\\)%")
_KEEPS_CAPITALS = re.compile(r"[^\W_][A-Z]|(?<![^\W_])[B-HJ-Z](?![^\W_])|[a-z][A-Z]|\d[A-Z]")

_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV", re.IGNORECASE)
# Written large they still belong to the family name; "Van" alone is as often a given name.
_LARGE_PARTICLES = frozenset(
    ("De", "Del", "Della", "Der", "Den", "Di", "Du", "Da", "Dos", "Von", "Ter", "Ten")
)
_BEFORE_PARTICLE = frozenset({*_LARGE_PARTICLES, "Van"})
_GROUP = re.compile(
    r"\b(?:collaboration|consortium|team|group|project|institute|university|laboratory|lab|"
    r"and|of|for|the)\b",
    re.IGNORECASE,
)


def bibtex(references: Iterable[Reference], *, notes: Iterable[str] = ()) -> str:
    """Return the entries in order, parted by empty lines; `notes` stand before them as comments.

    Keys are `surname` `year` `-` `arXiv id` (or the number here): they depend on nothing but the
    paper, so that a file fetched again later cites the same. Ends with a line feed, "" for nothing.
    """
    # Outside entries BibTeX skips all text but an at sign.
    comment = "\n".join(f"% {_one_line(note).replace('@', '(at)')}" for note in notes)
    blocks = [*([comment] if comment else []), *map(_entry, references)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def key_of(reference: Reference) -> str:
    """Return the key: ASCII letters, digits, full stops and hyphens only."""
    year, _month = _dated(reference)
    family = _family(reference.authors[0]) if reference.authors else ""
    name = re.sub(r"[^a-z]", "", _folded(family).lower())[:30]
    number = reference.arxiv_id.replace("/", "-") or f"n{reference.paper_id}"
    return f"{name or 'anon'}{year}-{number}"


def person(name: str) -> str:
    """Return one author as BibTeX reads names: `van der Berg, Jr., Ada`, or `{A Group}`."""
    name = _one_line(name)
    words = name.replace(",", " ").split()
    if len(words) < 2 or _GROUP.search(name) or name.count(",") > 2:
        return f"{{{_escape(name)}}}"
    given, family, suffix = _parts(name)
    if not given:
        return f"{{{_escape(name)}}}"
    return ", ".join(_escape(part) for part in (family, suffix, given) if part)


def _entry(reference: Reference) -> str:
    kind, place = _kind(reference)
    year, month = _dated(reference)
    fields = {
        "title": f"{{{_title(reference.title)}}}",
        "author": _braced(" and ".join(person(name) for name in reference.authors)),
        place: _braced(_escape(_one_line(to_text(reference.journal_ref)))),
        "year": f"{{{year}}}",
        "month": _MONTHS[month - 1],
        "eprint": _braced(reference.arxiv_id),
        "archivePrefix": "{arXiv}" if reference.arxiv_id else "",
        "primaryClass": _braced(reference.primary_category if reference.arxiv_id else ""),
        "doi": _braced(_doi(reference.doi)),
        "url": _braced(_address(reference.url or reference.page)),
    }
    lines = [f"  {name} = {value}" for name, value in fields.items() if name and value]
    return f"@{kind}{{{key_of(reference)},\n" + ",\n".join(lines) + "\n}"


def _kind(reference: Reference) -> tuple[str, str]:
    """The type of the entry, and the field that says where it was published."""
    if reference.journal_ref:
        if _PROCEEDINGS.search(reference.journal_ref):
            return "inproceedings", "booktitle"
        return "article", "journal"
    return "misc", ""


def _dated(reference: Reference) -> tuple[int, int]:
    """Year and month of the first version: an arXiv id holds them and never changes."""
    digits = re.search(r"(?:^|/)(\d{2})(\d{2})", reference.arxiv_id)
    if digits:
        year, month = int(digits[1]), int(digits[2])
        if 1 <= month <= 12:
            return (1900 if year > 90 else 2000) + year, month
    day = reference.published_at
    return day.year, day.month


def _title(tex: str) -> str:
    pieces = _cut(tex)
    if not pieces:
        return _in_words(_one_line(to_text(tex)))
    runs = groupby(pieces, key=lambda piece: piece.kind)
    written = (_written(kind, [piece.text for piece in run]) for kind, run in runs)
    return " ".join("".join(written).split())


def _cut(tex: str) -> list[Piece]:
    if len(tex) > LONGEST_TEXT:
        return []
    try:
        return cut(tex)
    except (TooDeep, RecursionError):
        return []


def _written(kind: str, texts: list[str]) -> str:
    if kind == "text":
        return _in_words("".join(texts))
    return "".join(map(_maths, texts)) if kind in ("maths", "block") else ""


def _maths(source: str) -> str:
    source = _UNESCAPED_PERCENT.sub(r"\\%", _one_line(source))
    is_safe = _is_balanced(source) and not any(sign in source for sign in "$&#")
    return f"{{${source}$}}" if is_safe else _in_words(to_text(f"${source}$"))


def _is_balanced(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def _in_words(text: str) -> str:
    return _WORD.sub(lambda word: _kept(word[0]), text)


def _kept(word: str) -> str:
    escaped = _escape("".join(sign for sign in word if sign.isprintable()))
    return f"{{{escaped}}}" if _KEEPS_CAPITALS.search(word) else escaped


def _parts(name: str) -> tuple[str, str, str]:
    """Given names, family name with its particles, suffix: of `A. van B, Jr.` or `van B, A.`"""
    head, *rest = [part.strip() for part in name.split(",") if part.strip()]
    suffixes = [part for part in rest if _SUFFIX.fullmatch(part)]
    givens = [part for part in rest if not _SUFFIX.fullmatch(part)]
    if givens:
        return " ".join(givens), head, " ".join(suffixes)
    words = head.split()
    if not suffixes and len(words) > 2 and _SUFFIX.fullmatch(words[-1]):
        suffixes = [words.pop()]
    at = _family_at(words)
    return " ".join(words[:at]), " ".join(words[at:]), " ".join(suffixes)


def _family_at(words: list[str]) -> int:
    """The place of the first word of the family name."""
    last = len(words) - 1
    for at in range(1, last):
        if words[at][0].islower():
            return at - 1 if at > 1 and words[at - 1] in _BEFORE_PARTICLE else at
        if words[at] in _LARGE_PARTICLES:
            return at
    return last


def _family(name: str) -> str:
    words = _one_line(name).replace(",", " ").split()
    if len(words) < 2 or _GROUP.search(name):
        return words[0] if words else ""
    return _parts(_one_line(name))[1] or words[-1]


def _folded(text: str) -> str:
    """Letters without their accents, for keys: not all programs take others there."""
    text = unicodedata.normalize("NFKD", text.translate(_WITHOUT_ACCENTS))
    return text.encode("ascii", "ignore").decode()


def _doi(doi: str) -> str:
    doi = doi.replace(ARXIV_DOI_PREFIX, "10.48550/arXiv.")
    return "" if _UNSAFE_IN_DOI.search(doi) else doi


def _address(address: str) -> str:
    return _UNSAFE_IN_ADDRESS.sub(lambda match: f"%{ord(match[0]):02X}", address)


def _braced(text: str) -> str:
    return f"{{{text}}}" if text else ""


def _escape(text: str) -> str:
    return text.translate(_ESCAPES)


def _one_line(text: str) -> str:
    # Characters that are not text: a control character stops some readers of the file.
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
