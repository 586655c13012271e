import pytest
from django.test import Client

from papers.models import Paper, PaperStats, Vote
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Paper:
    return make_paper(arxiv_id="2603.00141")


def send(client: Client, paper: Paper, voted: str = "1", **headers: str) -> int:
    headers = {f"HTTP_{name}": value for name, value in headers.items()}
    return client.post(
        f"/paper/number/{paper.pk}/vote/",
        {"voted": voted},
        **headers,  # type: ignore[arg-type]
    ).status_code


def counted(paper: Paper) -> int:
    return PaperStats.objects.get(paper=paper).votes


def test_a_vote_counts_and_raises_the_score(client: Client, paper: Paper) -> None:
    client.force_login(make_user())
    send(client, paper)
    assert counted(paper) == Vote.objects.count() == 1
    assert PaperStats.objects.get(paper=paper).popularity > 0


def test_voting_twice_counts_once(client: Client, paper: Paper) -> None:
    client.force_login(make_user())
    send(client, paper)
    send(client, paper)
    assert counted(paper) == 1


def test_a_vote_can_be_taken_back(client: Client, paper: Paper) -> None:
    client.force_login(make_user())
    send(client, paper)
    send(client, paper, voted="0")
    assert counted(paper) == Vote.objects.count() == 0


def test_taking_back_what_was_not_given_changes_nothing(client: Client, paper: Paper) -> None:
    client.force_login(make_user())
    assert send(client, paper, voted="0") == 302
    assert counted(paper) == 0


def test_htmx_gets_the_button_alone(client: Client, paper: Paper) -> None:
    client.force_login(make_user())
    answer = client.post(
        f"/paper/number/{paper.pk}/vote/", {"voted": "1"}, headers={"HX-Request": "true"}
    )
    assert answer.content.decode().strip().startswith("<button")
    assert 'aria-pressed="true"' in answer.content.decode()


def test_a_plain_form_leads_back_to_its_page(client: Client, paper: Paper) -> None:
    client.force_login(make_user())
    answer = client.post(
        f"/paper/number/{paper.pk}/vote/", {"voted": "1", "next": "/trending/month/?page=2"}
    )
    assert answer.headers["Location"] == "/trending/month/?page=2"


@pytest.mark.promise(31)
@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example/", "\\\\evil.example", "javascript:alert(1)"],
)
def test_it_never_leads_to_another_site(client: Client, paper: Paper, address: str) -> None:
    client.force_login(make_user())
    answer = client.post(f"/paper/number/{paper.pk}/vote/", {"voted": "1", "next": address})
    assert answer.headers["Location"] == "/paper/2603.00141/"


def test_signed_out_visitor_is_asked_to_log_in(client: Client, paper: Paper) -> None:
    assert send(client, paper) == 302
    assert Vote.objects.count() == 0


def test_a_paper_that_is_gone_is_not_found(client: Client, paper: Paper) -> None:
    client.force_login(make_user())
    Paper.objects.all().delete()
    assert send(client, paper) == 404


def test_looking_does_not_vote(client: Client, paper: Paper) -> None:
    client.force_login(make_user())
    assert client.get(f"/paper/number/{paper.pk}/vote/").status_code == 405


@pytest.mark.promise(29)
def test_without_the_token_it_is_refused(paper: Paper) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    assert send(client, paper) == 403
    assert Vote.objects.count() == 0
