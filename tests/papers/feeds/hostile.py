"""Documents made to hurt whoever reads them, in the shape of each format that the site reads."""

from collections.abc import Callable

OPENINGS = {
    "rss": ('<rss version="2.0"><channel><item><title>', "</title></item></channel></rss>"),
    "atom": (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2603.00001v1'
        "</id><title>",
        "</title></entry></feed>",
    ),
    "OAI-PMH": (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-03-02T00:00:00Z'
        "</responseDate><ListRecords><record><metadata>"
        '<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2603.00001</id><title>',
        "</title></arXiv></metadata></record></ListRecords></OAI-PMH>",
    ),
    "opml": (
        '<opml version="2.0"><body><outline text="a"><title>',
        "</title></outline></body></opml>",
    ),
    "html": ("<html><head><title>", "</title></head></html>"),
}
Maker = Callable[[str], bytes]


def _document(shape: str, text: str, entities: str = "") -> bytes:
    opening, ending = OPENINGS[shape]
    doctype = f"<!DOCTYPE {shape} [{entities}]>" if entities else ""
    return f'<?xml version="1.0"?>{doctype}{opening}{text}{ending}'.encode()


def billion_laughs(shape: str) -> bytes:
    """Entities of entities, ten of each: a thousand million of the first, if anybody unfolds it."""
    entities = '<!ENTITY l0 "lol">'
    for level in range(1, 10):
        entities += f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">'
    return _document(shape, "&l9;", entities)


def quadratic(shape: str) -> bytes:
    """One long entity, used often: 100 kB times 50,000."""
    return _document(shape, "&a;" * 50_000, f'<!ENTITY a "{"a" * 100_000}">')


def nested(shape: str) -> bytes:
    return _document(shape, "<b>" * 100_000 + "</b>" * 100_000)


def open_tags(shape: str) -> bytes:
    return _document(shape, "<b>" * 100_000)


def many_attributes(shape: str) -> bytes:
    """Lenient readers compare each of them with all: 24 s of work for 1.2 MB."""
    attributes = " ".join(f"a{number}='1'" for number in range(100_000))
    return _document(shape, f"<b {attributes}/>")


def external(address: str) -> Maker:
    """An entity, a DTD and a style sheet to be read from `address`."""

    def make(shape: str) -> bytes:
        entities = f'<!ENTITY % p SYSTEM "{address}">%p;<!ENTITY x SYSTEM "{address}">'
        document = _document(shape, "&x;", entities)
        sheet = f'<?xml-stylesheet href="{address}"?><!DOCTYPE {shape} SYSTEM "{address}" ['
        return document.replace(f"<!DOCTYPE {shape} [".encode(), sheet.encode())

    return make


BOMBS = {maker.__name__: maker for maker in (billion_laughs, quadratic, nested, open_tags)}
