"""Invented papers that are hard to set: whatever arXiv may send, a page must hold."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from papers.feeds.records import (
    AnnouncementRecord,
    PaperRecord,
    SignalRecord,
    VersionRecord,
)
from papers.ingest import ingest
from papers.models import Paper, TextSource

FULL = "2611.90001"
BARE = "2611.90002"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
ABSTRACT = (
    "We count kestrels over a moor for two winters and ask how far a count can be trusted. "
    r"Where $n$ observers agree, the error falls as $\mathcal{O}(1/\sqrt{n})$; where they do not, "
    r"\(\sum_{i=1}^{n} |x_i - \bar{x}|^2\) grows. A model of the disagreement, with 12 parameters, "
    "explains 81 % of it, and a reader study of 40 wardens prefers its counts to their own."
)


def load(today: date) -> dict[str, str]:
    """Store the papers, announced on `today`; return the address of each page by its name."""
    records = list(_records(today))
    ingest(iter(records), text_source=TextSource.ARXIV, today=today)
    found = Paper.objects.in_bulk([each.arxiv_id for each in records], field_name="arxiv_id")
    return {name: found[arxiv_id].get_absolute_url() for name, arxiv_id in NAMES.items()}


NAMES = {
    "everything": FULL,
    "nothing": BARE,
    "long-title": "2611.90003",
    "3000-authors": "2611.90004",
    "maths": "2611.90005",
    "right-to-left": "2611.90006",
    "emoji": "2611.90007",
    "long-word": "2611.90008",
}


def _records(today: date) -> Iterator[PaperRecord]:
    many = tuple(f"{chr(65 + n % 26)}. Collaborator-{n}" for n in range(3000))
    long_title = (
        "On the Question Whether Very Long Titles, Which Name Their Method, Their Three Data Sets, "
        "the Months in Which They Were Gathered, and the Result With Its Reservations, Are Read "
        "to Their End by Anybody but the Persons Who Wrote Them: A Preregistered Study With 4,096 "
        "Readers"
    )
    yield PaperRecord(
        arxiv_id=FULL,
        title="Kestrels Over the Moor: How Far a Count Can Be Trusted",
        abstract=ABSTRACT,
        authors=("Ada Moor", "Jón Þórsson", "Łukasz Żuk", "Mirel Oduya", "Tam Castellan"),
        categories=("cs.LG", "cs.CV", "stat.ML", "q-bio.PE"),
        version=3,
        versions=tuple(
            VersionRecord(n, datetime(2026, 9, n, 12, tzinfo=UTC), 300_000 * n) for n in (1, 2, 3)
        ),
        submitted_at=datetime(2026, 9, 1, 12, tzinfo=UTC),
        updated_at=datetime(2026, 9, 3, 12, tzinfo=UTC),
        comment="12 pages, 4 figures, to appear in the Proceedings of the Moorland Society",
        journal_ref="Moorland 12 (2026) 34-56",
        license="http://creativecommons.org/licenses/by/4.0/",
        doi="10.5555/kestrels.2026.34",
        code_url="https://github.com/example/kestrels-over-the-moor",
        project_url="https://kestrels.example.org/",
        announcements=tuple(
            AnnouncementRecord(code, today, "cross" if place else "new")
            for place, code in enumerate(("cs.LG", "cs.CV", "stat.ML"))
        ),
        listed_on=today,
        signals=tuple(
            SignalRecord(kind, today - timedelta(days=back), value * (4 - back))
            for kind, value in (
                ("hf_upvotes", 60),
                ("hf_comments", 4),
                ("github_stars", 310),
                ("citations", 2),
            )
            for back in (3, 2, 1, 0)
        ),
    )
    odd = (
        (BARE, "A Paper of Which Nothing Is Known", "", ()),
        ("2611.90003", long_title, ABSTRACT, ("Ada Moor",)),
        ("2611.90004", "What 3,000 Collaborators Saw in One Winter", ABSTRACT, many),
        (
            "2611.90005",
            r"Bounds of $\mathcal{O}(\sqrt{n \log n})$ for $\ell_1$-Regularised "
            r"$\int_0^\infty e^{-x^2}\,dx$ on $\mathbb{R}^{d \times d}$",
            r"Let $A \in \mathbb{R}^{n \times m}$. Then $$\sum_{i=1}^{n}\sum_{j=1}^{m} a_{ij} x_i "
            r"y_j \leq \|A\|_{\infty \to 1} \max_i |x_i| \max_j |y_j| + \int_{-\infty}^{\infty} "
            r"\frac{f(t)}{1+t^2}\,dt + \prod_{k=1}^{K} \left(1 + \frac{1}{k^2}\right)$$ holds.",
            ("Emmy Example", "Sofia Sample"),
        ),
        (
            "2611.90006",
            "דגמים לספירת בזים מעל הביצה",
            "نموذج لعد الطيور فوق المستنقع خلال فصلي شتاء، مع تقدير للخطأ.",
            ("נועה כהן", "ليلى حداد", "יעל לוי", "سامي نصر"),
        ),
        (
            "2611.90007",
            "🦅🔥 Kestrel-7B: Small Models, Big Wings 🚀👩‍🔬",
            ABSTRACT,
            ("Ada 🦉 Moor",),
        ),
        ("2611.90008", LONG_WORD, f"{ABSTRACT} See https://example.org/{'x' * 120}", (LONG_WORD,)),
    )
    for place, (arxiv_id, title, abstract, authors) in enumerate(odd):
        yield PaperRecord(
            arxiv_id=arxiv_id,
            title=title,
            abstract=abstract,
            authors=authors,
            categories=("cs.LG",) if arxiv_id != BARE else (),
            announcements=(AnnouncementRecord("cs.LG", today, "new"),) if authors else (),
            listed_on=today if authors else None,
            found_on=None if authors else today,
            signals=(SignalRecord("hf_upvotes", today, 90 - 10 * place),) if authors else (),
        )
