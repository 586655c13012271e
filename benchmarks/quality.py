"""How good search is: judged questions, known papers, "decoder-only", half-hidden reading lists.

    python -m benchmarks.quality judged [--data FOLDER]
    python -m benchmarks.quality papers [FOLDER]

`judged` fills a site of its own with each judged set in turn, trains a model of meaning on it and
asks its questions by words alone (BM25), by meaning alone (LSA) and by the site's own search.
`papers` asks a site with the shared papers, FOLDER left by `benchmarks.load --keep FOLDER`, or one
that it fills itself; where no model of meaning is trained it trains one. Takes minutes of one core.
"""

import argparse
from pathlib import Path
from statistics import mean

import django

from benchmarks.judged import JudgedSet, Question, ndcg, read_sets, recall
from benchmarks.site import PAPERS, SHARED, print_table, run, running_site
from papers.search.tree import And, Query, Word

DEEPEST = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("judged", "papers"))
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--data", type=Path, default=SHARED / "judged")
    options = parser.parse_args()
    if options.what == "judged":
        with running_site(None):
            django.setup()
            measure_judged(options.data)
        return
    with running_site(options.folder):
        django.setup()
        from benchmarks import quality_papers

        if not quality_papers.is_filled():
            run("loadpapers", str(PAPERS))
        quality_papers.measure(SHARED)


def measure_judged(data: Path) -> None:
    rows: list[tuple[str, ...]] = []
    for sets in read_sets(data):
        numbers = fill(sets[0].texts)
        rows += [row for judged in sets for row in measure_set(judged, numbers)]
    print_table(("set", "questions", "by", "nDCG@10", "recall@100", "against the better"), rows)


def fill(texts: list[tuple[str, str]]) -> list[int]:
    """Put the texts in the place of all papers, and return their numbers in the same order."""
    from django.db import connection
    from django.utils import timezone

    from papers.meaning import slots
    from papers.models import Paper
    from papers.search import folder, follower

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE papers_paper, papers_meaningslot, papers_meaningtraining,"
            " papers_meaningpart CASCADE"
        )
    # A title that says nothing, so that all sets are asked by their texts.
    made = [Paper(title=title or "—", abstract=text, text_source=2) for title, text in texts]
    numbers = [paper.pk for paper in Paper.objects.bulk_create(made, batch_size=2000)]
    folder.ask_for_rebuild()
    follower.index_now()
    slots.FIRST_PAPERS = 1
    slots.refresh(now=timezone.now())
    return numbers


def measure_set(judged: JudgedSet, numbers: list[int]) -> list[tuple[str, ...]]:
    place = {number: n for n, number in enumerate(numbers)}
    figures = {}
    for name, ask in (("words", by_words), ("meaning", by_meaning), ("both", by_both)):
        answers = [
            [n for n in (place[pk] for pk in ask(each)) if n != each.asker]
            for each in judged.questions
        ]
        pairs = list(zip(answers, judged.questions, strict=True))
        figures[name] = (
            mean(ndcg(answer, asked.relevant) for answer, asked in pairs),
            mean(recall(answer, asked.relevant) for answer, asked in pairs),
        )
    better = max(figures["words"][0], figures["meaning"][0])
    rows: list[tuple[str, ...]] = []
    for name, (gain, found) in figures.items():
        against = f"{100 * gain / better - 100:+.1f} %" if name == "both" else ""
        count = str(len(judged.questions))
        rows.append((judged.name, count, name, f"{gain:.3f}", f"{found:.3f}", against))
    return rows


def query_of(question: Question) -> Query:
    # Not parsed: operators are none of these sets' business, nor is the longest search.
    words = "".join(c if c.isalnum() or c in "-'" else " " for c in question.text).split()
    return Query(And(tuple(Word(word) for word in words if any(map(str.isalnum, word)))))


def by_words(question: Question) -> list[int]:
    from django.utils import timezone

    from papers.search.compiler import compile_node
    from papers.search.hits import numbers
    from papers.search.personal import NOBODY
    from papers.search.questions import holding_any, read_question
    from papers.search.reader import current_reading

    reading = current_reading()
    asked = read_question(query_of(question).tree)
    if asked is None:
        return []
    today = timezone.now().date()
    wanted = holding_any(
        reading.searcher,
        asked,
        lambda node: compile_node(node, NOBODY, today=today, common=reading.common).scored,
    )
    found = reading.searcher.search(wanted, limit=DEEPEST, count=False)
    return numbers(reading.searcher, "id", found)


def by_meaning(question: Question) -> list[int]:
    from papers.meaning import near

    vector = near.encode(question.text)
    return [] if vector is None else [pk for pk, _cosine in near.nearest(vector, limit=DEEPEST)]


def by_both(question: Question) -> list[int]:
    from papers.search.engine import search

    return [hit.paper_id for hit in search(query_of(question), limit=DEEPEST).hits]


if __name__ == "__main__":
    main()
