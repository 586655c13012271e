import pytest

from papers.merging import merge
from readinglists.models import ReadingList, ReadingState
from tests.api_client import make_program
from tests.factories import make_entry, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def make_list_of(count: int) -> ReadingList:
    reading_list = make_reading_list(owner=make_user())
    for _ in range(count):
        make_entry(reading_list=reading_list)
    return reading_list


def ids(reading_list: ReadingList) -> list[int]:
    return list(reading_list.entries.order_by("position", "pk").values_list("pk", flat=True))


def test_many_papers_are_added_as_one_change_and_undone() -> None:
    reading_list = make_list_of(1)
    there = reading_list.entries.get().paper_id
    new = [make_paper().pk, make_paper().pk]
    program, path = make_program(user=reading_list.owner), f"/lists/{reading_list.pk}"
    body = {"papers": [new[1], there, new[0], new[1]], "tags": ["birds"]}
    told = program.send("POST", f"{path}/entries/many", body).json()
    assert told["changed"] == 2
    rows = reading_list.entries.order_by("position")
    assert [row.paper_id for row in rows] == [there, new[1], new[0]]
    assert [row.tags for row in rows] == [[], ["birds"], ["birds"]]
    assert program.send("POST", f"{path}/history/{told['change']}/undo").status_code == 200
    assert reading_list.entries.count() == 1


def test_of_many_papers_none_is_added_where_one_is_not_here() -> None:
    reading_list, paper = make_list_of(0), make_paper()
    body = {"papers": [paper.pk, paper.pk + 1000]}
    program = make_program(user=reading_list.owner)
    answer = program.send("POST", f"/lists/{reading_list.pk}/entries/many", body)
    assert answer.status_code == 422
    assert str(paper.pk + 1000) in answer.json()["detail"]
    assert not reading_list.entries.exists()


def test_a_paper_that_became_another_is_added_as_that_one() -> None:
    reading_list, paper, gone = make_list_of(0), make_paper(), make_paper(arxiv_id=None)
    merge(paper.pk, gone.pk)
    program, body = make_program(user=reading_list.owner), {"papers": [gone.pk]}
    program.send("POST", f"/lists/{reading_list.pk}/entries/many", body)
    assert reading_list.entries.get().paper_id == paper.pk


def test_many_are_tagged_moved_and_taken_out_each_as_one_change() -> None:
    reading_list = make_list_of(3)
    one, two, three = ids(reading_list)
    program = make_program(user=reading_list.owner)
    path = f"/lists/{reading_list.pk}/entries"
    chosen, before = {"entries": [two, three]}, reading_list.changes.count()
    tagged = program.send("POST", f"{path}/tag", chosen | {"tags": ["birds"]}).json()
    moved = program.send("POST", f"{path}/move", chosen | {"before": f"e{one}"}).json()
    assert (tagged["changed"], moved["changed"]) == (2, 2)
    assert ids(reading_list) == [two, three, one]
    assert program.ask(path, tag="birds")["items"][1]["id"] == three
    assert program.send("POST", f"{path}/remove", chosen).json()["changed"] == 2
    assert program.send("POST", f"{path}/remove", chosen).json() == {"changed": 0, "change": None}
    assert ids(reading_list) == [one]
    assert reading_list.changes.count() == before + 3


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("many", {"papers": []}, 422),
        ("many", {"papers": [True]}, 422),
        ("many", {"papers": [1], "tags": ["x" * 51]}, 422),
        ("remove", {"entries": []}, 422),
        ("remove", {}, 422),
        ("tag", {"entries": [1], "tags": []}, 422),
        ("tag", {"entries": [1], "tags": [" "]}, 422),
        ("move", {"entries": [1], "before": "e1", "after": "e2"}, 422),
        ("move", {"entries": [1], "before": "here"}, 422),
        ("move", {"entries": [2**62]}, 404),
    ],
)
def test_what_cannot_be_right_changes_nothing(what: str, body: object, status: int) -> None:
    reading_list = make_list_of(1)
    program, before = make_program(user=reading_list.owner), reading_list.changes.count()
    answer = program.send("POST", f"/lists/{reading_list.pk}/entries/{what}", body)
    assert answer.status_code == status, answer.content
    assert answer.json()["detail"]
    assert reading_list.changes.count() == before


def test_many_papers_are_marked() -> None:
    user, papers = make_user(), [make_paper().pk, make_paper().pk]
    program = make_program("lists", user=user)
    told = program.send("POST", "/states", {"papers": papers, "state": "read"})
    assert told.json() == {"papers": 2}
    assert set(ReadingState.objects.values_list("user", "state")) == {(user.pk, "read")}
    gone = {"papers": [papers[0], papers[1] + 1000], "state": "reading"}
    assert program.send("POST", "/states", gone).status_code == 422
    assert not ReadingState.objects.filter(state="reading").exists()
