import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from papers.search import columns, folder
from papers.search.engine import IndexNotReady, Sort, search
from papers.search.folder import FollowerState
from papers.search.follower import index_now
from papers.search.language import parse
from tests.factories import make_paper

pytestmark = pytest.mark.django_db(transaction=True)

SHARED = Path(os.environ.get("BROADSHEET_SHARED_DATA", "../shared/data"))


def find(text: str, **options: Any) -> list[int]:
    return [hit.paper_id for hit in search(parse(text), limit=20, **options).hits]


def make_papers(*titles: str, abstract: str = "Nothing of note.") -> list[int]:
    ids = [make_paper(title=title, abstract=abstract).pk for title in titles]
    index_now()
    return ids


def test_word_is_found_in_title_abstract_and_authors() -> None:
    papers = [
        make_paper(title="On kestrels"),
        make_paper(abstract="We watched a kestrel."),
        make_paper(authors=("Jo Kestrel",)),
        make_paper(title="On owls"),
    ]
    index_now()
    assert set(find("kestrel")) == {paper.pk for paper in papers[:3]}


def test_title_comes_before_abstract() -> None:
    in_abstract = make_paper(title="Birds", abstract="kestrel kestrel kestrel kestrel")
    in_title = make_paper(title="A study of very many things, of which one is the kestrel")
    index_now()
    assert find("kestrel") == [in_title.pk, in_abstract.pk]


def test_all_words_must_be_there() -> None:
    both, _one = make_papers("Sparse graphs of owls", "Sparse matrices")
    assert find("sparse graph") == [both]


def test_a_year_beside_words_is_that_of_the_paper_or_a_word() -> None:
    of_2015 = make_paper(authors=("Ada Moor",), announced_on=date(2015, 6, 1))
    named = make_paper(title="Moor challenge 2015", announced_on=date(2020, 6, 1))
    make_paper(authors=("Ada Moor",), announced_on=date(2016, 6, 1))
    alone = make_paper(title="Plans for 2015", authors=("Bo Quay",), announced_on=date(2020, 6, 1))
    index_now()
    assert set(find("moor 2015")) == {of_2015.pk, named.pk}
    assert set(find("2015")) == {named.pk, alone.pk}


def test_phrase_wants_its_words_side_by_side() -> None:
    together, _apart = make_papers("Neural network pruning", "Network of neural things")
    assert find('"neural network"') == [together]


@pytest.mark.parametrize("text", ["decoder-only", "decoder only", '"Decoder Only"', "DECODER-ONLY"])
def test_hyphen_and_space_are_the_same(text: str) -> None:
    hyphen, space = make_papers("A decoder-only model", "A decoder only model")
    assert set(find(text)) == {hyphen, space}


def test_hyphenated_word_is_a_phrase() -> None:
    _apart, together = make_papers("Only a decoder", "Decoder-only models")
    assert find("decoder-only") == [together]


def test_words_side_by_side_in_the_title_come_first() -> None:
    together, _apart = make_papers("Language models by fusion", "Models of language fusion")
    assert find("language models")[0] == together


def test_whole_name_comes_before_the_same_words_in_an_abstract() -> None:
    make_paper(abstract="Ada Moor, and Ada Moor again, and once more Ada Moor.", authors=("Jo X",))
    hers = make_paper(authors=("Lin Wei", "Ada Moor"))
    index_now()
    assert find("ada moor")[0] == hers.pk


@pytest.mark.parametrize("text", ["Bücher", "bucher", "Bu\u0308cher"])
def test_accents_do_not_matter(text: str) -> None:
    paper = make_paper(authors=("Zoë Bücher",))
    index_now()
    assert find(text) == [paper.pk]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (r"Schr\"odinger bridges", "Schrödinger"),
        (r"Schr\"odinger bridges", "schrodinger bridge"),
        (r"The $\alpha$-divergence", "alpha-divergence"),
        ("The \u03b1-divergence", "alpha divergence"),
        (r"An $R^2$ score", "R2"),
        (r"An $R^2$ score", "R^2"),
        (r"Of H$_2$O", "h2o"),
        (r"\textbf{Re}trieval of \emph{owls}", "retrieval of owls"),
        (r"Norms in $\ell_1$", "l1"),
    ],
)
def test_tex_is_found_as_people_type_it(title: str, text: str) -> None:
    (paper,) = make_papers(title)
    assert find(text) == [paper]


def test_commands_of_tex_are_no_words() -> None:
    make_papers(r"On \emph{owls} at $\mathcal{O}(n)$")
    assert find("mathcal") == []


def test_phrase_does_not_run_from_one_author_into_the_next() -> None:
    make_paper(authors=("Ada Moor", "Lin Wei"))
    index_now()
    assert find('"Moor Lin"') == []


def test_word_forms_are_the_same_word() -> None:
    (paper,) = make_papers("Pruning networks")
    assert find("pruned network") == [paper]


def test_equal_scores_are_newest_first() -> None:
    old = make_paper(title="On owls", announced_on=date(2026, 3, 2))
    new = make_paper(title="On owls", announced_on=date(2026, 3, 4))
    mid = make_paper(title="On owls", announced_on=date(2026, 3, 3))
    index_now()
    assert find("owls") == [new.pk, mid.pk, old.pk]


