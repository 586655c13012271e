r"""Papers as BibTeX entries that LaTeX can read as they are, accents in UTF-8.

It decides how types and names are written and what is escaped; it never reads the database. Read
more: BibTeXing (Patashnik 1988), sections 3 and 4; biblatex's manual, 2.1.1 and 2.2.2, for the
types and fields; arXiv's help page on BibTeX and eprints.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from papers.formats.facts import Kind, address_of, dated, doi_of, key_of, kind_of
from papers.formats.items import Head, Item
from papers.formats.lines import lines_of, one_line
from papers.formats.names import read_name
from papers.latex import LONGEST_TEXT, to_text
from papers.references import Reference
from papers.tex.braces import TooDeep
from papers.tex.pieces import Piece, cut
from papers.tex.symbols import FUNCTIONS, SYMBOLS, names

# BibTeX's own abbreviations: a style writes them out in its language.
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The type of an entry whose journal is known, and the field that names it. Without one it is
# @misc, for which no style wants a journal; biblatex takes that for @misc too.
_TYPES = {Kind.CONFERENCE: ("inproceedings", "booktitle"), Kind.JOURNAL: ("article", "journal")}
# Also braces by name: BibTeX counts every brace, escaped or not.
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        # In TeX's oldest fonts these three come out as ¡, ¿ and a dash.
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)
# Greek letters, which LaTeX's usual fonts lack outside maths, and within it as characters.
_GREEK = {
    SYMBOLS[command]: f"\\{command}"
    for command in names(
        "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma"
        " tau upsilon varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi"
        " Omega"
    )
}
_GREEK_IN_MATHS = str.maketrans({letter: f"{{{name}}}" for letter, name in _GREEK.items()})
# A Greek word stays one.
_SINGLE_GREEK = re.compile(f"(?<![\u0370-\u03ff])[{''.join(_GREEK)}](?![\u0370-\u03ff])")
# Two of a sort, which TeX would melt into a dash or a quotation mark.
_MELTING = re.compile(r"(?<=-)-|(?<=`)`|(?<=')'")
_AT_BEGINNING = re.compile(r"^(\s*)@")
_UNSAFE_IN_ADDRESS = re.compile(r"[\s{}\\\"<>|^`]")
# A style may write titles in small letters: GPT-4, LoRA, mT5 and Q-learning must stay.
_WORD = re.compile(r"\S+")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_ESCAPED_OR_PERCENT = re.compile(r"(\\.)|%", re.DOTALL)
_KEEPS_CAPITALS = re.compile(r"[^\W_][A-Z]|(?<![^\W_])[B-HJ-Z](?![^\W_])|[a-z][A-Z]|\d[A-Z]")

# What maths may hold as it came: LaTeX would do whatever any other command says, \input too.
_COMMAND = re.compile(r"\\([A-Za-z]+|.|$)", re.DOTALL)
_KNOWN_COMMANDS = (
    names(
        "frac dfrac tfrac cfrac sqrt binom left right middle big Big bigg Bigg bigl bigr Bigl Bigr"
        " biggl biggr limits nolimits mathbb mathbf mathcal mathfrak mathit mathnormal mathrm"
        " mathscr mathsf mathtt boldsymbol bm operatorname text textbf textit textrm textsf texttt"
        " textsc emph mbox bf rm it sf tt cal em acute bar breve check ddot dot grave hat overline"
        " tilde vec widehat widetilde underline overbrace underbrace overset underset stackrel"
        " displaystyle textstyle scriptstyle quad qquad"
    )
    | frozenset(SYMBOLS)
    | frozenset(FUNCTIONS)
    | frozenset(",;:!>{}|_% \\")
)
# In these signs TeX writes any character, a backslash too.
_ANY_CHARACTER = "^^"


def write(head: Head, items: Iterable[Item]) -> Iterator[str]:
    """Yield what `head` says as comments, then the entries in order, parted by empty lines.

    Keys are `facts.key_of`. A note is `annote`, its lines kept; tags are `keywords`, with commas
    between; the section is `x-section`, which BibTeX and biber pass over.
    """
    parting = ""
    if comment := _comment(head):
        yield comment + "\n"
        parting = "\n"
    for item in items:
        yield f"{parting}{_entry(item)}\n"
        parting = "\n"


def entry_of(reference: Reference) -> str:
    """Return the entry of one paper, without a line feed at its end."""
    return _entry(Item(reference))


def person(name: str) -> str:
    """Return one author as BibTeX reads names: `van der Berg, Jr., Ada`, or `{A Group}`."""
    read = read_name(name)
    if not read.given:
        return f"{{{_escape(read.family)}}}"
    return ", ".join(_escape(part) for part in (read.family, read.suffix, read.given) if part)


def _comment(head: Head) -> str:
    """Outside entries BibTeX skips all text but an at sign."""
    title = ": ".join(filter(None, (head.title, head.page)))
    lines = [title, *lines_of(head.description), *head.notes]
    return "\n".join(f"% {one_line(line).replace('@', '(at)')}" for line in lines if line)


def _entry(item: Item) -> str:
    reference = item.reference
    kind, place = _TYPES.get(kind_of(reference), ("misc", ""))
    if not reference.journal_ref:
        kind, place = "misc", ""
    year, month = dated(reference)
    fields = {
        "title": f"{{{_title(reference.title)}}}",
        "author": _braced(" and ".join(person(name) for name in reference.authors)),
        place: _braced(_escape(one_line(to_text(reference.journal_ref)))),
        "year": f"{{{year}}}",
        "month": _MONTHS[month - 1],
        "eprint": _braced(reference.arxiv_id),
        "archivePrefix": "{arXiv}" if reference.arxiv_id else "",
        "primaryClass": _braced(_escape(reference.primary_category if reference.arxiv_id else "")),
        "doi": _braced(doi_of(reference)),
        "url": _braced(_address(address_of(reference))),
        "keywords": _braced(_escape(", ".join(map(one_line, item.tags)))),
        "annote": _braced("\n".join(map(_note_line, lines_of(item.note)))),
        "x-section": _braced(_escape(one_line(item.section))),
    }
    lines = [f"  {name} = {value}" for name, value in fields.items() if name and value]
    return f"@{kind}{{{key_of(reference)},\n" + ",\n".join(lines) + "\n}"


def _note_line(line: str) -> str:
    """Some readers take an at sign at the beginning of a line for a new entry, braces or not."""
    return _AT_BEGINNING.sub(r"\1{}@", _escape(line))


def _title(tex: str) -> str:
    pieces = _cut(tex)
    if not pieces:
        return _in_words(one_line(to_text(tex)))
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
    source = _ESCAPED_OR_PERCENT.sub(lambda found: found[1] or r"\%", one_line(source))
    if not _is_safe(source):
        return _in_words(to_text(f"${source}$"))
    return f"{{${source.translate(_GREEK_IN_MATHS)}$}}"


def _is_safe(source: str) -> bool:
    """Whether it is maths and nothing else to LaTeX, and ends where it ends here."""
    if any(sign in source for sign in ("$", "&", "#", _ANY_CHARACTER)):
        return False
    commands = set(_COMMAND.findall(source))
    # BibTeX counts escaped braces too, TeX does not: both must find their way out.
    plain = _ESCAPED.sub("", source)
    return commands <= _KNOWN_COMMANDS and _is_balanced(source) and _is_balanced(plain)


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
    escaped = _escape(one_line(word))
    escaped = _SINGLE_GREEK.sub(lambda letter: f"{{${_GREEK[letter[0]]}$}}", escaped)
    return f"{{{escaped}}}" if _KEEPS_CAPITALS.search(word) else escaped


def _address(address: str) -> str:
    return _UNSAFE_IN_ADDRESS.sub(lambda match: f"%{ord(match[0]):02X}", address)


def _braced(text: str) -> str:
    return f"{{{text}}}" if text else ""


def _escape(text: str) -> str:
    return _MELTING.sub(r"{}\g<0>", text.translate(_ESCAPES))
