"""One issue as a message: subject, text, HTML and the headers of a list.

It decides how an issue looks and what its headers say; it never chooses papers and never sends.
Read more: RFC 8058 (one-click), RFC 2919 (List-Id), RFC 3834 (Auto-Submitted).
"""

import hashlib
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from email.header import Header
from email.utils import parseaddr
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlsplit

import css_inline
import jinja2
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi, gettext, ngettext

from accounts.bounces import verp, webhooks
from accounts.digest import unsubscribe
from accounts.digest.items import Item, heading_of
from accounts.digest.links import JUDGE, MANAGE
from accounts.models import Delivery
from papers.latex import to_text
from papers.models import Paper
from papers.sentences import in_language

# Gmail cuts a message at about 102 kB; what is cut first is the foot with the way out.
MOST_BYTES = 95_000
LONGEST_TITLE = 300
BRIEF = 120
TEXT_COLUMNS = 72
INDENT = "   "
HEADER_BYTES = 2_000
LONGEST_PLAIN_LINE = 998  # RFC 5322, 2.1.1
LONGEST_TITLE_IN_SUBJECT = 110
# Papers that still show an abstract when an issue is too large, tried in turn.
_ABSTRACTS_SHOWN = (50, 20, 8, 0)

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\ufeff\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class PaperText:
    """What every mail shows of one paper, made once for all readers of a chunk."""

    title: str
    author_line: str
    abstract: str
    wrapped_abstract: str
    category: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """One paper in one reader's issue. `abstract` may be empty."""

    rank: int
    section: str
    reason: str
    title: str
    author_line: str
    abstract: str
    wrapped_abstract: str
    category: str
    url: str
    judge_url: str


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    papers: Sequence[Card]


class InliningLoader(jinja2.BaseLoader):
    """Inlines the style sheet of all mails into an HTML template once, when it is loaded."""

    def __init__(self, inner: jinja2.BaseLoader) -> None:
        self._inner = inner

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, filename, uptodate = self._inner.get_source(environment, template)
        if template.endswith(".html"):
            sheet, _name, _uptodate = self._inner.get_source(environment, "mail.css")
            source = source.replace("/* mail.css */", sheet)
            inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
            source = inliner.inline(source)
        return source, filename, uptodate


def environment(**options: Any) -> jinja2.Environment:
    """Return the environment of all mail templates: HTML is escaped, text is not."""
    options["loader"] = InliningLoader(options["loader"])
    options["autoescape"] = jinja2.select_autoescape(enabled_extensions=("html",))
    options["extensions"] = ["jinja2.ext.i18n"]
    env = jinja2.Environment(**options)  # noqa: S701  (autoescape is in the options)
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return env


def read_papers(paper_ids: Iterable[int]) -> dict[int, PaperText]:
    """Return the papers of many issues by id. One query."""
    rows = Paper.objects.filter(pk__in=set(paper_ids)).values_list(
        "pk", "arxiv_id", "title", "author_line", "short_abstract", "primary_category_id"
    )
    return {row[0]: _text_of(*row) for row in rows}


# A day's papers are in the issues of many chunks: to cut and wrap them anew was a tenth of the CPU.
# About 5 kB each.
@lru_cache(maxsize=2048)
def _text_of(
    pk: int,
    arxiv_id: str | None,
    title: str,
    author_line: str,
    short_abstract: str,
    category: str | None,
) -> PaperText:
    abstract = one_line(to_text(short_abstract))
    return PaperText(
        title=one_line(to_text(title))[:LONGEST_TITLE],
        author_line=one_line(author_line),
        abstract=abstract,
        wrapped_abstract=textwrap.indent(textwrap.fill(abstract, TEXT_COLUMNS), INDENT),
        category=category or "",
        url=_absolute(Paper(pk=pk, arxiv_id=arxiv_id).get_absolute_url()),
    )


