"""The three questions to a new reader, and how they are reached."""

from itertools import pairwise
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import follows
from accounts.models import Follow, User
from accounts.subscribe import Wish, make_token
from papers.models import Category, Vote
from tests.accounts.mails import find_link
from tests.factories import make_follow, make_paper, make_user

pytestmark = pytest.mark.django_db
PAGES = ("categories", "likes", "hour", "preview")
HOUR = {"digest_hour": "6", "timezone": "Europe/Berlin", "digest_days": ["0", "3"]}
PASSWORD = "a long passphrase"


@pytest.fixture
def reader(client: Client) -> User:
    reader = make_user()
    client.force_login(reader)
    return reader


def post(client: Client, page: str, **data: object) -> Any:
    return client.post(f"/welcome/{page}/", data)


def goes_on_at(client: Client) -> str:
    return client.get("/welcome/")["Location"].rstrip("/").rpartition("/")[2]


def test_confirming_a_first_address_leads_there(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})
    answer = client.post(find_link(mailoutbox[0]))
    assert answer["Location"] == "/welcome/"
    assert goes_on_at(client) == "categories"


def test_confirming_in_another_browser_leads_there_through_the_login(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})
    other = Client()
    assert other.post(find_link(mailoutbox[0]))["Location"] == "/accounts/login/?next=/welcome/"


def test_whoever_asked_for_another_page_gets_that_one(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    form = {"email": "new@example.org", "password1": PASSWORD, "next": "/follows/"}
    client.post("/accounts/signup/", form)
    assert client.post(find_link(mailoutbox[0]))["Location"] == "/follows/"


def test_confirming_a_second_address_does_not_lead_there(
    client: Client, mailoutbox: list[EmailMessage], reader: User
) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"email": "second@example.org", "action_add": ""})
    assert client.post(find_link(mailoutbox[-1]))["Location"] != "/welcome/"


def test_a_new_subscriber_is_led_there_by_a_code(client: Client) -> None:
    page = client.post(f"/subscribe/confirm/{make_token(Wish('new@example.org', 'UTC'))}/")
    assert "/accounts/login/code/?next=/welcome/" in page.content.decode()