def test_sorted_by_day_a_paper_without_one_is_last() -> None:
    undated = make_paper(title="Owls owls", announced_on=None)
    old = make_paper(title="Owls of Owl", announced_on=date(2026, 3, 2))
    new = make_paper(abstract="An owl.", announced_on=date(2026, 3, 4))
    index_now()
    assert find("owl", sort="new") == [new.pk, old.pk, undated.pk]


def test_category_and_day_restrict() -> None:
    wanted = make_paper(title="Owls", categories=("cs.LG",), announced_on=date(2026, 3, 4))
    make_paper(title="Owls", categories=("cs.CV",), announced_on=date(2026, 3, 4))
    make_paper(title="Owls", categories=("cs.LG",), announced_on=date(2026, 3, 3))
    make_paper(title="Owls", categories=("cs.LG",), announced_on=None)
    index_now()
    assert find("owls", category="cs.lg", announced_since=date(2026, 3, 4)) == [wanted.pk]


@pytest.mark.parametrize("sort", ["relevance", "new"])
def test_pages_follow_each_other_without_gap_or_repeat(sort: Sort) -> None:
    ids = make_papers(*["On owls"] * 7)
    pages = [search(parse("owls"), limit=3, offset=offset, sort=sort).hits for offset in (0, 3, 6)]
    assert sorted(hit.paper_id for page in pages for hit in page) == sorted(ids)


def test_total_counts_all_pages() -> None:
    make_papers(*["On owls"] * 5)
    assert search(parse("owls"), limit=2).total == 5


def test_too_deep_a_page_says_so() -> None:
    make_papers("On owls")
    result = search(parse("owls"), limit=20, offset=1001)
    assert (result.hits, result.total) == ((), 1)
    assert "first 1000" in result.notes[-1].text


def test_empty_query_finds_nothing() -> None:
    make_papers("On owls")
    assert find("") == find("***") == []


@pytest.mark.parametrize(
    "text", ["\ud800", "a\x00b", "owl" * 330, "\uff08猫\uff09", "'; DROP TABLE papers"]
)
def test_odd_text_finds_nothing_and_fails_not(text: str) -> None:
    make_papers("On herons")
    assert find(text) == []


def test_no_index_is_an_error_with_the_counts() -> None:
    folder.root().mkdir()
    folder.write_state(FollowerState("building", 4000, 9000, 0, 0.0, 1))
    with pytest.raises(IndexNotReady, match="4000 of 9000"):
        search(parse("owls"), limit=20)


def test_damaged_index_is_not_ready() -> None:
    make_papers("On owls")
    (folder.root() / "current" / "meta.json").write_text("{")
    with pytest.raises(IndexNotReady):
        search(parse("owls"), limit=20)


def test_commit_is_seen_by_an_open_reader() -> None:
    make_papers("On owls")
    assert find("herons") == []
    (heron,) = make_papers("On herons")
    assert find("herons") == [heron]


def _seed() -> Sequence[dict[str, str]]:
    path = SHARED / "seed_decoder_only.json"
    if not path.is_file():
        pytest.skip(f"{path} is absent: the shared data is not part of the project")
    papers: Sequence[dict[str, str]] = json.loads(path.read_text())
    return papers


def test_judged_search_lists_titles_with_the_phrase_first() -> None:
    by_id = {make_paper(title=p["title"], abstract=p["abstract"]).pk: p for p in _seed()}
    index_now()
    found = find("decoder-only")
    in_title = ["decoder-only" in by_id[paper_id]["title"].lower() for paper_id in found]
    assert in_title == [True] * 7 + [False] * (len(found) - 7)
    wanted = {pk for pk, p in by_id.items() if "decoder-only" in " ".join(p.values()).lower()}
    assert set(found) == wanted


@pytest.mark.parametrize("text", ["kestrel", "kestr*", "kestrel study", "cat:cs.LG sort:relevance"])
def test_equal_papers_of_several_commits_are_each_on_one_page(text: str) -> None:
    made: list[int] = []
    for _commit in range(3):
        made += [make_paper(title="A kestrel study").pk for _ in range(40)]
        index_now()
    pages = [search(parse(text), limit=20, offset=offset).hits for offset in range(0, 120, 20)]
    assert [hit.paper_id for page in pages for hit in page] == made[::-1]


def test_a_beginning_with_a_hyphen_stands_for_every_word_that_begins_so() -> None:
    ends = [f"{a}{b}" for a in "abcdefgh" for b in "abcdefgh"]
    for end in ends:
        make_paper(title=f"Deep l{end}q")
    index_now()
    assert search(parse("deep-l*"), limit=1).total == len(ends) > 50


def test_conditions_on_counts_may_be_joined_and_excluded() -> None:
    few, some, many = (make_paper(votes=votes, upvotes=1).pk for votes in (0, 5, 50))
    index_now()
    columns.forget()
    assert set(find("votes:>40 OR votes:<1")) == {few, many}
    assert set(find("votes:>=0 OR votes:>=1 OR upvotes:>=1")) == {few, some, many}
    assert set(find("upvotes:1 -votes:>40 -votes:<1")) == {some}
    assert set(find("votes:>=5")) == {some, many}