class DigestMessage(EmailMultiAlternatives):
    """Text and, unless the reader wants none, HTML of one issue; `content_hash` says whether two
    say the same."""

    html: str = ""
    return_path: str = ""  # the envelope sender, where it is not the sender
    metadata: dict[str, str]  # what an API tells us again by webhook

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        subject = str(self.subject)
        if "=?" in subject:
            # Django leaves ASCII as it is, and this would be decoded by who reads it (RFC 2047).
            message.replace_header("Subject", Header(subject, "utf-8").encode())
        return message

    @property
    def content_hash(self) -> str:
        """SHA-256, in hexadecimal, of subject, text and HTML."""
        parts = [str(self.subject), str(self.body), self.html]
        return hashlib.sha256("\x00".join(parts).encode()).hexdigest()

    def size_bytes(self) -> int:
        """Size as sent. Building it to know costs as much as rendering: see `_fits`."""
        return len(self.message().as_bytes(linesep="\r\n"))


def build(
    delivery: Delivery,
    items: Sequence[Item],
    papers: dict[int, PaperText],
    *,
    gap: date | None = None,
    coverage: str = "",
) -> DigestMessage:
    """Return the message of one issue to one reader, under MOST_BYTES.

    `gap` is the date of an earlier issue that nobody knows to have arrived: a line links it.
    `coverage` says in the foot which papers have not come (accounts/digest/foot.py).
    Where an issue is too large, abstracts go first, from the end; in the worst case the last
    papers, with a line that says so and links the web copy. `papers` may lack some of `items`
    (deleted since): those are left out. Raises ValueError when none is left.
    """
    cards = list(_cards(items, papers, _judging(delivery)))
    if not cards:
        raise ValueError("an issue without papers")
    for shown, more in _versions(cards):
        context = {**_context(delivery, shown, gap), "more": more, **_coverage(coverage)}
        message = _message(delivery, shown, context)
        if _fits(message):
            break
    return message


def _versions(cards: Sequence[Card]) -> Iterator[tuple[Sequence[Card], int]]:
    """Yield smaller and smaller forms of an issue, each with how many papers it leaves out."""
    for shown in _ABSTRACTS_SHOWN:
        yield _shorten(cards, shown), 0
    brief = [
        replace(card, title=card.title[:BRIEF], author_line="", reason=card.reason[:BRIEF])
        for card in _shorten(cards, 0)
    ]
    kept = len(brief)
    while kept:
        yield brief[:kept], len(brief) - kept
        kept //= 2


def _message(delivery: Delivery, cards: Sequence[Card], context: dict[str, Any]) -> DigestMessage:
    subject = subject_of(cards, context["more"])
    message = DigestMessage(
        subject=subject,
        body=_render("digest.txt", context),
        from_email=_sender(),
        to=[delivery.user.email],
        headers=_headers(delivery),
    )
    message.return_path = verp.return_path(delivery)
    message.metadata = {webhooks.METADATA: delivery.message_id}
    if not delivery.user.digest_text_only:
        message.html = _render("digest.html", {**context, "subject": subject})
        message.attach_alternative(message.html, "text/html")
    return message


def _fits(message: DigestMessage) -> bool:
    # To build a message only for its size would double what it costs; it is sent as it is, but
    # for texts with a very long line, which are encoded for transport.
    size = HEADER_BYTES
    for text in (str(message.body), message.html):
        lines = text.encode().split(b"\n")
        if max(map(len, lines)) > LONGEST_PLAIN_LINE:
            return message.size_bytes() <= MOST_BYTES
        size += sum(map(len, lines)) + 2 * len(lines)
    return size <= MOST_BYTES


def subject_of(cards: Sequence[Card], more: int = 0) -> str:
    """Return what is inside, in one line: `First title and 9 more papers`."""
    title = cards[0].title
    if len(title) > LONGEST_TITLE_IN_SUBJECT:
        title = title[: LONGEST_TITLE_IN_SUBJECT - 1].rstrip() + "…"
    return one_line(
        _render("digest.subject.txt", {"title": title, "others": len(cards) - 1 + more})
    )


