"""One paper as a sentence of a list of references: APA, IEEE, and plain.

It decides the order and the punctuation. Titles are as written: which of their words are names,
and keep a capital, nobody can tell. Sources: apastyle.apa.org (7th edition: reference list,
preprints; section 9.8 on many authors), IEEE Reference Style Guide (2026), journals and preprints.
Why not citeproc-py: docs/decisions.md.
"""

import re
from collections.abc import Sequence

from papers.formats.facts import address_of, dated, doi_of, eprint_of
from papers.formats.lines import one_line
from papers.formats.names import Name, read_name
from papers.latex import to_text
from papers.references import Reference

# APA names twenty, of more the first nineteen and the last; IEEE six, of more the first.
_MOST_APA, _MOST_IEEE, _MOST_PLAIN = 20, 6, 10
_GIVEN = re.compile(r"[^\s.]+")


def styled(reference: Reference) -> list[tuple[str, str]]:
    """Return names of styles and the paper in each, as plain text on one line."""
    return [("APA", apa(reference)), ("IEEE", ieee(reference)), ("Plain", in_plain(reference))]


def apa(reference: Reference) -> str:
    """`Moor, A. M., & Sol, B. (2026). Title (arXiv:2603.00141). arXiv. https://...`"""
    names = [_family_first(read_name(name)) for name in reference.authors]
    if len(names) > _MOST_APA:
        authors = f"{', '.join(names[: _MOST_APA - 1])}, . . . {names[-1]}"
    else:
        authors = _listed(names, ", & ")
    year, _month = dated(reference)
    title = one_line(to_text(reference.title))
    eprint, journal = eprint_of(reference), _journal(reference)
    if eprint and not journal:
        title, journal = f"{title} ({eprint})", "arXiv"
    if not authors:
        return _sentences(title, f"({year})", journal, _locator(reference))
    return _sentences(authors, f"({year})", title, journal, _locator(reference))


def ieee(reference: Reference) -> str:
    """`A. M. Moor and B. Sol, “Title,” 2026, arXiv:2603.00141.`"""
    names = [_initials_first(read_name(name)) for name in reference.authors]
    if len(names) > _MOST_IEEE:
        authors = f"{names[0]} et al."
    elif len(names) == 2:
        authors = " and ".join(names)
    else:
        authors = _listed(names, ", and ")
    title = f"“{one_line(to_text(reference.title))},”"
    journal, doi = _journal(reference), doi_of(reference)
    where = f"doi: {doi}" if doi and journal else eprint_of(reference) or address_of(reference)
    year, _month = dated(reference)
    facts = ", ".join(filter(None, (journal, str(year), where)))
    return f"{authors + ', ' if authors else ''}{title} {facts}."


def in_plain(reference: Reference) -> str:
    """`Ada M. Moor, Bo Sol (2026). Title. arXiv:2603.00141. https://...`"""
    names = [one_line(name) for name in reference.authors]
    more = " et al." if len(names) > _MOST_PLAIN else ""
    authors = ", ".join(names[:_MOST_PLAIN]) + more
    year, _month = dated(reference)
    title = one_line(to_text(reference.title))
    head = f"{authors} ({year})" if authors else f"({year})"
    return _sentences(head, title, _journal(reference), eprint_of(reference), _locator(reference))


def _journal(reference: Reference) -> str:
    return one_line(to_text(reference.journal_ref))


def _locator(reference: Reference) -> str:
    doi = doi_of(reference)
    return f"https://doi.org/{doi}" if doi else address_of(reference)


def _sentences(*parts: str) -> str:
    """Each but an address at the end closed by a full stop."""
    *closed, last = [part for part in parts if part]
    ended = [part if part[-1] in ".?!" else f"{part}." for part in closed]
    return " ".join([*ended, last])


def _listed(names: Sequence[str], before_last: str) -> str:
    return before_last.join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _family_first(name: Name) -> str:
    return ", ".join(filter(None, (name.family, _initials(name.given), name.suffix)))


def _initials_first(name: Name) -> str:
    return " ".join(filter(None, (_initials(name.given), name.family, name.suffix)))


def _initials(given: str) -> str:
    """`Ada Maria` as `A. M.`, `Jean-Luc` as `J.-L.`"""
    return " ".join(
        "-".join(f"{part[0]}." for part in word.split("-") if part)
        for word in _GIVEN.findall(given)
    )
