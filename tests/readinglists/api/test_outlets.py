import pytest

from readinglists.models import Role
from tests.api_client import make_program
from tests.factories import make_entry, make_member, make_paper, make_reading_list

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("ending", "kind", "said"),
    [
        ("bib", "application/x-bibtex", b"@"),
        ("ris", "application/x-research-info-systems", b"TY  -"),
        ("csl.json", "application/vnd.citationstyles.csl+json", b"["),
        ("csv", "text/csv", b"Kestrels"),
        ("md", "text/markdown", b"Kestrels"),
        ("txt", "text/plain", b"2603.00141"),
    ],
)
def test_a_private_list_is_had_as_a_file(ending: str, kind: str, said: bytes) -> None:
    paper = make_paper(arxiv_id="2603.00141", title="Kestrels")
    reading_list = make_entry(reading_list=make_reading_list(), paper=paper).reading_list
    program = make_program("read", user=reading_list.owner)
    path = f"/api/v1/lists/{reading_list.pk}/papers.{ending}"
    response = program.get(path)
    assert response.status_code == 200
    assert response["Content-Type"].startswith(kind)
    assert said in response.getvalue()
    assert response["Cache-Control"] == "private, no-store"
    assert response["RateLimit-Limit"]
    same = program.get(path, headers={"If-None-Match": response["ETag"]})
    assert (same.status_code, same.getvalue()) == (304, b"")


def test_head_of_a_file_reads_no_paper() -> None:
    reading_list = make_entry().reading_list
    program = make_program("read", user=reading_list.owner)
    path = f"/api/v1/lists/{reading_list.pk}/papers.bib"
    head, response = program.head(path), program.get(path)
    assert (head.status_code, head.getvalue()) == (200, b"")
    assert head["ETag"] == response["ETag"]


def test_a_file_of_no_known_kind_is_refused() -> None:
    reading_list = make_reading_list()
    program = make_program(user=reading_list.owner)
    answer = program.get(f"/api/v1/lists/{reading_list.pk}/papers.exe")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "path.ending"


def test_a_member_leaves_and_an_owner_cannot() -> None:
    member = make_member(role=Role.VIEWER)
    reading_list = member.reading_list
    path = f"/lists/{reading_list.pk}/membership"
    assert make_program(user=reading_list.owner).send("DELETE", path).status_code == 422
    program = make_program("lists", user=member.user)
    assert program.send("DELETE", path).status_code == 204
    assert program.send("DELETE", path).status_code == 404
    assert not reading_list.members.exists()
