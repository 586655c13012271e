"""Papers from Zotero's RDF export: items, their notes, and collections as sections.

It decides which resources are papers; attachments and journals are not. Entities are not unfolded
and no address is read. Read more: zotero/translators, Zotero RDF.js.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from papers.feeds.records import ParseError
from readinglists.imports.html_notes import note_text
from readinglists.imports.naming import Names
from readinglists.imports.records import (
    N_,
    ImportedFile,
    ImportedRecord,
    moment_in,
    split_tags,
    year_in,
)

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
Z = "{http://www.zotero.org/namespaces/export#}"
DC = "{http://purl.org/dc/elements/1.1/}"
DCTERMS = "{http://purl.org/dc/terms/}"
BIB = "{http://purl.org/net/biblio#}"
FOAF = "{http://xmlns.com/foaf/0.1/}"
ABOUT, RESOURCE = f"{RDF}about", f"{RDF}resource"

_NO_PAPERS = frozenset(
    (f"{Z}Attachment", f"{Z}Collection", f"{BIB}Memo", f"{BIB}Journal", f"{Z}UserItem")
)
_NO_PAPER_TYPES = frozenset(("attachment", "note", "annotation"))
# A collection within itself would never end.
DEEPEST_COLLECTION = 20
_LOOKS_LIKE = re.compile(r"<(?:\w+:)?RDF\b")


def looks_like(text: str) -> bool:
    return _LOOKS_LIKE.search(text) is not None


def read(body: bytes) -> ImportedFile:
    """The items in the order of the file; `where` is the line. Raises ParseError."""
    found = ImportedFile(format="zotero_rdf")
    root = _root(body)
    resources = {about: node for node in root if (about := node.get(ABOUT))}
    sections = _sections(root, resources)
    for node in root:
        if not _is_paper(node):
            continue
        record = _record(found, node, resources, sections.get(node.get(ABOUT, ""), ""))
        if not found.add(record):
            break
    return found


def _root(body: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(N_("This RDF file breaks off or is not whole.")) from error
    if root.tag != f"{RDF}RDF":
        raise ParseError(N_("This is no RDF file."))
    declared: Any = root.getroottree().docinfo.internalDTD
    if declared is not None and declared.entities():
        raise ParseError(N_("This RDF file declares entities, which are not read."))
    return root


def _is_paper(node: etree._Element) -> bool:
    kind = _child_text(node, f"{Z}itemType")
    return (
        node.tag not in _NO_PAPERS
        and kind not in _NO_PAPER_TYPES
        and (bool(kind) or node.tag.startswith(BIB))
    )


def _record(
    found: ImportedFile,
    node: etree._Element,
    resources: dict[str, etree._Element],
    section: str,
) -> ImportedRecord:
    where = f"line {node.sourceline}"
    names = Names()
    _name(names, node)
    for container in _linked(node, f"{DCTERMS}isPartOf", resources):
        if not names.dois:
            _name(names, container, with_urls=False)
    for odd in names.odd:
        found.say(where, N_("This is neither an arXiv id nor a DOI nor an address."), odd)
    memos = _linked(node, f"{DCTERMS}isReferencedBy", resources)
    notes = [note_text(_child_text(memo, f"{RDF}value")) for memo in memos]
    return ImportedRecord(
        where=where,
        names=names.pairs,
        title=_child_text(node, f"{DC}title"),
        authors=tuple(_authors(node)),
        year=year_in(_child_text(node, f"{DC}date")),
        note="\n\n".join(filter(None, notes)),
        tags=tuple(_tags(node)),
        section=section,
        added_at=moment_in(_child_text(node, f"{DCTERMS}dateSubmitted").replace(" ", "T")),
    )


def _name(names: Names, node: etree._Element, *, with_urls: bool = True) -> None:
    for identifier in node.findall(f"{DC}identifier"):
        text = _text(identifier)
        if text.upper().startswith("DOI"):
            names.add_doi(text[3:].lstrip(": "))
        elif text.lower().startswith("arxiv"):
            names.mention_arxiv(text.replace("arXiv ", "arXiv:", 1))
        elif with_urls and "://" in text:
            names.add_url(text)
    about = node.get(ABOUT, "")
    if with_urls and not names.pairs and "://" in about:
        names.add_url(about)
    if not names.arxiv:
        names.mention_arxiv(_child_text(node, f"{DC}description"), _child_text(node, f"{Z}number"))


def _authors(node: etree._Element) -> Iterator[str]:
    for person in node.iterfind(f"{BIB}authors//{FOAF}Person"):
        given = _child_text(person, f"{FOAF}givenName") or _child_text(person, f"{FOAF}givenname")
        if name := f"{given} {_child_text(person, f'{FOAF}surname')}".strip():
            yield name


def _tags(node: etree._Element) -> Iterator[str]:
    for subject in node.findall(f"{DC}subject"):
        # A tag that Zotero took from a library stands in an element of its own.
        if len(subject) == 0:
            yield from split_tags(_text(subject))


def _linked(
    node: etree._Element, tag: str, resources: dict[str, etree._Element]
) -> list[etree._Element]:
    """What `node` names by `tag`: written within it, or elsewhere in the file."""
    linked = []
    for link in node.findall(tag):
        linked += list(link)
        if (there := resources.get(link.get(RESOURCE, ""))) is not None:
            linked.append(there)
    return linked


def _sections(root: etree._Element, resources: dict[str, etree._Element]) -> dict[str, str]:
    """The path of the first collection that holds each resource."""
    parents = {
        part.get(RESOURCE, ""): node
        for node in root.findall(f"{Z}Collection")
        for part in node.findall(f"{DCTERMS}hasPart")
        if _is_collection(resources.get(part.get(RESOURCE, "")))
    }
    sections: dict[str, str] = {}
    for node in root.findall(f"{Z}Collection"):
        path = _path(node, parents)
        for part in node.findall(f"{DCTERMS}hasPart"):
            sections.setdefault(part.get(RESOURCE, ""), path)
    return sections


def _is_collection(node: etree._Element | None) -> bool:
    return node is not None and node.tag == f"{Z}Collection"


def _path(node: etree._Element, parents: dict[str, etree._Element]) -> str:
    names: list[str] = []
    step: etree._Element | None = node
    while step is not None and len(names) < DEEPEST_COLLECTION:
        names.insert(0, _child_text(step, f"{DC}title"))
        step = parents.get(step.get(ABOUT, ""))
    return " / ".join(filter(None, names))


def _child_text(node: etree._Element, tag: str) -> str:
    child = node.find(tag)
    return "" if child is None else _text(child)


def _text(node: etree._Element) -> str:
    return "".join(map(str, node.itertext())).strip()
