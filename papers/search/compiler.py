"""Turns a query tree into what the index is asked.

It decides which papers an operator lets through, never their order (relevance.py, engine.py), nor
what a word stands for (words.py). Read more: docs/search.md and docs/decisions.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial, reduce
from itertools import groupby

import numpy as np
import tantivy

from papers.search import columns
from papers.search.common import NO_PAIRS, Common
from papers.search.hits import (
    Ids,
    all_of,
    any_of,
    count,
    ids_newest_first,
    is_among,
    is_read_sooner,
    unscored,
)
from papers.search.personal import Personal
from papers.search.schema import SCHEMA, identifier_term
from papers.search.spans import terms_between
from papers.search.tree import (
    And,
    Counts,
    Dated,
    Filter,
    FromSource,
    Has,
    Identified,
    InCategory,
    InList,
    Is,
    LastDays,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Word,
    year_beside_words,
)
from papers.search.words import Compiled, compile_term, just, together

# Up to so many, and so many more of a large index, each id is looked up by itself; beyond, one walk
# through all ids is cheaper. Measured on 110,000 and a million papers.
_FEW_IDS, _FEW_SHARE = 2000, 0.01
_SCHEMES = {"id": "arxiv", "doi": "doi"}


def compile_node(
    node: Node,
    personal: Personal,
    *,
    today: date,
    common: Common = NO_PAIRS,
    reader: tantivy.Searcher | None = None,
) -> Compiled:
    """Return what finds the papers that hold all `node` asks for.

    Words score by BM25, the title above all; whatever else is asked scores nothing. `personal` is
    asked only for what `node` names. Exclusions alone find all other papers; an And of nothing
    finds none. `common` are the words whose pairs the index that is asked holds (reader.py). With
    the `reader` to be asked, conditions on counts look up only what may be found.
    """
    return _Compiler(personal, today, common, reader).compile(node)


@dataclass(frozen=True, slots=True)
class _Compiler:
    personal: Personal
    today: date
    common: Common
    reader: tantivy.Searcher | None

    def compile(self, node: Node) -> Compiled:
        match node:
            case Word() | Phrase() | Prefix():
                return compile_term(node, self.common)
            case And(parts):
                return self._all(parts)
            case Or(parts):
                each = [self.compile(part) for part in parts if not isinstance(part, Counts)]
                if counts := [part for part in parts if isinstance(part, Counts)]:
                    each.append(just(unscored(self._holding(reduce(np.union1d, _ids(counts))))))
                return Compiled(
                    any_of(one.plain for one in each), any_of(one.scored for one in each)
                )
            case Not():
                return self._all((node,))
            case _:
                return just(unscored(self._filter(node)))

    def _all(self, parts: tuple[Node, ...]) -> Compiled:
        if not parts:
            return just(tantivy.Query.empty_query())
        said = [part for part in parts if not isinstance(part, Not)]
        asked = [self._among(part, said) for part in said if not isinstance(part, Counts)]
        if counts := [part for part in said if isinstance(part, Counts)]:
            found = self._counted(counts, [each.plain for each in asked])
            asked.append(just(unscored(found)))
        not_these = [part.part for part in parts if isinstance(part, Not)]
        never = [self.compile(part).plain for part in not_these if not isinstance(part, Counts)]
        if counts := [part for part in not_these if isinstance(part, Counts)]:
            never.append(self._holding(reduce(np.union1d, _ids(counts))))
        prefer = [query for words in _runs(said) for query in together(words, self.common)]
        return _joined(asked or [just(unscored(every_paper()))], prefer, never)

    def _among(self, part: Node, parts: Sequence[Node]) -> Compiled:
        """A year beside other words is the word, or the year of the paper: "hinton 2015"."""
        found, year = self.compile(part), year_beside_words(part, parts)
        if year is None:
            return found
        of_year = unscored(dated(date(year, 1, 1), date(year, 12, 31)))
        return Compiled(
            any_of([found.plain, of_year]), any_of([found.must, of_year]), found.preferred
        )

    def _counted(self, counts: list[Counts], others: list[tantivy.Query]) -> tantivy.Query:
        """What satisfies all conditions on counts; of that, only what `others` find too."""
        ids = reduce(partial(np.intersect1d, assume_unique=True), _ids(counts))
        if len(ids) > _FEW_IDS and others and self.reader is not None:
            found = count(self.reader, all_of(others))
            if is_read_sooner(found, len(ids)):
                among = ids_newest_first(self.reader, all_of(others), most=found)
                ids = among[is_among(among, ids)]
        return self._holding(ids)

    def _holding(self, ids: Ids) -> tantivy.Query:
        """What finds these; of more than half of all papers, all but the others."""
        papers = self.reader.num_docs if self.reader else 0
        everybody = columns.current().ids
        if len(ids) <= len(everybody) / 2:
            return with_ids(ids.tolist(), papers=papers)
        others = np.setdiff1d(everybody, ids, assume_unique=True)
        if not len(others):
            return every_paper()
        return _all_but([every_paper()], [with_ids(others.tolist(), papers=papers)])

    def _filter(self, node: Filter) -> tantivy.Query:
        match node:
            case InCategory(code):
                return in_category(code)
            case Identified(scheme, value):
                return _term("identifier", identifier_term(_SCHEMES[scheme], value))
            case Dated(first, last):
                return dated(first, last)
            case LastDays(days):
                return dated(self.today - timedelta(days=max(days, 1) - 1), self.today)
            case Has(thing):
                return _term("thing", thing)
            case FromSource(name):
                return _term("source", name.lower())
            case _:
                return self._changing(node)

    def _changing(self, node: Counts | InList | Is) -> tantivy.Query:
        match node:
            case Counts():
                return self._counted([node], [])
            case InList(name):
                return with_ids(self.personal.in_list(name) or ())
            case Is("saved"):
                return with_ids(self.personal.saved())
            case Is("voted"):
                return with_ids(self.personal.voted())
            case Is("seen"):
                return with_ids(self.personal.seen())
            case Is():
                return self._new()

    def _new(self) -> tantivy.Query:
        if not self.personal.is_known:
            return tantivy.Query.empty_query()
        return announced_since(self.personal.new_since())


def _ids(counts: Iterable[Counts]) -> Iterator[Ids]:
    """Of each condition the papers that satisfy it."""
    known = columns.current()
    return (known.ids_between(part.counted, part.least, part.most) for part in counts)


def _joined(
    asked: list[Compiled], prefer: list[tantivy.Query], never: list[tantivy.Query]
) -> Compiled:
    """All of `asked` and none of `never`, on one level: lists are then walked side by side."""
    if len(asked) == 1 and not prefer and not never:
        return asked[0]
    plain = _all_but([each.plain for each in asked], never)
    if len(asked) == 1:
        return Compiled(plain, _all_but([asked[0].scored], never, prefer=prefer))
    should = [*prefer, *(each.preferred for each in asked if each.preferred is not None)]
    return Compiled(plain, _all_but([each.must for each in asked], never, prefer=should))


def _all_but(
    must: list[tantivy.Query], never: list[tantivy.Query], *, prefer: Sequence[tantivy.Query] = ()
) -> tantivy.Query:
    if len(must) == 1 and not never and not prefer:
        return must[0]
    return tantivy.Query.boolean_query(
        [
            *((tantivy.Occur.Must, query) for query in must),
            *((tantivy.Occur.MustNot, query) for query in never),
            *((tantivy.Occur.Should, query) for query in prefer),
        ]
    )


def every_paper() -> tantivy.Query:
    # The bookmark of the index is a document too.
    return tantivy.Query.boolean_query(
        [
            (tantivy.Occur.Must, tantivy.Query.all_query()),
            (tantivy.Occur.MustNot, _term("key", "bookmark")),
        ]
    )


def in_category(code: str) -> tantivy.Query:
    """`cs.CL`, or a whole archive as `cs` or `cs.*`."""
    name = code.lower().removesuffix(".*")
    return _term("category" if "." in name else "archive", name)


def announced_since(day: date) -> tantivy.Query:
    return all_of([_term("thing", "announcement"), dated(day, None)])


def dated(first: date | None, last: date | None) -> tantivy.Query:
    """From `first` to `last`, both included; a paper without a day is in no span."""
    return any_of(_term("date", term) for term in terms_between(first, last))


def with_ids(paper_ids: Iterable[int], *, papers: int = 0) -> tantivy.Query:
    """Return what finds these, asked of an index of `papers`, which decides the quicker way."""
    ids = list(paper_ids)
    if len(ids) > _FEW_IDS + papers * _FEW_SHARE:
        return tantivy.Query.term_set_query(SCHEMA, "id", ids)
    return any_of(tantivy.Query.term_query(SCHEMA, "id", each, "basic") for each in ids)


def _term(field: str, value: str) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, field, value, "basic")


def _runs(parts: Iterable[Node]) -> Iterator[list[str]]:
    """Words without a field that follow each other."""
    for is_plain, run in groupby(parts, key=_is_plain):
        if is_plain:
            yield [str(part.text) for part in run if isinstance(part, Word | Phrase)]


def _is_plain(node: Node) -> bool:
    return isinstance(node, Word | Phrase) and node.field is None
