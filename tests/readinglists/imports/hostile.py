"""Files made to hurt whoever reads them, for every format that can be imported."""

from collections.abc import Callable

from readinglists.imports.records import MOST_BYTES

LONG = 10_000_000


def _rdf(text: str, entities: str = "") -> bytes:
    doctype = f"<!DOCTYPE rdf:RDF [{entities}]>" if entities else ""
    return (
        f'<?xml version="1.0"?>{doctype}<rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:bib="http://purl.org/net/biblio#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<bib:Article><dc:title>{text}</dc:title></bib:Article></rdf:RDF>"
    ).encode()


def _laughs() -> bytes:
    entities = '<!ENTITY l0 "lol">'
    for level in range(1, 10):
        entities += f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">'
    return _rdf("&l9;", entities)


FILES: dict[str, Callable[[], bytes]] = {
    "entities of entities": _laughs,
    "a long entity, often": lambda: _rdf("&a;" * 50_000, f'<!ENTITY a "{"a" * 100_000}">'),
    "an entity of a file": lambda: _rdf("&x;", '<!ENTITY x SYSTEM "file:///etc/passwd">'),
    "RDF nested deep": lambda: _rdf("<dc:b>" * 100_000 + "</dc:b>" * 100_000),
    "RDF broken off": lambda: _rdf("x")[:-20],
    "collections within themselves": lambda: (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        b'xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dc="http://purl.org/dc/elements/'
        b'1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><z:Collection rdf:about="#a"><dcterms:'
        b'hasPart rdf:resource="#a"/></z:Collection></rdf:RDF>'
    ),
    "one line of 10 MB": lambda: b"a" * LONG,
    "one line of 10 MB of ids": lambda: b"2401.00001 " * (LONG // 11),
    "one line of digits": lambda: b"2401.00001" * (LONG // 10),
    "one line of brackets": lambda: b"- [" + b"[](" * (LONG // 3),
    "addresses without end": lambda: b"https://a.b/" * (LONG // 12),
    "slashes": lambda: b"10.1234/" * (LONG // 8),
    "empty lines": lambda: b"\n" * 200_000 + b"2401.00001",
    "blanks in the authors of BibTeX": lambda: (
        b"@misc{a, title={x}, author={A" + b" " * 199_000 + b"B}}"
    ),
    "brackets opened in lines": lambda: (b"- " + b"[" * 80 + b"\n") * 1_000,
    "brackets opened in one line": lambda: b"- " + b"[" * 79_000,
    "NUL bytes": lambda: b"\0" * 1_000_000,
    "NUL bytes in BibTeX": lambda: b"@misc{a, title={\0x\0}, eprint={2401.00001}}",
    "braces opened in BibTeX": lambda: b"@misc{a, title={" + b"{" * LONG,
    "braces nested in BibTeX": lambda: (
        b"@misc{a, title={" + b"{" * 1_000_000 + b"}" * 1_000_000 + b"}, eprint={2401.00001}}"
    ),
    "entries begun in BibTeX": lambda: b"@a{k,\n" * 300_000,
    "entries begun in one line of BibTeX": lambda: b"@a{k," * 400_000,
    "white space before at signs": lambda: b"@a{k, t={\n" + (b" " * 1_000 + b"@b{c,") * 5_000,
    "macros of macros": lambda: (
        b'@string{a0 = "lol"}\n'
        + b"".join(b"@string{a%d = a%d # a%d}\n" % (n, n - 1, n - 1) for n in range(1, 60))
        + b"@misc{x, title = a59, eprint={2401.00001}}"
    ),
    "dollars and backslashes": lambda: b"@misc{a, title={" + b"\\$\\'" * 1_000_000 + b"}}",
    "and and and": lambda: b"@misc{a, author={" + b"a and " * 1_000_000 + b"b}}",
    "RIS without end": lambda: b"TY  - JOUR\n" * 500_000,
    "RIS of one tag": lambda: b"TY  - JOUR\n" + b"AU  - a\n" * 500_000 + b"ER  - \n",
    "JSON nested deep": lambda: b"[" * 1_000_000,
    "JSON nested deep and closed": lambda: b"[" * 100_000 + b"]" * 100_000,
    "JSON tags nested deep": lambda: b'{"a":' * 900 + b'["2401.00001"]' + b"}" * 900,
    "a number of a million digits": lambda: b'[{"title": "x", "id": ' + b"9" * 1_000_000 + b"}]",
    "Python nested deep": lambda: b"ok: {'a': " + b"[" * 100_000,
    "a table of one cell": lambda: b'arxiv_id,title\n2401.00001,"' + b"x" * LONG,
    "a table of commas": lambda: b"arxiv_id,title\n" + b"," * LONG,
    "a table of columns": lambda: b"doi," * 1_000_000 + b"\n",
    "folders in folders": lambda: (
        b"<!DOCTYPE NETSCAPE-Bookmark-file-1>" + b"<H3>a</H3><DL><p>" * 300_000
    ),
    "tags without end": lambda: b"<!DOCTYPE NETSCAPE-Bookmark-file-1>" + b"<A HREF=" * 1_000_000,
    "attributes without end": lambda: (
        b"<!DOCTYPE NETSCAPE-Bookmark-file-1><A " + b'HREF="a" ' * 500_000 + b">x</A>"
    ),
    "too large": lambda: b"2401.00001\n" * (MOST_BYTES // 11 + 1),
    "a pickle": lambda: b"\x80\x04\x95\x1e\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix.",
    "half of UTF-16": lambda: b"\xff\xfea",
    "surrogates": lambda: b'[{"title": "\\ud800", "DOI": "10.1234/x", "note": "\\ud800 \\u0000"}]',
}
