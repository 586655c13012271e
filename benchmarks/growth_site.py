"""Fills a site with synthetic papers: all tables that a search page reads, its index, its vectors.

The texts are benchmarks/corpus.py's, one abstract in four with a little TeX; votes, stars and the
like are few and uneven; the vectors are benchmarks/vectors.py's, with a model under which each word
lies near a subject. Left out: announcements, versions and signals, which no search reads. To be
imported after django.setup().
"""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from numpy.typing import NDArray

from accounts.models import User
from benchmarks import vectors as made_vectors
from benchmarks.corpus import Corpus, word
from benchmarks.site import run
from papers.meaning import store, vectors
from papers.meaning.model import Model
from papers.meaning.terms import count_terms
from papers.models import MeaningSlot, Paper, TextSource, Vote
from papers.search.schema import IndexedPaper
from papers.summary import author_line, short_abstract
from readinglists.models import Entry, ReadingList

MODEL_WORDS = 50_000
VOTED = SAVED = 300
TEX_EVERY = 4
TABLES: dict[str, str] = {
    "papers_paper": "id, arxiv_id, title, abstract, authors, author_line, short_abstract,"
    " primary_category_id, version, submitted_at, announced_on, comment, journal_ref, license,"
    " code_url, project_url, text_source",
    "papers_papercategory": "paper_id, category_id",
    "papers_paperidentifier": "paper_id, scheme, value",
    "papers_paperorigin": "paper_id, origin, digest",
    "papers_paperstats": "paper_id, votes, saves, upvotes, comments, stars, citations, popularity,"
    " newness, score, risen_step",
}
Row = Sequence[object]


def steps(papers: int) -> dict[str, Callable[[], object]]:
    """What makes such a site, in order."""
    return {
        "papers into the tables": partial(write_papers, papers),
        "index of papers": index_papers,
        "vectors into their table": partial(write_vectors, papers),
        "index of vectors": build_vector_index,
        "a reader": make_reader,
    }


def index_papers() -> None:
    """As the follower does, which this command lets run once."""
    run("index", "--rebuild")


def write_papers(papers: int) -> None:
    for chunk in Corpus(papers).chunks():
        # One transaction a chunk, as a feed is: the triggers then find nothing left to stamp.
        with transaction.atomic():
            _write_chunk(chunk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('papers_paper_id_seq', %s)", [papers])
        cursor.execute("ANALYZE")


def _write_chunk(chunk: list[IndexedPaper]) -> None:
    codes = sorted({code for paper in chunk for code in paper.category_codes})
    rows: dict[str, Iterator[Row]] = {
        "papers_paper": map(_paper, chunk),
        "papers_papercategory": ((p.paper_id, code) for p in chunk for code in p.category_codes),
        "papers_paperidentifier": ((p.paper_id, *each) for p in chunk for each in p.identifiers),
        "papers_paperorigin": (
            (p.paper_id, "arxiv_rss:cs" if name == "arxiv" else name, p.paper_id)
            for p in chunk
            for name in p.sources
        ),
        "papers_paperstats": _stats(chunk),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO papers_category SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [codes]
        )
        for table, columns in TABLES.items():
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows[table]:
                    copy.write_row(row)


def _paper(paper: IndexedPaper) -> Row:
    abstract = paper.abstract
    if paper.paper_id % TEX_EVERY == 0:
        middle = abstract.index(" ", len(abstract) // 2)
        abstract = f"{abstract[:middle]} $O(n^2)$ --{abstract[middle:]}"
    code = f"https://code.example/{paper.paper_id}" if paper.has_code else ""
    return (
        paper.paper_id,
        paper.identifiers[0][1],
        paper.title.capitalize(),
        abstract,
        json.dumps(paper.authors),
        author_line(paper.authors),
        short_abstract(abstract),
        paper.category_codes[0],
        1,
        paper.announced_on,
        paper.announced_on,
        *("", "", "", code, ""),
        TextSource.ARXIV.value,
    )


def _stats(chunk: list[IndexedPaper]) -> Iterator[Row]:
    """A few papers have nearly all votes and stars (Pareto's law), most have none."""
    count = len(chunk)
    chance = np.random.default_rng(chunk[0].paper_id)
    known = chance.random((5, count)) < np.array([0.05, 0.1, 0.06, 0.12, 0.6])[:, None]
    sizes = np.minimum(chance.pareto(1.1, (5, count)) * 3 + 1, 200_000).astype(int)
    scores = chance.random((2, count)) ** 4
    for n, paper in enumerate(chunk):
        votes, saves, upvotes, stars, citations = (
            int(size) if there else None
            for size, there in zip(sizes[:, n], known[:, n], strict=True)
        )
        popularity, newness = (float(each) for each in scores[:, n])
        told = (votes or 0, saves or 0, upvotes, upvotes and upvotes // 4, stars, citations)
        yield paper.paper_id, *told, popularity, newness, popularity + newness, 0


def write_vectors(papers: int) -> None:
    model = _make_model()
    vectors.clear("a")
    made = made_vectors.make_vectors(papers)
    for start in range(0, papers, made_vectors.CHUNK):
        some = made[start : start + made_vectors.CHUNK].astype(np.float32)
        vectors.write("a", {start + n + 1: vector for n, vector in enumerate(some)})
    store.save(model)
    MeaningSlot.objects.update_or_create(
        pk="a",
        defaults={
            "state": MeaningSlot.State.READY,
            "is_live": True,
            "model_key": model.key,
            "trained_at": timezone.now(),
            "live_since": timezone.now(),
            "is_filled": True,
        },
    )


def _make_model() -> Model:
    """Each word lies near one of the subjects of the vectors."""
    chance = np.random.default_rng(made_vectors.SEED)
    middles = made_vectors.make_middles(chance)
    words = " ".join(map(word, range(MODEL_WORDS)))
    terms = np.unique(np.concatenate([count_terms(each)[0] for each in _pieces(words)]))
    near = middles[chance.integers(0, len(middles), len(terms))]
    weights = made_vectors.weights_of_dimensions()
    noise = chance.normal(size=near.shape).astype(np.float32) * weights
    components: NDArray[np.float16] = (near + made_vectors.SPREAD * noise).astype(np.float16)
    idf = chance.uniform(1, 9, len(terms)).astype(np.float32)
    return Model(uuid.uuid4(), terms, idf, components)


def _pieces(text: str) -> Iterator[str]:
    words = text.split()
    for start in range(0, len(words), 1000):
        yield " ".join(words[start : start + 1000])


def build_vector_index() -> None:
    vectors.build_index("a")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_papervectora")


def make_reader() -> None:
    """A reader with votes and a list, as one who comes often has."""
    reader, _is_new = User.objects.get_or_create(email="reader@example.org")
    ids = list(Paper.objects.newest_first().values_list("pk", flat=True)[: VOTED + SAVED])
    Vote.objects.bulk_create(
        [Vote(user=reader, paper_id=pk) for pk in ids[:VOTED]], ignore_conflicts=True
    )
    reading_list = ReadingList.objects.create(owner=reader, title="To read")
    Entry.objects.bulk_create(
        Entry(reading_list=reading_list, paper_id=pk, position=f"a{n:05}")
        for n, pk in enumerate(ids[VOTED:])
    )
