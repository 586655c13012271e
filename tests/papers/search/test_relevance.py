from datetime import date

import pytest

from papers.models import Paper, SearchEpoch
from papers.search import follower, questions
from papers.search.engine import SearchResult, search
from papers.search.personal import Personal
from papers.search.tree import And, Dated, InCategory, Is, Node, Not, Or, Phrase, Query, Word
from tests.factories import make_paper
from tests.papers.meaning.corpus import fit_here, make_library, serve

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def library(db: None) -> dict[str, list[Paper]]:
    SearchEpoch.objects.get_or_create(pk=1)
    library = make_library(announced_on=date(2026, 3, 2))
    serve(fit_here())
    assert follower.index_now()
    return library


def words(text: str, *others: Node) -> Query:
    return Query(And((*(Word(word) for word in text.split()), *others)))


def find(query: Query, *, limit: int = 50, offset: int = 0) -> SearchResult:
    return search(query, limit=limit, offset=offset)


def titles(result: SearchResult) -> list[str]:
    named = Paper.objects.in_bulk([hit.paper_id for hit in result.hits])
    return [named[hit.paper_id].title for hit in result.hits]


def test_near_papers_follow_those_that_hold_all(library: dict[str, list[Paper]]) -> None:
    result = find(words("gripper"))
    assert result.total == 5
    assert [hit.is_near for hit in result.hits] == [False] * 5 + [True] * result.near
    assert titles(result)[5] == "Robots 3"


def test_near_papers_are_on_the_page_after_the_others(library: dict[str, list[Paper]]) -> None:
    whole = find(words("gripper"))
    pages = [find(words("gripper"), limit=2, offset=offset).hits for offset in (0, 2, 4, 6)]
    assert [hit for page in pages for hit in page] == list(whole.hits)[:8]


def test_near_papers_are_not_looked_for_before_their_page(
    library: dict[str, list[Paper]],
) -> None:
    assert find(words("gripper"), limit=3).near == 0
    assert find(words("gripper"), limit=5).near > 0


@pytest.mark.parametrize(
    "tree",
    [
        Word("gripper", "ti"),
        Or((Word("gripper"), Word("grasping"))),
        And((Word("gripper"), Not(Word("arm")))),
    ],
)
def test_operators_are_never_loosened(tree: Node, library: dict[str, list[Paper]]) -> None:
    result = find(Query(tree))
    assert result.near == 0
    assert not any(hit.is_near for hit in result.hits)


def test_near_papers_keep_to_the_filters(library: dict[str, list[Paper]]) -> None:
    Paper.objects.filter(title="Robots 1").update(announced_on=date(2026, 1, 1))
    follower.index_now()
    result = find(words("gripper enzyme", Dated(date(2026, 3, 1), None), InCategory("cs.LG")))
    assert result.near > 0
    assert "Robots 1" not in titles(result)


def test_a_paper_with_some_of_the_words_is_near(library: dict[str, list[Paper]]) -> None:
    result = find(words("enzyme unheard"))
    assert result.total == 0
    assert {title[:8] for title in titles(result)[:5]} == {"Proteins"}


def test_a_word_with_a_slip_finds_what_it_is_like(library: dict[str, list[Paper]]) -> None:
    result = find(words("fodling enzyme"))
    assert {title[:8] for title in titles(result)[:4]} == {"Proteins"}


def test_without_a_model_words_alone_are_searched(db: None) -> None:
    SearchEpoch.objects.get_or_create(pk=1)
    paper = make_paper(title="Robots", abstract="An arm.")
    assert follower.index_now()
    assert [hit.paper_id for hit in find(words("robots arm")).hits] == [paper.pk]
    (hit,) = find(words("robots unheard")).hits
    assert (hit.paper_id, hit.is_near) == (paper.pk, True)


def test_a_phrase_may_be_near_too(library: dict[str, list[Paper]]) -> None:
    result = find(Query(Phrase("gripper manipulation")))
    assert result.total == 4
    assert result.near > 0


def test_words_of_grammar_alone_find_what_holds_them(library: dict[str, list[Paper]]) -> None:
    paper = make_paper(title="To be or not", abstract="")
    follower.index_now()
    assert find(words("not be or")).hits[0].paper_id == paper.pk


def test_of_a_long_question_the_most_telling_words_are_searched(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    SearchEpoch.objects.get_or_create(pk=1)
    monkeypatch.setattr(questions, "MOST_WORDS", 1)
    for number in range(3):
        make_paper(title=f"Robot {number}", abstract="A robot arm.")
    rare = make_paper(title="Enzymes", abstract="An enzyme.")
    assert follower.index_now()
    found = find(words("unheard robot arm enzyme")).hits
    assert [hit.paper_id for hit in found] == [rare.pk]


def test_a_title_with_all_words_comes_before_a_shorter_one_with_some(db: None) -> None:
    SearchEpoch.objects.get_or_create(pk=1)
    some = make_paper(title="Robot arms", abstract="Robot arms and voices. Voices of robots.")
    every = make_paper(title="On many things such as an arm of a robot, and its voice", abstract="")
    assert follower.index_now()
    found = find(words("robot arm voice")).hits
    assert [hit.paper_id for hit in found][:2] == [every.pk, some.pk]


def test_words_close_together_in_a_title_come_first(db: None) -> None:
    SearchEpoch.objects.get_or_create(pk=1)
    many = "of one and two and three and four and five and six and seven"
    apart = make_paper(title=f"Robot {many} arm", abstract="Arm.")
    close = make_paper(title=f"Voices {many} robot and arm", abstract="")
    assert follower.index_now()
    found = find(words("robot arm")).hits
    assert [hit.paper_id for hit in found] == [close.pk, apart.pk]


def test_words_in_the_order_typed_come_first(db: None) -> None:
    SearchEpoch.objects.get_or_create(pk=1)
    for title in ("Nocturnal Owls and Herons", "Herons and Nocturnal Owls", "Owls, Nocturnal"):
        make_paper(title=title, abstract="Birds of a wood.")
    assert follower.index_now()
    assert titles(find(words("owls nocturnal")))[0] == "Owls, Nocturnal"
    assert titles(find(words("herons owls")))[0] == "Herons and Nocturnal Owls"
    assert titles(find(words("owls herons")))[0] == "Nocturnal Owls and Herons"


def test_words_as_typed_come_before_other_forms_of_them(db: None) -> None:
    SearchEpoch.objects.get_or_create(pk=1)
    for title in ("Trained Owl at the Night", "Training Owls for the Night Watch of Old Towns"):
        make_paper(title=title, abstract="Birds of a wood.")
    assert follower.index_now()
    assert titles(find(words("training owls the night")))[0].startswith("Training Owls")
    assert titles(find(words("trained owl night")))[0].startswith("Trained Owl")


def test_near_papers_keep_to_what_a_condition_excludes(library: dict[str, list[Paper]]) -> None:
    near = {hit.paper_id for hit in find(words("gripper")).hits if hit.is_near}
    some = frozenset(list(near)[:2])
    reader = Personal(seen=lambda: some, is_known=True)
    found = search(words("gripper", Not(Is("seen"))), limit=50, personal=reader)
    assert {hit.paper_id for hit in found.hits if hit.is_near} == near - some
