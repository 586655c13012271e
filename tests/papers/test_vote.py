from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from papers import votes
from papers.models import Paper, PaperStats, Signal, Vote
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


def test_a_vote_is_a_snapshot_of_the_day(client: Client, paper: Paper) -> None:
    client.force_login(make_user())
    send(client, paper)
    assert Signal.objects.get(kind=Signal.Kind.VOTES).value == 1
    send(client, paper, voted="0")
    assert Signal.objects.get(kind=Signal.Kind.VOTES).value == 0


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


NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def make_joined(days_ago: float) -> User:
    user = make_user()
    User.objects.filter(pk=user.pk).update(date_joined=NOW - timedelta(days=days_ago))
    user.refresh_from_db()
    return user


def vote(paper: Paper, *, joined_days_ago: float, now: datetime = NOW) -> votes.Voted:
    return votes.set_vote(make_joined(joined_days_ago), paper, voted=True, now=now)


def test_of_a_burst_of_new_accounts_the_first_few_count(paper: Paper) -> None:
    for _ in range(votes.MOST_OF_NEW_ACCOUNTS):
        assert vote(paper, joined_days_ago=0.5).held_until is None
    held = vote(paper, joined_days_ago=0.5)
    assert held.held_until == NOW + timedelta(days=2.5)
    assert held.votes == counted(paper) == votes.MOST_OF_NEW_ACCOUNTS


def test_older_accounts_count_whatever_new_ones_do(paper: Paper) -> None:
    for _ in range(votes.MOST_OF_NEW_ACCOUNTS + 1):
        vote(paper, joined_days_ago=0.5)
    assert vote(paper, joined_days_ago=4).held_until is None
    assert counted(paper) == votes.MOST_OF_NEW_ACCOUNTS + 1


def test_a_day_later_new_accounts_count_again(paper: Paper) -> None:
    for _ in range(votes.MOST_OF_NEW_ACCOUNTS):
        vote(paper, joined_days_ago=0.5)
    later = NOW + timedelta(hours=25)
    assert vote(paper, joined_days_ago=0.5, now=later).held_until is None


def test_held_votes_count_once_their_accounts_are_older(paper: Paper) -> None:
    for _ in range(votes.MOST_OF_NEW_ACCOUNTS + 2):
        vote(paper, joined_days_ago=0.5)
    assert votes.release_held(now=NOW + timedelta(days=2)) == 0
    later = NOW + timedelta(days=3)
    assert votes.release_held(now=later) == 2
    assert votes.release_held(now=later) == 0
    assert counted(paper) == votes.MOST_OF_NEW_ACCOUNTS + 2


def test_a_held_vote_taken_back_changes_no_count(paper: Paper) -> None:
    for _ in range(votes.MOST_OF_NEW_ACCOUNTS):
        vote(paper, joined_days_ago=0.5)
    user = make_joined(0.5)
    votes.set_vote(user, paper, voted=True, now=NOW)
    assert votes.set_vote(user, paper, voted=False, now=NOW).votes == votes.MOST_OF_NEW_ACCOUNTS


def test_a_vote_of_an_unproven_address_does_not_count(paper: Paper) -> None:
    user = make_joined(30)
    EmailAddress.objects.filter(user=user).update(verified=False)
    votes.set_vote(user, paper, voted=True, now=NOW)
    assert counted(paper) == 0
    EmailAddress.objects.filter(user=user).update(verified=True)
    assert votes.release_held(now=NOW) == 1
    assert counted(paper) == 1


def test_the_reader_is_told_from_when_a_held_vote_counts(client: Client, paper: Paper) -> None:
    for _ in range(votes.MOST_OF_NEW_ACCOUNTS):
        votes.set_vote(make_user(), paper, voted=True, now=datetime.now(UTC))
    client.force_login(make_user())
    answer = client.post(
        f"/paper/number/{paper.pk}/vote/", {"voted": "1"}, headers={"HX-Request": "true"}
    )
    assert "counts from" in answer.content.decode()
    assert "not counted yet" in client.get("/").content.decode()


def test_nobody_votes_without_end(
    client: Client, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(votes, "MOST_CHANGES_AN_HOUR", 3)
    client.force_login(make_user())
    for voted in ("1", "0", "1", "0"):
        send(client, paper, voted=voted)
    assert counted(paper) == 1
    assert "as often as is allowed" in client.get("/").content.decode()


def test_an_hour_later_votes_are_free_again(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(votes, "MOST_CHANGES_AN_HOUR", 1)
    user = make_joined(30)
    votes.set_vote(user, paper, voted=True, now=NOW)
    with pytest.raises(votes.TooManyVotesError) as caught:
        votes.set_vote(user, paper, voted=False, now=NOW + timedelta(minutes=59))
    assert caught.value.until == NOW + timedelta(hours=1)
    votes.set_vote(user, paper, voted=False, now=NOW + timedelta(hours=1))
    assert counted(paper) == 0


def test_asking_for_what_is_so_already_takes_no_place(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(votes, "MOST_CHANGES_AN_HOUR", 1)
    user = make_joined(30)
    for _ in range(5):
        assert votes.set_vote(user, paper, voted=True, now=NOW).votes == 1


def test_with_an_account_its_votes_go(paper: Paper) -> None:
    user = make_joined(30)
    votes.set_vote(user, paper, voted=True, now=NOW)
    user.delete()
    assert counted(paper) == 0
