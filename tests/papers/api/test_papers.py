import pytest

from papers.models import PaperIdentifier, PaperRequest, SeenPaper, Vote
from tests.api_client import Program, make_program
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


def test_a_paper_is_read_without_a_token() -> None:
    paper = make_paper(arxiv_id="2603.00141", title="Kestrels", categories=("cs.LG", "cs.CL"))
    told = Program().ask(f"/papers/{paper.pk}")
    assert told["title"] == "Kestrels"
    assert told["categories"] == ["cs.CL", "cs.LG"]
    assert told["url"].endswith("/paper/2603.00141/")
    assert told["mine"] is None


@pytest.mark.parametrize(
    "path",
    [
        "/papers/arxiv/2603.00141",
        "/papers/arxiv/2603.00141v2",
        "/papers/named?name=https://arxiv.org/abs/2603.00141v3",
        "/papers/named?name=10.1234/abc",
    ],
)
def test_a_paper_is_found_by_any_of_its_names(path: str) -> None:
    paper = make_paper(arxiv_id="2603.00141")
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1234/abc")
    assert Program().ask(path)["number"] == paper.pk


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/papers/1", 404),
        ("/papers/99999999999999999999", 422),
        ("/papers/arxiv/2603.00999", 404),
        ("/papers/arxiv/no/such/thing", 404),
        ("/papers/named?name=nothing", 422),
        ("/papers/named", 422),
        ("/papers/named?name=%00", 422),
        ("/papers/named?nmae=2603.00141", 422),
        ("/trending?categroy=cs.LG", 422),
        ("/papers/arxiv/%0A", 404),
        ("/papers/abc", 404),
        ("/nothing", 404),
        ("/", 404),
    ],
)
def test_what_is_not_there_is_said_in_words(path: str, status: int) -> None:
    response = Program().send("GET", path)
    assert response.status_code == status
    told = response.json()
    assert told["detail"]
    assert isinstance(told["errors"], list)


def test_marks_are_told_to_a_token_that_may_read() -> None:
    paper, user = make_paper(), make_user()
    make_program("vote", user=user).send("PUT", f"/papers/{paper.pk}/vote")
    assert make_program("read", user=user).ask(f"/papers/{paper.pk}")["mine"]["voted"] is True
    assert make_program("vote", user=user).ask(f"/papers/{paper.pk}")["mine"] is None


def test_a_vote_is_given_and_taken_back() -> None:
    paper, program = make_paper(), make_program("vote")
    assert program.send("PUT", f"/papers/{paper.pk}/vote").json()["votes"] == 1
    assert program.send("PUT", f"/papers/{paper.pk}/vote").json()["votes"] == 1
    assert program.send("DELETE", f"/papers/{paper.pk}/vote").json() == {
        "voted": False,
        "votes": 0,
        "held_until": None,
    }
    assert not Vote.objects.exists()


def test_too_many_votes_are_refused_with_the_time_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("papers.votes.MOST_CHANGES_AN_HOUR", 1)
    program = make_program("vote")
    program.send("PUT", f"/papers/{make_paper().pk}/vote")
    response = program.send("PUT", f"/papers/{make_paper().pk}/vote")
    assert response.status_code == 429
    assert 3500 < int(response["Retry-After"]) <= 3600


def test_papers_are_marked_as_seen_one_or_many() -> None:
    one, other, program = make_paper(), make_paper(), make_program("vote")
    assert program.send("PUT", f"/papers/{one.pk}/seen").status_code == 204
    told = program.send("POST", "/seen", {"papers": [one.pk, other.pk, 10**15]})
    assert told.json() == {"papers": 2}
    program.send("DELETE", f"/papers/{one.pk}/seen")
    assert [row.paper_id for row in SeenPaper.objects.all()] == [other.pk]


def test_an_unknown_paper_is_asked_for() -> None:
    user = make_user()
    program = make_program(user=user)
    response = program.send("POST", "/requests", {"name": "arXiv:2603.00999"})
    assert response.status_code == 202
    row = PaperRequest.objects.get()
    assert response.json()["id"] == row.pk
    assert program.ask(f"/requests/{row.pk}")["state"] == "waiting"
    assert make_program().send("GET", f"/requests/{row.pk}").status_code == 404


def test_a_known_paper_is_answered_at_once() -> None:
    paper = make_paper(arxiv_id="2603.00141")
    response = make_program("lists").send("POST", "/requests", {"name": "2603.00141"})
    assert response.status_code == 200
    assert response.json()["paper"]["number"] == paper.pk


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("thing", ["vote", "seen"])
def test_without_the_scope_nothing_changes(method: str, thing: str) -> None:
    path = f"/papers/{make_paper().pk}/{thing}"
    response = Program().send(method, path)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    response = make_program("read", "lists", "follows").send(method, path)
    assert response.status_code == 403
    assert "vote" in response.json()["detail"]
    assert not Vote.objects.exists()
