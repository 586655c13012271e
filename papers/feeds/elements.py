"""Reads XML piece by piece under limits: no entity is unfolded, no address read, memory stays flat.

Decides what counts as broken, never what an element means. Stray characters that XML forbids
are dropped and told of; a document that ends early is refused as a whole.
Read more: https://lxml.de/parsing.html#iterparse-and-iterwalk and W3C XML 1.0, 2.2 (characters).
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TypeVar

from lxml import etree

from papers.feeds.records import ParseError
from papers.feeds.text import clean, opening

Result = TypeVar("Result")

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORBIDDEN_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef]|d[89a-f]..));", re.I
)
_OTHER_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*encoding\s*=\s*["'](?!utf-?8)""", re.IGNORECASE)


def iter_elements(body: bytes, *names: str) -> Iterator[etree._Element]:
    """Each element called one of `names` (in any namespace) as it ends, then the root.

    An element is emptied when the next is asked for, and goes when one like it follows. Raises
    etree.XMLSyntaxError where the document is broken, also when it nests 256 deep.
    """
    context = etree.iterparse(
        BytesIO(body),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for _event, element in context:
        yield element
        _forget(element)
    if context.root is not None:
        yield context.root


def _forget(element: etree._Element) -> None:
    parent = element.getparent()
    element.clear()
    while parent is not None and (before := element.getprevious()) is not None:
        if before.tag != element.tag:
            break
        parent.remove(before)


def name_of(element: etree._Element) -> str:
    """The name without its namespace: arXiv's answers were seen with and without one."""
    return element.tag.rpartition("}")[2]


def read_mended(
    read: Callable[[bytes], Result], body: bytes, *, whose: str
) -> tuple[Result, list[str]]:
    """What `read` makes of `body`, or else of `body` without characters that XML forbids.

    Returns also one sentence when something had to be dropped. Raises ParseError when it is
    broken all the same; `whose` begins the message ("arXiv's OAI-PMH answer").
    """
    try:
        return read(body), []
    except etree.XMLSyntaxError as error:
        mended = _mend(body)
        if mended == body:
            raise ParseError(f"{whose} is not whole XML: {_in_words(error, body)}.") from error
    try:
        result = read(mended)
    except etree.XMLSyntaxError as error:
        raise ParseError(f"{whose} is not whole XML: {_in_words(error, body)}.") from error
    return result, [f"{whose} held characters that XML forbids; they were dropped."]


def _mend(body: bytes) -> bytes:
    if _OTHER_ENCODING.match(body):
        return body
    text = _FORBIDDEN_REFERENCE.sub("", body.decode("utf-8", "replace"))
    return _FORBIDDEN.sub("", text).encode()


def _in_words(error: etree.XMLSyntaxError, body: bytes) -> str:
    return f"{clean(error.msg)[:200]}; {opening(body)}" if error.msg else opening(body)
