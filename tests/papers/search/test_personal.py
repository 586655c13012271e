from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import Delivery
from papers import votes
from papers.search.personal import NOBODY, personal_for
from tests.factories import make_entry, make_reading_list, make_user

pytestmark = pytest.mark.django_db


def test_visitor_has_nothing_of_their_own() -> None:
    assert personal_for(AnonymousUser()) is NOBODY
    assert not NOBODY.is_known


def test_reader_has_what_they_saved_and_voted_for_and_nobody_elses() -> None:
    reader = make_user()
    entry = make_entry(reading_list=make_reading_list(owner=reader))
    other = make_entry()
    votes.set_vote(reader, entry.paper, voted=True, now=timezone.now())
    votes.set_vote(make_user(), other.paper, voted=True, now=timezone.now())
    found = personal_for(reader)
    assert found.saved() == found.voted() == {entry.paper_id}


def test_list_is_found_by_its_name_whatever_its_capitals() -> None:
    reader = make_user()
    entry = make_entry(reading_list=make_reading_list(owner=reader, title="To read"))
    make_entry(reading_list=make_reading_list(title="To read"))
    assert personal_for(reader).in_list("TO READ") == frozenset({entry.paper_id})


def test_empty_list_is_not_the_same_as_none() -> None:
    reader = make_user()
    make_reading_list(owner=reader, title="Later")
    found = personal_for(reader)
    assert (found.in_list("later"), found.in_list("sooner")) == (frozenset(), None)


def test_new_is_since_the_last_issue_that_reached_the_reader() -> None:
    reader = make_user()
    for day, state in ((3, "sent"), (4, "failed")):
        Delivery.objects.create(
            user=reader,
            local_date=date(2026, 3, day),
            due_at=timezone.now(),
            state=state,
            message_id=f"<{day}@example.org>",
        )
    assert personal_for(reader).new_since() == date(2026, 3, 3)


def test_without_an_issue_new_is_the_last_week() -> None:
    week_ago = timezone.now().date() - timedelta(days=7)
    assert personal_for(make_user()).new_since() == week_ago


def test_each_part_is_read_once(django_assert_num_queries: pytest.FixtureRequest) -> None:
    found = personal_for(make_user())
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert found.voted() == found.voted()
