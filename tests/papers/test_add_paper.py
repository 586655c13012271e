from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from papers.models import HostGate, PaperRequest
from tests.factories import make_paper, make_user

pytestmark = pytest.mark.django_db

PAGE = "/papers/add/"
ID = "2603.01234"


@pytest.fixture
def reader(client: Client) -> User:
    reader = make_user()
    client.force_login(reader)
    return reader


def make_request(*, by: User, **fields: object) -> PaperRequest:
    given = {"scheme": "arxiv", "value": ID, "requested_by": by}
    return PaperRequest.objects.create(**(given | fields))


def text(client: Client, request: PaperRequest) -> str:
    return client.get(f"{PAGE}{request.pk}/").content.decode()


def test_what_is_pasted_becomes_a_request_with_a_page(client: Client, reader: User) -> None:
    response = client.post(PAGE, {"text": f"https://arxiv.org/abs/{ID}v2"})
    made = PaperRequest.objects.get()
    assert response["Location"] == f"{PAGE}{made.pk}/"
    assert (made.requested_by, made.value) == (reader, ID)


def test_a_paper_that_is_here_is_opened(client: Client, reader: User) -> None:
    make_paper(arxiv_id=ID)
    response = client.post(PAGE, {"text": ID}, follow=True)
    assert response.redirect_chain[-1][0] == f"/paper/{ID}/"
    assert "This paper is here already." in response.content.decode()
    assert not PaperRequest.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Paste an arXiv id"),
        ("2613.01234", "there is no month 13"),
        ("http://127.0.0.1/paper", "own network"),
        ("some words", "neither an arXiv id nor a DOI"),
    ],
)
def test_what_names_no_paper_is_refused_and_stays(
    client: Client, reader: User, typed: str, words: str
) -> None:
    response = client.post(PAGE, {"text": typed})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert f'value="{typed}"' in response.content.decode() or not typed
    assert not PaperRequest.objects.exists()


def test_a_search_hands_its_words_over(client: Client, reader: User) -> None:
    assert f'value="{ID}"' in client.get(PAGE, {"text": ID}).content.decode()
    assert not PaperRequest.objects.exists()


def test_the_page_lists_what_the_reader_asked_for(client: Client, reader: User) -> None:
    found = make_request(by=reader, state="found", paper=make_paper(title="The Found One"))
    make_request(by=reader, state="failed", reason="arXiv has no paper 2603.99999.")
    make_request(by=make_user(), value="2603.77777")
    shown = client.get(PAGE).content.decode()
    assert "The Found One" in shown
    assert f"/lists/add/{found.paper_id}/" in shown
    assert "arXiv has no paper 2603.99999." in shown
    assert "2603.77777" not in shown


def test_while_it_is_fetched_the_page_looks_again(client: Client, reader: User) -> None:
    shown = text(client, make_request(by=reader))
    assert 'hx-trigger="every 1s"' in shown
    assert '<noscript><meta http-equiv="refresh"' in shown


def test_a_failure_that_is_tried_again_says_why_and_when(client: Client, reader: User) -> None:
    due = datetime(2099, 1, 1, 14, 5, tzinfo=UTC)
    shown = text(client, make_request(by=reader, reason="arxiv.org is away.", next_due_at=due))
    assert "arxiv.org is away." in shown
    assert "tried again at 14:05" in shown
    assert 'hx-trigger="every 10s"' in shown


def test_a_paper_that_was_not_found_says_why_and_stops(client: Client, reader: User) -> None:
    reason = "arXiv has no paper 2603.99999."
    shown = text(client, make_request(by=reader, state="failed", reason=reason))
    assert reason in shown
    assert "every 10s" not in shown
    assert "refresh" not in shown


@pytest.mark.parametrize("address", ["", "1/"])
def test_a_pause_that_arxiv_asked_for_is_said(client: Client, reader: User, address: str) -> None:
    make_request(by=reader, pk=1)
    until = timezone.now() + timedelta(minutes=9)
    HostGate.objects.create(host="arxiv.org", next_allowed_at=until)
    shown = client.get(PAGE + address).content.decode()
    assert f"left alone until {until:%H:%M}" in shown


def test_when_it_is_here_the_reader_is_led_to_it(client: Client, reader: User) -> None:
    found = make_request(by=reader, state="found", paper=make_paper(arxiv_id=ID))
    address = f"{PAGE}{found.pk}/"
    assert client.get(address)["Location"] == f"/paper/{ID}/"
    by_htmx = client.get(address, headers={"HX-Request": "true"})
    assert by_htmx["HX-Redirect"] == f"/paper/{ID}/"


def test_a_look_that_brings_nothing_new_is_silent(client: Client, reader: User) -> None:
    request = make_request(by=reader)
    seen = text(client, request).split("?seen=")[1].split('"')[0]
    address, htmx = f"{PAGE}{request.pk}/?seen={seen}", {"HX-Request": "true"}
    assert client.get(address, headers=htmx).status_code == 204
    PaperRequest.objects.update(attempts=1, reason="arxiv.org is away.")
    part = client.get(address, headers=htmx)
    assert "arxiv.org is away." in part.content.decode()
    assert "<html" not in part.content.decode()


def test_anothers_request_is_not_there(client: Client, reader: User) -> None:
    other = make_request(by=make_user())
    assert client.get(f"{PAGE}{other.pk}/").status_code == 404
    assert client.get(f"{PAGE}77777/").status_code == 404


@pytest.mark.parametrize("address", ["", "1/"])
def test_a_visitor_logs_in_first(client: Client, address: str) -> None:
    response = client.get(PAGE + address)
    assert response["Location"] == f"/accounts/login/?next={PAGE}{address}"
    assert client.post(PAGE, {"text": ID}).status_code == 302
    assert not PaperRequest.objects.exists()
    by_htmx = client.get(PAGE + address, headers={"HX-Request": "true"})
    assert by_htmx["HX-Redirect"].startswith("/accounts/login/")


def test_other_methods_are_refused(client: Client, reader: User) -> None:
    request = make_request(by=reader)
    assert client.put(PAGE).status_code == 405
    assert client.post(f"{PAGE}{request.pk}/").status_code == 405
