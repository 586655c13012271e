"""Papers as Markdown: a list to read, to print or to keep in a repository.

It decides how the list is laid out, and that nothing in a title or a note is markup. Read more:
https://spec.commonmark.org/0.31.2/ (2.4, backslash escapes).
"""

import re
from collections.abc import Iterable, Iterator

from papers.formats.facts import address_of, dated, doi_of, eprint_of
from papers.formats.items import Head, Item
from papers.formats.lines import lines_of, one_line
from papers.latex import to_text

_MARKUP = re.compile(r"[\\`*_\[\]<>&~|$]")
# What begins a heading, a list, a quotation, a rule or a table only at the beginning of a line.
_BEGINNING = re.compile(r"^(\s*)([#+\-=:!]|\d{1,9}(?=[.)]))")
_UNSAFE_IN_ADDRESS = re.compile(r"[\s()<>\\\"]")


def write(head: Head, items: Iterable[Item]) -> Iterator[str]:
    """Yield a heading, what `head` says, and an item of a list a paper.

    A section is a heading of the second level ("##" alone: none again). An item is one line that
    begins `- [title](address)`; below it, two spaces in, a line `Tags: a, b`, then after an empty
    line the note, line by line. ASCII punctuation that means something has a backslash before it.
    """
    yield from _top(head)
    section = ""
    for item in items:
        if item.section != section:
            section = item.section
            yield f"\n## {_escape(one_line(section))}".rstrip() + "\n"
        yield "\n" + "\n".join(_lines(item)) + "\n"


def _top(head: Head) -> Iterator[str]:
    if head.title:
        yield f"# {_escape(one_line(head.title))}\n"
    blocks = [[_beginning(_escape(line)) for line in lines_of(head.description)]]
    blocks += [[f"<{_address(head.page)}>" if head.page else ""]]
    blocks += [[_beginning(_escape(one_line(note)))] for note in head.notes]
    for block in blocks:
        if any(block):
            yield "\n" + "\n".join(block) + "\n"


def _lines(item: Item) -> Iterator[str]:
    reference = item.reference
    title = _escape(one_line(to_text(reference.title)))
    authors = _escape(", ".join(map(one_line, reference.authors)))
    year, _month = dated(reference)
    facts = (
        f"{authors} ({year})" if authors else f"({year})",
        _escape(one_line(to_text(reference.journal_ref))),
        eprint_of(reference),
        _escape(f"doi:{doi_of(reference)}") if doi_of(reference) else "",
    )
    said = ". ".join(fact for fact in facts if fact)
    yield f"- [{title}]({_address(address_of(reference))}). {said}"
    if item.tags:
        yield f"  Tags: {_escape(', '.join(map(one_line, item.tags)))}"
    note = lines_of(item.note)
    if note:
        yield ""
    for line in note:
        yield f"  {_beginning(_escape(line))}".rstrip()


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)


def _beginning(line: str) -> str:
    """A figure cannot have a backslash before it: the sign behind it has."""
    begun = _BEGINNING.match(line)
    if begun is None:
        return line
    at = begun.end(2) if begun[2].isdigit() else begun.start(2)
    return f"{line[:at]}\\{line[at:]}"


def _address(address: str) -> str:
    return _UNSAFE_IN_ADDRESS.sub(lambda match: f"%{ord(match[0]):02X}", address)