def _context(delivery: Delivery, cards: Sequence[Card], gap: date | None) -> dict[str, Any]:
    user = delivery.user
    return {
        "language": get_language() or settings.LANGUAGE_CODE,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "day": date_format(delivery.local_date, "l, j F Y"),
        "sections": list(_sections(cards)),
        "why": gettext(
            "You get this because %(address)s is subscribed to the daily digest of %(site)s."
        )
        % {"address": user.email, "site": settings.SITE_NAME},
        "web_url": _absolute(reverse("accounts:issue", args=[delivery.local_date])),
        "settings_url": _absolute(
            reverse("accounts:manage", args=[MANAGE.token_for(user, delivery.local_date)])
        ),
        "unsubscribe_url": _absolute(unsubscribe.url_path(user.pk)),
        "gap_url": _absolute(reverse("accounts:issue", args=[gap])) if gap else "",
    }


def _judging(delivery: Delivery) -> str:
    """What a paper's number and a slash follow: made once a mail, not once a paper."""
    token = JUDGE.token_for(delivery.user, delivery.local_date)
    return _absolute(reverse("accounts:judge", args=[token, 0]).removesuffix("0/"))


def _coverage(line: str) -> dict[str, Any]:
    return {
        "coverage": line,
        "wrapped_coverage": textwrap.fill(line, TEXT_COLUMNS),
        "status_url": _absolute(reverse("papers:status")),
    }


def _headers(delivery: Delivery) -> dict[str, str]:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    name = one_line(settings.SITE_NAME).replace("<", "").replace(">", "")
    owner = parseaddr(settings.CONTACT)[1]
    # No Precedence: it is no standard, and some servers return no bounces to what says "bulk".
    return {
        "Message-ID": delivery.message_id,
        "List-Id": f"{name} daily digest <digest.{host}>",
        "List-Unsubscribe": f"<{_absolute(unsubscribe.url_path(delivery.user_id))}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        # CONTACT may be the address of a page (RFC 2369, 3.5 wants something to be reached).
        **({"List-Owner": f"<mailto:{quote(owner, safe='@')}>"} if "@" in owner else {}),
    }


def _cards(items: Iterable[Item], papers: dict[int, PaperText], judging: str) -> Iterator[Card]:
    for item in items:
        text = papers.get(item.paper)
        if text is not None:
            yield Card(
                rank=item.rank,
                section=item.section,
                reason=one_line(in_language(item.reason)),
                title=text.title,
                author_line=text.author_line,
                abstract=text.abstract,
                wrapped_abstract=text.wrapped_abstract,
                category=text.category,
                url=text.url,
                judge_url=f"{judging}{item.paper}/",
            )


def _sections(cards: Iterable[Card]) -> Iterator[Section]:
    for section, papers in groupby(cards, key=lambda card: card.section):
        yield Section(one_line(heading_of(section)), list(papers))


def _shorten(cards: Sequence[Card], shown: int) -> list[Card]:
    bare = [replace(card, abstract="", wrapped_abstract="") for card in cards[shown:]]
    return [*cards[:shown], *bare]


def _render(name: str, context: dict[str, Any]) -> str:
    engine = engines["mail"]
    assert isinstance(engine, Jinja2)  # noqa: S101
    return engine.env.get_template(name).render(context)


def _sender() -> str:
    address = settings.DIGEST_FROM_EMAIL
    return address if "<" in address else f'"{_quoted(settings.SITE_NAME)}" <{address}>'


def _quoted(name: str) -> str:
    return one_line(name).replace("\\", "").replace('"', "")


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def one_line(text: str) -> str:
    """Text from outside as one line, without what could break a header or turn the reading."""
    return " ".join(_CONTROLS.sub(" ", text).split())
