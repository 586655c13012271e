from contextlib import suppress

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from accounts import follows
from accounts.follows import CannotFollow, follow
from accounts.models import Follow, QueryMatch, StandingQuery, User
from papers.search.language import parse
from papers.search.split import query_hash
from tests.factories import make_follow, make_match, make_paper, make_user

pytestmark = pytest.mark.django_db


def test_a_search_is_followed_under_its_own_words() -> None:
    made = follow(make_user(), "  kestrel   owl ")
    assert (made.name, made.query, made.in_digest) == ("kestrel owl", "kestrel owl", True)
    assert made.standing is not None
    assert (made.standing.text, made.standing.followers) == ("kestrel owl", 1)


def test_the_same_search_is_followed_once() -> None:
    user = make_user()
    first = follow(user, "kestrel owl", "Birds")
    again = follow(user, "OWL kestrel", "Other")
    assert (again.pk, again.name, Follow.objects.count()) == (first.pk, "Birds", 1)
    assert StandingQuery.objects.get().followers == 1


def test_readers_share_one_standing_query() -> None:
    first, second = make_follow(query="kestrel owl"), make_follow(query="owl Kestrel")
    assert first.standing_id == second.standing_id
    assert StandingQuery.objects.get().followers == 2


def test_the_database_allows_no_second_row_for_a_search() -> None:
    made = make_follow()
    with pytest.raises(IntegrityError), transaction.atomic():
        Follow.objects.create(user=made.user, name="x", query="x", query_hash=made.query_hash)


def test_the_last_follower_takes_the_standing_query_along() -> None:
    first, second = make_follow(), make_follow()
    make_match(follow=first, paper=make_paper())
    first.delete()
    assert StandingQuery.objects.get().followers == 1
    second.delete()
    assert not StandingQuery.objects.exists()
    assert not QueryMatch.objects.exists()


def test_an_account_that_closes_lets_go_of_its_searches() -> None:
    make_follow().user.delete()
    assert not StandingQuery.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "\x00", "()", "*"])
def test_nothing_cannot_be_followed(text: str) -> None:
    with pytest.raises(CannotFollow, match="nothing to follow"):
        follow(make_user(), text)


def test_a_search_that_is_too_long_is_refused_in_words() -> None:
    with pytest.raises(CannotFollow, match="characters"):
        follow(make_user(), "owl " * 500)


def test_a_reader_follows_so_many_and_no_more(settings: Settings) -> None:
    settings.FOLLOWS_PER_READER = 2
    user = make_user()
    kept = [follow(user, text) for text in ("owl", "kestrel")]
    with pytest.raises(CannotFollow, match="You follow 2 searches"):
        follow(user, "wren")
    assert follow(user, "owl").pk == kept[0].pk


def test_another_readers_follows_do_not_count(settings: Settings) -> None:
    settings.FOLLOWS_PER_READER = 1
    make_follow(query="owl")
    assert make_follow(query="kestrel").pk


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Owls\n at  dusk", "Owls at dusk"), ("x" * 300, "x" * 199 + "…"), ("a\x00b", "a b")],
)
def test_a_name_is_one_line(typed: str, name: str) -> None:
    made = make_follow()
    follows.rename(made, typed)
    assert Follow.objects.get().name == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ('au:"Ada Moor"', "Ada Moor"),
        ("cat:cs.CL", "cs.CL"),
        ('au:"Ada Moor" cat:cs.CL', 'au:"Ada Moor" cat:cs.CL'),
        ("\u200bowl", "owl"),
    ],
)
def test_an_author_or_a_category_gives_the_name(query: str, name: str) -> None:
    assert make_follow(query=query).name == name


def test_a_name_of_nothing_is_refused() -> None:
    made = make_follow(name="Birds")
    with pytest.raises(CannotFollow):
        follows.rename(made, " \x00 ")
    assert Follow.objects.get().name == "Birds"


def test_a_search_too_long_to_be_written_out_is_refused_in_words() -> None:
    text = f"ti:({' '.join(f'word{number:010}' for number in range(64))})"
    assert len(text) < 1000
    with pytest.raises(CannotFollow, match="Written out"):
        follow(make_user(), text)


@hypothesis_settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60), name=st.text(max_size=30))
def test_whatever_is_typed_is_followed_or_refused(text: str, name: str) -> None:
    user = User.objects.first() or make_user()
    with transaction.atomic(), suppress(CannotFollow):
        made = follow(user, text, name)
        assert query_hash(parse(made.query).tree) == made.query_hash
        made.delete()
