from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import feed_keys, following, unfollowing
from accounts.models import Follow, StandingQuery, User
from papers.search.follower import index_now
from papers.search.tree import And, Phrase, Query
from readinglists import list_follows, sharing
from readinglists.models import ListFollow
from tests.factories import (
    make_announcement,
    make_follow,
    make_match,
    make_paper,
    make_reading_list,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def index_folder(settings: Settings, tmp_path: Path) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"


@pytest.fixture
def reader(client: Client) -> User:
    user = make_user()
    client.force_login(user)
    return user


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_one_click_follows_and_leads_back(client: Client, reader: User) -> None:
    answer = client.post("/follows/follow/", {"q": "kestrel", "next": "/search/?q=kestrel"})
    assert answer.headers["Location"] == "/search/?q=kestrel"
    assert Follow.objects.get().user == reader


def test_an_address_elsewhere_is_not_gone_to(client: Client, reader: User) -> None:
    answer = client.post("/follows/follow/", {"q": "owl", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/follows/"


def test_a_visitor_logs_in_first_and_loses_nothing(client: Client) -> None:
    answer = client.post("/follows/follow/", {"q": 'au:"Ada Moor"'})
    address = urlsplit(answer.headers["Location"])
    after = urlsplit(parse_qs(address.query)["next"][0])
    assert (address.path, after.path) == ("/accounts/login/", "/follows/follow/")
    assert parse_qs(after.query) == {"q": ['au:"Ada Moor"']}
    assert not Follow.objects.exists()


def test_opening_the_page_follows_nothing(client: Client, reader: User) -> None:
    index_now()
    assert "would have brought" in page(client, "/follows/follow/?q=kestrel")
    assert not Follow.objects.exists()


def test_it_says_what_the_last_30_days_would_have_given(client: Client, reader: User) -> None:
    make_paper(title="New kestrels", announced_on=NOW.date() - timedelta(days=29))
    make_paper(title="Old kestrels", announced_on=NOW.date() - timedelta(days=31))
    index_now()
    shown = page(client, "/follows/follow/?q=kestrel")
    assert "<strong>1</strong> paper." in shown
    assert "New kestrels" in shown
    assert "Old kestrels" not in shown


def test_without_an_index_it_can_still_be_followed(client: Client, reader: User) -> None:
    shown = page(client, "/follows/follow/?q=kestrel")
    assert "cannot be said just now" in shown
    assert 'name="q" value="kestrel"' in shown


def test_what_is_followed_already_is_said(client: Client, reader: User) -> None:
    make_follow(user=reader, query="kestrel", name="Birds")
    index_now()
    assert "You follow it already, as “Birds”." in page(client, "/follows/follow/?q=KESTREL")


@pytest.mark.parametrize("text", ["", "x" * 1001])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_cannot_be_followed_is_kept_and_said(
    client: Client, reader: User, method: str, text: str
) -> None:
    answer = getattr(client, method)("/follows/follow/", {"q": text})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert f'value="{text}"' in answer.content.decode()


def test_an_author_is_narrowed_by_category_and_co_author() -> None:
    for code, other in (("cs.CL", "Ben Oak"), ("cs.CL", "Cy Pine"), ("cs.RO", "Ben Oak")):
        make_paper(authors=("Ada Moor", other), categories=(code,), announced_on=NOW.date())
    index_now()
    found = following.preview(Query(And((Phrase("Ada Moor"),))), today=NOW.date())
    assert found.count == 3
    query = Query(And((Phrase("Ada Moor", "au"),)))
    ids = [paper.pk for paper in found.papers]
    categories = list(following._by_category(query, ids))
    assert [(each.label, each.query, each.papers) for each in categories] == [
        ("cs.CL", 'au:"Ada Moor" cat:cs.CL', 2),
        ("cs.RO", 'au:"Ada Moor" cat:cs.RO', 1),
    ]
    co_authors = list(following._by_co_author(query, ids))
    assert [each.query for each in co_authors] == [
        'au:"Ada Moor" au:"Ben Oak"',
        'au:"Ada Moor" au:"Cy Pine"',
    ]


def test_the_list_shows_each_with_what_it_brought(client: Client, reader: User) -> None:
    mine = make_follow(user=reader, query="kestrel", name="Birds")
    make_match(follow=mine, paper=make_paper(announced_on=NOW.date()))
    make_match(follow=mine, paper=make_paper(announced_on=NOW.date() - timedelta(days=40)))
    make_follow(query="owl", name="Of another")
    shown = page(client, "/follows/")
    assert "1 paper in the last 30 days" in shown
    assert f"/f/{feed_keys.key_of(mine)}.atom" in shown
    assert "Of another" not in shown


def test_more_follows_cost_no_more_queries(
    client: Client, reader: User, django_assert_num_queries: Any
) -> None:
    for number in range(12):
        make_follow(user=reader, query=f"owl{number}")
    with django_assert_num_queries(5):
        client.get("/follows/")


def test_a_follow_shows_what_matched_lately_newest_first(client: Client, reader: User) -> None:
    mine = make_follow(user=reader)
    for days, title in ((9, "Owls of May"), (2, "Owls of June"), (40, "Owls of March")):
        paper = make_paper(title=title, announced_on=NOW.date() - timedelta(days=days))
        make_match(follow=mine, paper=paper)
    shown = page(client, f"/follows/{mine.pk}/")
    assert 0 < shown.index("Owls of June") < shown.index("Owls of May")
    assert "Owls of March" not in shown


def test_what_matched_comes_in_pages(client: Client, reader: User) -> None:
    mine = make_follow(user=reader)
    for number in range(21):
        paper = make_paper(title=f"Owl {number}.", announced_on=NOW.date())
        make_match(follow=mine, paper=paper)
    assert 'rel="next"' in page(client, f"/follows/{mine.pk}/")
    assert "Owl 0." in page(client, f"/follows/{mine.pk}/?page=2")
    assert "ends before this page" in page(client, f"/follows/{mine.pk}/?page=3")


def test_a_follow_just_made_says_that_it_is_being_asked(client: Client, reader: User) -> None:
    mine = make_follow(user=reader)
    assert "being looked through" in page(client, f"/follows/{mine.pk}/")
    StandingQuery.objects.update(seeded_at=NOW)
    assert "Nothing matched in the last 30 days" in page(client, f"/follows/{mine.pk}/")


def test_it_is_renamed(client: Client, reader: User) -> None:
    mine = make_follow(user=reader)
    client.post(f"/follows/{mine.pk}/change/", {"name": "Falcons"})
    assert Follow.objects.get().name == "Falcons"


def test_a_name_of_nothing_is_refused_in_words(client: Client, reader: User) -> None:
    mine = make_follow(user=reader, name="Birds")
    answer = client.post(f"/follows/{mine.pk}/change/", {"name": " "})
    assert (answer.status_code, Follow.objects.get().name) == (422, "Birds")
    assert "at least one character" in answer.content.decode()


def test_it_leaves_and_joins_the_digest(client: Client, reader: User) -> None:
    mine = make_follow(user=reader)
    client.post(f"/follows/{mine.pk}/digest/", {"in_digest": "0"})
    assert not Follow.objects.get().in_digest
    client.post(f"/follows/{mine.pk}/digest/", {"in_digest": "1"})
    assert Follow.objects.get().in_digest


def test_a_new_key_is_shown(client: Client, reader: User) -> None:
    mine = make_follow(user=reader)
    old = feed_keys.key_of(mine)
    client.post(f"/follows/{mine.pk}/key/")
    shown = page(client, f"/follows/{mine.pk}/change/")
    assert f"/f/{feed_keys.key_of(Follow.objects.get())}.bib" in shown
    assert str(old) not in shown


def test_a_follow_removed_can_be_taken_back_as_it_was(client: Client, reader: User) -> None:
    mine = make_follow(user=reader, name="Birds")
    Follow.objects.update(in_digest=False)
    key = feed_keys.key_of(mine)
    gone = client.post(f"/follows/{mine.pk}/remove/", follow=True).content.decode()
    assert "You no longer follow “Birds”." in gone
    assert not Follow.objects.exists()
    client.post("/follows/take-back/")
    again = Follow.objects.get()
    assert (again.name, again.in_digest, feed_keys.key_of(again)) == ("Birds", False, key)
    assert (again.created_at, StandingQuery.objects.get().followers) == (mine.created_at, 1)
    assert "You no longer follow" not in page(client, "/follows/")


def test_what_was_followed_anew_meanwhile_stays(client: Client, reader: User) -> None:
    client.post(f"/follows/{make_follow(user=reader, name='Birds').pk}/remove/")
    make_follow(user=reader, name="Falcons")
    client.post("/follows/take-back/")
    assert Follow.objects.get().name == "Falcons"


def test_nothing_to_take_back_is_said(client: Client, reader: User) -> None:
    assert (
        "nothing to take back" in client.post("/follows/take-back/", follow=True).content.decode()
    )


def test_after_an_hour_a_follow_is_gone_for_good(reader: User) -> None:
    kept = unfollowing.end(make_follow(user=reader), now=NOW)
    assert unfollowing.can_take_back(kept, now=NOW + timedelta(minutes=59))
    assert not unfollowing.can_take_back(kept, now=NOW + timedelta(minutes=60))


HTMX = {"HX-Request": "true"}


def test_by_htmx_the_button_changes_in_its_place(client: Client, reader: User) -> None:
    asked = {"q": "kestrel <b>", "label": "Follow kestrels"}
    pressed = client.post("/follows/follow/", asked, headers=HTMX).content.decode()
    assert 'aria-pressed="true"' in pressed
    assert "&lt;b&gt;" in pressed
    address = f"/follows/{Follow.objects.get().pk}/remove/"
    released = client.post(address, asked, headers=HTMX).content.decode()
    assert 'aria-pressed="false"' in released
    assert ">Follow kestrels</button>" in released
    assert not Follow.objects.exists()


@pytest.mark.parametrize(
    ("query", "words"), [("owl", "You follow 1 search"), ("", "nothing to follow")]
)
def test_by_htmx_a_refusal_is_said_beside_the_button(
    client: Client, reader: User, settings: Settings, query: str, words: str
) -> None:
    settings.FOLLOWS_PER_READER = 1
    make_follow(user=reader, query="kestrel")
    answer = client.post("/follows/follow/", {"q": query}, headers=HTMX)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_by_htmx_a_visitor_is_led_to_log_in(client: Client) -> None:
    answer = client.post("/follows/follow/", {"q": "owl"}, headers=HTMX)
    assert "%3Fq%3Dowl" in answer.headers["HX-Redirect"]


ACTIONS = ["change", "digest", "key", "remove"]


@pytest.mark.parametrize("action", ACTIONS)
def test_another_readers_follow_does_not_exist(client: Client, reader: User, action: str) -> None:
    other = make_follow(name="Theirs")
    answer = client.post(f"/follows/{other.pk}/{action}/", {"name": "Mine"})
    assert answer.status_code == 404
    assert Follow.objects.get().name == "Theirs"


@pytest.mark.parametrize("action", ["digest", "key", "remove"])
def test_nothing_changes_by_opening_an_address(client: Client, reader: User, action: str) -> None:
    mine = make_follow(user=reader)
    assert client.get(f"/follows/{mine.pk}/{action}/").status_code == 405
    assert Follow.objects.get().feed_generation == 1


@pytest.mark.parametrize("action", ["", "show", *ACTIONS])
def test_a_visitor_is_asked_to_log_in(client: Client, action: str) -> None:
    mine = make_follow()
    address = f"/follows/{mine.pk}/{action}/" if action else "/follows/"
    address = address.replace("show/", "")
    method = client.post if action in ACTIONS else client.get
    assert method(address).headers["Location"].startswith("/accounts/login/")
    assert Follow.objects.get().feed_generation == 1


def test_a_category_is_followed_from_its_page_in_one_click(client: Client, reader: User) -> None:
    make_announcement(category="cs.CL")
    assert 'name="q" value="cat:cs.CL" formaction="/follows/follow/"' in page(client, "/new/cs.CL/")
    make_follow(user=reader, query="cat:cs.CL")
    assert "Following</button>" in page(client, "/new/cs.CL/")


def test_a_visitor_sees_where_a_category_is_followed(client: Client) -> None:
    make_announcement(category="cs.CL")
    assert 'href="/follows/follow/?q=cat%3Acs.CL"' in page(client, "/new/cs.CL/")


def test_authors_and_categories_are_followed_from_a_paper(client: Client) -> None:
    make_paper(arxiv_id="2603.00141", authors=("Ada Moor",), categories=("cs.CL",))
    shown = page(client, "/paper/2603.00141/")
    assert "/follows/follow/?q=au%3A%22Ada%20Moor%22" in shown
    assert "/follows/follow/?q=cat%3Acs.CL" in shown


@pytest.mark.parametrize(
    ("query", "said"), [("owl", False), ("is:saved", True), ("votes:>3", True)]
)
def test_what_is_looked_at_anew_is_said_before(
    client: Client, reader: User, query: str, said: bool
) -> None:
    index_now()
    assert ("looked at anew" in page(client, f"/follows/follow/?q={query}")) is said


def test_a_search_is_followed_from_its_page_in_one_click(client: Client, reader: User) -> None:
    index_now()
    shown = page(client, "/search/?q=kestrel+%22owl%22")
    assert 'name="q" value="kestrel &quot;owl&quot;" formaction="/follows/follow/"' in shown
    make_follow(user=reader, query='"OWL" kestrel')
    assert "Following</button>" in page(client, "/search/?q=kestrel+%22owl%22")


def test_who_searches_for_an_author_is_asked_before_following(client: Client, reader: User) -> None:
    index_now()
    asked = 'href="/follows/follow/?q=au%3Amoor"'
    assert asked in page(client, "/search/?q=au:moor")
    assert asked not in page(client, "/search/?q=au:moor+cat:cs.CL")


def test_a_search_page_names_its_feeds(client: Client) -> None:
    index_now()
    shown = page(client, "/search/?q=kestrel")
    assert 'type="application/atom+xml" href="/search/feed.atom?q=kestrel"' in shown
    assert 'href="/search/papers.bib?q=kestrel"' in shown


def test_followed_lists_are_shown_and_can_be_stopped(client: Client, reader: User) -> None:
    link = sharing.make_link(make_reading_list(title="Decoders"))
    list_follows.follow(reader, link)
    text = page(client, "/follows/")
    assert f'href="/l/{sharing.key_of(link)}/">Decoders</a>' in text
    stop = reverse("readinglists:unfollow_list", args=[ListFollow.objects.get().pk])
    assert f'formaction="{stop}"' in text
    client.post(stop, {"next": "/follows/"})
    assert "Decoders" not in page(client, "/follows/")


def test_a_list_whose_link_was_withdrawn_is_shown_as_ended(client: Client, reader: User) -> None:
    link = sharing.make_link(make_reading_list(title="Decoders"))
    list_follows.follow(reader, link)
    sharing.revoke_links(link.reading_list)
    text = page(client, "/follows/")
    assert "it is not shown to you any more" in text
    assert "Decoders" not in text
