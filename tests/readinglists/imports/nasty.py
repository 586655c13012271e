"""Lists of papers whose titles, notes and tags try every format's patience: always the same."""

import random
from dataclasses import dataclass, replace

from papers.formats import Item
from papers.formats.lines import lines_of, one_line
from tests.papers.formats.sample import PAPER

PIECES = (
    *("{", "}", "{{", "}}", "%", "\\input{/etc/passwd}", "\\end{document}", "$x^2$", "$", "\\"),
    *("&", "#", "_", "~", "^", "<b>", "</p>", "&amp;", '"', '""', "'", "''", "`", "``", "--"),
    *("---", "|", "\r\n", "\n", "\r", "\t", "\x0b", "\u2028", "  ", "\u00a0", "\u200c", "é"),
    *("ö", "ß", "ﬁ", "日本", "שלום", "مرحبا", "=1+1", "+1", "-1", "@SUM(A1)", "'=x"),
    *("TY  - JOUR", "ER  - ", "AU  - X", "@misc{x, title={y}}", "@foo (x)", "@", "# x", "## y"),
    *("- z", "* z", "1. q", "> q", "[a](b)", "](https://a.b/", "](", "Tags: q", "2401.99998"),
    *("arXiv:2401.99999", "doi:10.9999/no", "https://no.example/", "10.9999/no", ",", ";", " and "),
    *("kestrel", "moor", "αβγ", "\u03b1", "\U0001d49c", "\\'e", '\\"o', "\\alpha", "\\%", "{}"),
    *("\\textbackslash{}", "\x00", "\x07", "“", "…", "(", ")", ":", "!", "?"),
)  # fmt: skip
BEGINNINGS = ("=", "+", "-", "@", "\t", "'=", "''@", "#", " ", "\r", "%", "{", '"', "\\", "1.", "")


def text(chance: random.Random, most: int = 6) -> str:
    pieces = [chance.choice(PIECES) for _number in range(chance.randint(0, most))]
    between = chance.choice(("", " ", " "))
    return chance.choice(BEGINNINGS) + between.join(pieces)


def title(chance: random.Random) -> str:
    return text(chance).replace("\x00", "").strip() or "A title"


def tag(chance: random.Random) -> str:
    kept = one_line(text(chance, 3).replace(",", " ").replace(";", " "))
    return one_line(kept)[:50].strip().lstrip("#").strip()


def tags(chance: random.Random) -> tuple[str, ...]:
    made = [tag(chance) for _number in range(chance.randint(0, 3))]
    return tuple({each.casefold(): each for each in reversed(made) if each}.values())


def items(chance: random.Random, *, most: int = 6) -> list[Item]:
    """Each section's items stand together, those of none first."""
    made: list[Item] = []
    headings = [one_line(title(chance)) for _number in range(chance.randint(0, 2))]
    for section in dict.fromkeys(["", *headings]):
        made += [_item(chance, section) for _number in range(chance.randint(0, most // 2))]
    return [_numbered(item, number) for number, item in enumerate(made, 1)]


def _item(chance: random.Random, section: str) -> Item:
    reference = replace(
        PAPER,
        title=title(chance),
        abstract=text(chance),
        authors=tuple(title(chance) for _number in range(chance.randint(0, 3))),
        journal_ref=chance.choice(("", "", "Journal of Moors 7", f"In {title(chance)}")),
    )
    return Item(reference, note=text(chance, 10), tags=tags(chance), section=section)


def _numbered(item: Item, number: int) -> Item:
    """By arXiv id, by DOI, by the address of a page: each is named by another."""
    kind = number % 4
    arxiv_id = f"2603.{number:05}" if kind in (1, 2) else ""
    doi = f"10.1234/a_b-({number})" if kind in (2, 3) else ""
    url = f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else ""
    page = f"https://papers.example.org/paper/number/{number}/"
    changed = replace(
        item.reference, paper_id=number, arxiv_id=arxiv_id, doi=doi, url=url, page=page
    )
    return replace(item, reference=changed)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file must keep of an item."""

    name: tuple[str, str]
    section: str
    tags: tuple[str, ...]
    note: str


def kept(item: Item, ending: str) -> Kept:
    reference = item.reference
    if reference.arxiv_id:
        name = ("arxiv", reference.arxiv_id)
    else:
        name = ("doi", reference.doi) if reference.doi else ("url", reference.page)
    if ending == "txt":
        return Kept(name, item.section, (), "")
    return Kept(name, item.section, item.tags, note_kept(item.note, ending))


def note_kept(note: str, ending: str) -> str:
    kept_lines = lines_of(note)
    if ending == "ris":  # which drops white space at the ends of a line
        kept_lines = lines_of("\n".join(line.strip() for line in kept_lines))
    return "\n".join(kept_lines)
