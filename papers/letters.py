"""Mails to one person, in text and in the newspaper's design: all that is no digest.

A letter is written once, as plain text (templates/emails, templates/account/email); its HTML shows
the same words. So its text keeps to a few forms: blocks have an empty line between them; a block
that ends in an address of this site is a link, named by the line before; one indented by four
places is words of somebody else, by eight a code; lines with a hyphen are a list; what comes after
a line of two hyphens is the foot. Nothing else becomes a link, and everything is escaped.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import engines
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi

from papers.mailing import account_mail_headers, one_line

_GAP = re.compile(r"\n(?:[ \t]*\n)+")
_FOOT = "\n--\n"
_CODE, _QUOTE, _ITEM = " " * 8, " " * 4, "- "


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a letter. `kind` is text, quote, code, items, button (a link with a name) or
    link; a button's `lines` are its name, an address is in `address` alone.
    """

    kind: str
    lines: tuple[str, ...]
    address: str = ""


def write(name: str, *, to: str, context: Mapping[str, object]) -> EmailMultiAlternatives:
    """Return the letter of the templates `emails/NAME_subject.txt` and `emails/NAME_message.txt`.

    They are given the context, the reader's `email`, and the site's name and address.
    """
    known = {
        "email": to,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        **context,
    }
    subject = render_to_string(f"emails/{name}_subject.txt", known, using="django")
    text = render_to_string(f"emails/{name}_message.txt", known, using="django")
    message = EmailMultiAlternatives(
        one_line(subject), text.strip(), to=[to], headers=account_mail_headers()
    )
    attach_html(message)
    return message


def attach_html(message: EmailMultiAlternatives) -> None:
    """Add the HTML part to a letter that has its text."""
    said, _dashes, foot = str(message.body).replace("\r\n", "\n").partition(_FOOT)
    context = {
        "subject": str(message.subject),
        "language": get_language() or settings.LANGUAGE_CODE,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "blocks": list(read_blocks(said)),
        "foot": list(read_blocks(foot)),
    }
    html = engines["mail"].get_template("letter.html").render(context)
    message.attach_alternative(html, "text/html")


def read_blocks(text: str) -> Iterator[Block]:
    """Yield the pieces of a letter's text, in their order."""
    for piece in _GAP.split(text.strip("\n")):
        if piece.strip():
            yield _read_block(piece.strip("\n").split("\n"))


def _read_block(lines: list[str]) -> Block:
    stripped = tuple(line.strip() for line in lines)
    for indent, kind in ((_CODE, "code"), (_QUOTE, "quote")):
        if all(line.startswith(indent) for line in lines):
            return Block(kind, stripped)
    if all(line.startswith(_ITEM) for line in lines):
        return Block("items", tuple(line.removeprefix(_ITEM) for line in stripped))
    *before, last = stripped
    if not _is_ours(last):
        return Block("text", (" ".join(stripped),))
    if not before:
        return Block("link", (), last)
    return Block("button", (" ".join(before).removesuffix(":"),), last)


def _is_ours(word: str) -> bool:
    home = settings.SITE_URL
    return " " not in word and (word == home or word.startswith(f"{home}/"))