@pytest.mark.parametrize("page", ["", *(f"{name}/" for name in PAGES)])
def test_a_visitor_is_asked_to_log_in(client: Client, page: str) -> None:
    assert "/accounts/login/" in client.get(f"/welcome/{page}")["Location"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_and_are_kept_by_no_cache(client: Client, reader: User, page: str) -> None:
    response = client.get(f"/welcome/{page}/")
    assert response.status_code == 200
    assert response.content.decode().count("<h1") == 1
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("page", PAGES)
def test_other_methods_are_refused(client: Client, reader: User, page: str) -> None:
    assert client.delete(f"/welcome/{page}/").status_code == 405


def test_categories_are_followed_and_the_papers_come_next(client: Client, reader: User) -> None:
    answer = post(client, "categories", category=["cs.CL", "cs.LG"])
    assert answer["Location"] == "/welcome/likes/"
    assert {each.query for each in Follow.objects.of(reader.pk)} == {"cat:cs.CL", "cat:cs.LG"}


def test_what_was_chosen_is_ticked_when_one_goes_back(client: Client, reader: User) -> None:
    post(client, "categories", category=["cs.CL"])
    page = client.get("/welcome/categories/").content.decode()
    assert 'value="cs.CL" checked' in page
    assert 'value="cs.LG" checked' not in page


def test_what_is_no_longer_ticked_is_followed_no_longer(client: Client, reader: User) -> None:
    make_follow(user=reader, query="cat:cs.CL kestrel")
    post(client, "categories", category=["cs.CL", "cs.LG"])
    post(client, "categories", category=["cs.LG"])
    queries = {each.query for each in Follow.objects.of(reader.pk)}
    assert queries == {"cat:cs.CL kestrel", "cat:cs.LG"}


def test_an_unknown_category_is_refused_in_words_and_the_ticks_stay(
    client: Client, reader: User
) -> None:
    answer = post(client, "categories", category=["cs.CL", "cs.XX"])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“cs.XX” is no category of this site. Nothing was changed." in page
    assert 'value="cs.CL" checked' in page
    assert not Follow.objects.exists()


def test_categories_of_papers_here_are_offered_with_their_names(
    client: Client, reader: User
) -> None:
    Category.objects.create(code="math.AG")
    assert "Algebraic Geometry" in client.get("/welcome/categories/").content.decode()


@pytest.mark.parametrize(("page", "following"), list(pairwise(PAGES)))
def test_each_question_can_be_skipped_and_nothing_changes(
    client: Client, reader: User, page: str, following: str
) -> None:
    assert post(client, page, skip="1")["Location"] == f"/welcome/{following}/"
    assert not Follow.objects.exists()
    assert not User.objects.get().digest_enabled


def test_one_goes_on_where_one_stopped(client: Client, reader: User) -> None:
    post(client, "categories", skip="1")
    assert goes_on_at(client) == "likes"
    assert "Go on with your first choices" in client.get("/").content.decode()
    post(client, "likes")
    assert goes_on_at(client) == "hour"
    post(client, "hour", **HOUR)
    assert "Go on with your first choices" not in client.get("/").content.decode()


def test_on_another_device_one_goes_on_at_what_was_never_answered(
    client: Client, reader: User
) -> None:
    follows.follow(reader, "cat:cs.CL")
    assert goes_on_at(client) == "likes"
    Vote.objects.create(user_id=reader.pk, paper=make_paper())
    assert goes_on_at(client) == "hour"
    post(client, "hour", **HOUR)
    assert goes_on_at(client) == "preview"


def test_an_author_is_followed_and_named_and_can_be_left_again(
    client: Client, reader: User
) -> None:
    answer = client.post("/welcome/likes/?q=owl", {"author": 'au:"Ada Owl"'})
    assert answer["Location"] == "/welcome/likes/?q=owl"
    followed = Follow.objects.get()
    assert "No longer follow Ada Owl" in client.get("/welcome/likes/").content.decode()
    post(client, "likes", unfollow=followed.pk)
    assert not Follow.objects.exists()


def test_nobody_ends_the_follow_of_another_reader(client: Client, reader: User) -> None:
    other = make_follow(query='au:"Ada Owl"')
    post(client, "likes", unfollow=other.pk)
    assert Follow.objects.get() == other


def test_an_author_of_no_name_is_refused_in_words(client: Client, reader: User) -> None:
    answer = post(client, "likes", author="")
    assert answer.status_code == 422
    assert "There is nothing to follow" in answer.content.decode()


def test_a_search_that_cannot_be_asked_says_so(client: Client, reader: User) -> None:
    page = client.get("/welcome/likes/?q=kestrel").content.decode()
    assert "Papers cannot be searched just now" in page


def test_the_hour_is_kept_and_the_mail_switched_on(client: Client, reader: User) -> None:
    assert post(client, "hour", **HOUR)["Location"] == "/welcome/preview/"
    reader.refresh_from_db()
    assert reader.digest_enabled
    assert (reader.digest_hour, reader.timezone) == (6, "Europe/Berlin")
    assert reader.digest_days == [0, 3]
    assert reader.next_due_at is not None


def test_an_hour_without_days_is_refused_and_nothing_typed_is_lost(
    client: Client, reader: User
) -> None:
    answer = post(client, "hour", **{**HOUR, "digest_days": []})
    assert answer.status_code == 422
    assert '<option value="6" selected>' in answer.content.decode()
    assert not User.objects.get().digest_enabled


def test_the_preview_says_when_followed_searches_are_still_looked_for(
    client: Client, reader: User
) -> None:
    follows.follow(reader, "cat:cs.CL")
    assert "still being looked for" in client.get("/welcome/preview/").content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_more_papers_and_follows_cost_no_more_queries(
    client: Client, reader: User, page: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        make_paper(categories=("cs.CL",))
        follows.follow(reader, f'au:"Ada Owl {number}"')
    with django_assert_max_num_queries(25):
        client.get(f"/welcome/{page}/")
