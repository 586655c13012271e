"""Cards of invented papers: what makes a card long, short, odd or marked."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from django.utils.safestring import SafeString

from papers.cards import Onlooker, render_card
from papers.marks import Marks
from papers.models import Paper, PaperStats, TextSource
from papers.summary import author_line
from readinglists.entry_tools import Tools, render_entry, render_heading
from readinglists.models import Entry, ReadingState
from readinglists.outline import SectionHead
from readinglists.pages import Head, Row
from readinglists.positions import Spot

# No stored paper has such an id: a button that is pressed here finds nothing to change.
FIRST_ID = 900_000_000_000
DAY = date(2026, 3, 2)
ABSTRACT = (
    "Kestrels hover into the wind with their heads held still. We film forty of them, fit a model "
    "of nine parameters, and show that a glider which follows it keeps its place within a hand's "
    "width for a minute."
)
MARKED = SafeString("<mark>Kestrels</mark> hover into the wind with their heads held still.")
CARDS: dict[str, dict[str, Any]] = {
    "Plain, for a visitor": {},
    "Numbers from elsewhere, and code": {
        "stats": {"upvotes": 31, "stars": 1204, "votes": 7},
        "code_url": "https://example.org/code",
    },
    "A long title": {"title": "A Comparative Longitudinal Study of " * 5 + "Hovering"},
    "A title of one long word": {"title": "Superlinearselfreferentialhovering" * 3},
    "Three thousand authors": {"authors": [f"Wanda Thornbury {n}" for n in range(3000)]},
    "No authors": {"authors": []},
    "No abstract": {"abstract": ""},
    "Maths in the title and the abstract": {
        "title": r"Hovering takes $\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}$ of a breath",
        "abstract": r"For all $n \ge 3$ we show $\sum_{k=1}^n \binom{n}{k} = 2^n - 1$.",
    },
    "Emoji": {"title": "🦅 Birds of Prey, 🧭 Wind and 🪶 Feathers"},
    "Names written from right to left": {
        "title": "دراسة الطيران الساكن للعوسق",
        "authors": ["دانا میرزایی", "Ada Moor", "נועה לוי"],
    },
    "Withdrawn": {"withdrawn_at": datetime(2026, 3, 3, tzinfo=UTC)},
    "An invented sample": {"text_source": TextSource.SAMPLE},
    "With a reason": {"reason": "+12 votes since yesterday"},
    "Found by a search": {"abstract_html": MARKED},
    "For a reader": {"marks": ()},
    "Voted for": {"marks": ("voted",)},
    "Voted for, not counted yet": {"marks": ("voted", "held")},
    "Saved": {"marks": ("saved",)},
    "Seen": {"marks": ("seen",)},
}


def render_all(path: str) -> list[tuple[str, SafeString]]:
    """Return each state of a card in words and as HTML."""
    return [(words, _card(n, path, **CARDS[words])) for n, words in enumerate(CARDS)]


def render_list(path: str) -> SafeString:
    """Return entries of a list as their owner, an editor and a reader of it see them."""
    return SafeString("".join(_entries(path)))


def _card(
    number: int,
    path: str,
    *,
    marks: tuple[str, ...] | None = None,
    reason: str = "",
    abstract_html: SafeString | None = None,
    **fields: Any,
) -> SafeString:
    paper = _paper(number, **fields)
    borne = Marks(**{name: frozenset((paper.pk,)) for name in marks or ()})
    onlooker = Onlooker(path, is_reader=marks is not None, marks=borne)
    return render_card(paper, onlooker, reason=reason, abstract=abstract_html)


def _paper(
    number: int,
    *,
    title: str = "Kestrels Learn to Hover",
    abstract: str = ABSTRACT,
    authors: list[str] | None = None,
    stats: dict[str, int] | None = None,
    **fields: Any,
) -> Paper:
    names = ["Ada Moor", "Juan Ángel Ibáñez"] if authors is None else authors
    paper = Paper(
        pk=FIRST_ID + number,
        title=title,
        short_abstract=abstract,
        author_line=author_line(names),
        primary_category_id="cs.RO",
        announced_on=DAY,
        **fields,
    )
    paper.stats = PaperStats(**(stats or {}))
    return paper


def _entries(path: str) -> Iterator[SafeString]:
    tools = [
        Tools(1, may_edit=True, may_order=True, may_tick=True),
        Tools(1, may_edit=True),
        Tools(1),
    ]
    around = Spot("e", 1), Spot("e", 2)
    yield render_heading(Head(SectionHead(1, "A heading of the list", "a0"), *around), tools[0])
    for number, each in enumerate(tools):
        paper = _paper(len(CARDS) + number)
        entry = Entry(pk=number + 1, paper=paper, note="Read section 3 first.", tags=["birds"])
        own = ReadingState(state=ReadingState.State.READING, own_note="For me alone.")
        end = render_entry(Row(entry, number + 1, *around), own if number else None, each)
        yield render_card(paper, Onlooker(path, is_reader=True), end=end)
