from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from benchmarks import mixed_proof, mixed_site
from benchmarks.mixed_proof import FeedsRead
from papers.models import Source
from tests.factories import make_user
from tests.origin.many_feeds import ManyFeeds

pytestmark = pytest.mark.django_db


def add_feed(key: str, **values: object) -> Source:
    return Source.objects.create(kind=Source.Kind.SYNDICATION, key=key, **values)


def test_a_feed_that_was_asked_too_seldom_is_told() -> None:
    read = FeedsRead.of([24, 23, 22, 0], hours=24)
    assert list(read.faults()) == [
        "2 of 4 feeds were asked less than 23 times in 24 hours, one of them 0 times"
    ]


def test_feeds_that_were_asked_in_each_hour_but_the_last_pass() -> None:
    assert list(FeedsRead.of([24, 23, 25], hours=24).faults()) == []


def test_in_the_shortest_run_each_feed_is_asked_once() -> None:
    assert list(FeedsRead.of([1], hours=1).faults()) == []
    assert list(FeedsRead.of([0], hours=1).faults()) != []


def test_a_feed_that_fails_is_told() -> None:
    add_feed("http://one.example/", state=Source.State.FAILING, last_error="No answer.")
    add_feed("http://two.example/", state=Source.State.OK)
    assert list(FeedsRead.of([], hours=1).faults()) == [
        "1 feeds fail, such as http://one.example/: No answer."
    ]


def test_an_hour_makes_those_feeds_due_that_were_not_read_in_it() -> None:
    now = timezone.now()
    later, hour = now + timedelta(hours=1), now - timedelta(seconds=30)
    before, after = hour - timedelta(seconds=5), hour + timedelta(seconds=5)
    never = add_feed("never", next_due_at=later)
    waiting = add_feed("waiting", next_due_at=later, last_attempt_at=before)
    add_feed("read", next_due_at=later, last_attempt_at=after)
    held = add_feed("held", next_due_at=later, last_attempt_at=before, leased_until=later)
    mixed_site.make_feeds_due(hour)
    soon = now + timedelta(minutes=5)
    due = Source.objects.filter(next_due_at__lte=soon)
    assert set(due) == {never, waiting}
    Source.objects.filter(pk=held.pk).update(leased_until=None)
    mixed_site.make_feeds_due(hour)
    assert set(due.all()) == {never, waiting, held}


def test_feeds_of_an_earlier_run_are_taken_out() -> None:
    add_feed("http://127.1.0.1:1/feed.xml")
    kept = add_feed("https://journal.example/feed.xml")
    with ManyFeeds(count=2) as feeds:
        mixed_site.add_feeds(feeds)
        keys = set(Source.objects.values_list("key", flat=True))
    assert keys == {kept.key, *feeds.addresses}


def test_all_readers_who_do_not_play_come_due_and_nobody_else() -> None:
    users = [make_user(email=f"r{n}@example.org") for n in range(5)]
    User.objects.update(digest_enabled=True)
    make_user(email="without@example.org", digest_enabled=False)
    playing = {users[0].pk, users[4].pk}
    due = mixed_proof.make_due(float("inf"), 5.0, 60.0, without=playing)
    assert due.readers == [user.pk for user in users[1:4]]
    soon = User.objects.filter(next_due_at__lte=timezone.now() + timedelta(minutes=2))
    assert set(soon.values_list("pk", flat=True)) == set(due.readers)
    assert len(mixed_proof.make_due(2, 5.0, 60.0, without=playing).readers) == 2
