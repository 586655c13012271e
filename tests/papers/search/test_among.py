from dataclasses import replace

from papers.search.among import among
from papers.search.language import parse
from papers.search.personal import NOBODY
from papers.search.tree import InList, Not, Word


def test_the_papers_are_one_more_condition() -> None:
    query, personal = among(parse("owls -barn"), NOBODY, [3, 5])
    *asked, here = query.tree.parts  # type: ignore[union-attr]
    assert asked == [Word("owls"), Not(Word("barn"))]
    assert isinstance(here, InList)
    assert personal.in_list(here.name) == frozenset({3, 5})


def test_lists_that_the_reader_names_are_theirs_still() -> None:
    reader = replace(NOBODY, is_known=True, in_list=lambda name: frozenset({len(name)}))
    _query, personal = among(parse("in:saved"), reader, [3])
    assert personal.in_list("saved") == frozenset({5})


def test_no_text_means_the_papers() -> None:
    query, _personal = among(parse("owls"), NOBODY, [3])
    here = query.tree.parts[-1]  # type: ignore[union-attr]
    assert here not in getattr(parse(str(here)).tree, "parts", (parse(str(here)).tree,))


def test_an_either_or_stays_one_condition() -> None:
    query, _personal = among(parse("owls OR kestrels"), NOBODY, [3])
    assert str(query).startswith("(owls OR kestrels) in:")
