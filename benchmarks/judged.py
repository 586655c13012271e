"""Sets of questions whose answers people chose, as plain texts, and how well a ranking answers.

A folder with docs.jsonl.gz ({id, text}, or {id, title, text}) and queries.jsonl.gz ({id, text,
relevant}) is a set; so are the tags and the citations of citeulike-t.
"""

import gzip
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Questions taken of a set that has more.
MOST_QUESTIONS = 200
_TAGGED = range(10, 301)
_LEAST_CITED = 5
_WORDS_OF_A_CITING_PAPER = 10


@dataclass(frozen=True, slots=True)
class Question:
    """`relevant` are places in the set's texts; `asker` is the text the question was made of."""

    text: str
    relevant: frozenset[int]
    asker: int | None = None


@dataclass(frozen=True, slots=True)
class JudgedSet:
    name: str
    texts: list[tuple[str, str]]
    questions: list[Question]


def read_sets(folder: Path) -> Iterator[list[JudgedSet]]:
    """Yield the sets below `folder`; those that share their texts together."""
    for path in sorted(folder.iterdir()):
        if (path / "queries.jsonl.gz").is_file():
            yield [_read_set(path)]
        elif (path / "items.jsonl.gz").is_file():
            yield _read_items(path)


def _read_lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for line in lines]


def _read_set(path: Path) -> JudgedSet:
    documents = _read_lines(path / "docs.jsonl.gz")
    place = {str(document["id"]): n for n, document in enumerate(documents)}
    questions = [
        Question(row["text"], frozenset(place[str(i)] for i in row["relevant"] if str(i) in place))
        for row in _read_lines(path / "queries.jsonl.gz")
    ]
    texts = [(str(document.get("title", "")), str(document["text"])) for document in documents]
    return JudgedSet(path.name, texts, [each for each in questions if each.relevant])


def _read_items(path: Path) -> list[JudgedSet]:
    """Words without an order, so that nothing is side by side; no title."""
    items = [item for item in _read_lines(path / "items.jsonl.gz") if item["words"]]
    texts = [("", " ".join(_repeated(item["words"]))) for item in items]
    return [
        JudgedSet(f"{path.name}, tags", texts, _ask_by_tags(items)),
        JudgedSet(f"{path.name}, citations", texts, _ask_by_citations(items)),
    ]


def _repeated(words: dict[str, int]) -> Iterator[str]:
    for word, count in words.items():
        yield from [word] * count


def _ask_by_tags(items: list[dict[str, Any]]) -> list[Question]:
    tagged = defaultdict(set)
    for place, item in enumerate(items):
        for tag in item["tags"]:
            tagged[" ".join(re.findall("[a-z]+", str(tag).lower()))].add(place)
    asked = [tag for tag in sorted(tagged) if tag and len(tagged[tag]) in _TAGGED]
    chosen = random.Random(1).sample(asked, min(MOST_QUESTIONS, len(asked)))
    return [Question(tag, frozenset(tagged[tag])) for tag in chosen]


def _ask_by_citations(items: list[dict[str, Any]]) -> list[Question]:
    """The ten words that tell most of a paper, asking for the papers it cites."""
    having = Counter(word for item in items for word in item["words"])
    place = {item["item"]: n for n, item in enumerate(items)}
    cited = [{place[c] for c in item["cites"] if c in place} - {n} for n, item in enumerate(items)]
    able = [n for n, found in enumerate(cited) if len(found) >= _LEAST_CITED]
    chosen = random.Random(1).sample(able, min(MOST_QUESTIONS, len(able)))
    return [
        Question(_most_telling(items[n]["words"], having, len(items)), frozenset(cited[n]), n)
        for n in chosen
    ]


def _most_telling(words: dict[str, int], having: Counter[str], items: int) -> str:
    weights = {word: count * math.log(items / having[word]) for word, count in words.items()}
    return " ".join(sorted(weights, key=lambda w: (-weights[w], w))[:_WORDS_OF_A_CITING_PAPER])


def ndcg(ranked: Sequence[int], relevant: frozenset[int], *, at: int = 10) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), gains of 0 and 1."""
    gains = [1 / math.log2(n + 2) for n, each in enumerate(ranked[:at]) if each in relevant]
    return sum(gains) / sum(1 / math.log2(n + 2) for n in range(min(at, len(relevant))))


def recall(ranked: Sequence[int], relevant: frozenset[int], *, at: int = 100) -> float:
    return len(relevant.intersection(ranked[:at])) / len(relevant)
