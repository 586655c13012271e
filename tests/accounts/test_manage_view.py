"""The page that the link at the foot of an issue opens."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.digest.links import MANAGE
from accounts.models import Follow, StandingQuery, User
from accounts.schedule_form import ScheduleForm
from readinglists import list_follows, sharing
from readinglists.models import ListFollow
from tests.factories import make_entry, make_follow, make_paper, make_reading_list, make_user

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GOOD = {
    "digest_hour": "6",
    "timezone": "America/New_York",
    "digest_days": ["0", "2"],
    "digest_size": "15",
    "paused_until": "",
}


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(SUNDAY, tick=False):
        yield


@pytest.fixture
def reader() -> User:
    return make_user(email="ada@example.org", digest_enabled=True)


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


def address(reader: User, name: str = "manage") -> str:
    token = MANAGE.token_for(reader, date(2026, 2, 27))
    return reverse(f"accounts:{name}", args=[token])


def save(visitor: Client, reader: User, **changed: object) -> Any:
    return visitor.post(address(reader), {**GOOD, **changed})


def test_it_opens_without_a_login_and_sets_no_cookie(reader: User, visitor: Client) -> None:
    response = visitor.get(address(reader))
    assert response.status_code == 200
    assert not response.cookies
    assert "a…@example.org" in response.content.decode()
    assert "_auth_user_id" not in visitor.session


@pytest.mark.promise(30)
def test_opening_changes_nothing(reader: User, visitor: Client) -> None:
    before = User.objects.values().get()
    visitor.get(address(reader))
    visitor.head(address(reader))
    assert User.objects.values().get() == before


def test_saving_changes_what_was_asked(reader: User, visitor: Client) -> None:
    response = save(visitor, reader)
    assert response.status_code == 200
    assert "Your settings are saved." in response.content.decode()
    reader.refresh_from_db()
    assert (reader.digest_hour, reader.timezone) == (6, "America/New_York")
    assert (reader.digest_days, reader.digest_size) == ([0, 2], 15)
    assert reader.next_due_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


def test_a_pause_moves_the_next_issue(reader: User, visitor: Client) -> None:
    page = save(visitor, reader, paused_until="2026-03-10").content.decode()
    reader.refresh_from_db()
    assert reader.paused_until == date(2026, 3, 10)
    assert "Wednesday, 11 March, 06:00 (America/New_York)" in page
    assert 'value="2026-03-10"' in page
    save(visitor, reader)
    reader.refresh_from_db()
    assert reader.paused_until is None


def test_a_pause_that_is_over_is_none(reader: User, visitor: Client) -> None:
    save(visitor, reader, paused_until="2026-03-01")
    reader.refresh_from_db()
    assert reader.paused_until is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("timezone", "Mars/Base", "not a time zone we know"),
        ("digest_days", [], "Choose at least one day"),
        ("digest_hour", "24", "Select a valid choice"),
        ("digest_size", "51", "less than or equal to 50"),
        ("paused_until", "9999-12-31", "Two years ahead is the most"),
        ("paused_until", "soon", "Enter a valid date"),
    ],
)
def test_a_wrong_value_is_said_and_nothing_saved(
    reader: User, visitor: Client, field: str, value: object, words: str
) -> None:
    before = User.objects.values().get()
    response = save(visitor, reader, **{field: value})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert User.objects.values().get() == before


def test_other_fields_cannot_be_set(reader: User, visitor: Client) -> None:
    save(visitor, reader, is_staff="on", email="eve@example.org", digest_enabled="")
    reader.refresh_from_db()
    assert (reader.is_staff, reader.email) == (False, "ada@example.org")
    assert reader.digest_enabled


def test_what_the_settings_form_asks_besides_is_not_asked_here(reader: User) -> None:
    assert list(ScheduleForm(instance=reader).fields) == list(GOOD)


def test_the_mail_is_stopped_and_had_again(reader: User, visitor: Client) -> None:
    where = address(reader, "manage_subscription")
    assert "The daily mail is stopped." in visitor.post(where, {"on": "0"}).content.decode()
    reader.refresh_from_db()
    assert (reader.digest_enabled, reader.next_due_at) == (False, None)
    assert "The daily mail is on again." in visitor.post(where, {"on": "1"}).content.decode()
    reader.refresh_from_db()
    assert reader.digest_enabled
    assert reader.next_due_at is not None


def test_a_post_that_says_nothing_stops(reader: User, visitor: Client) -> None:
    visitor.post(address(reader, "manage_subscription"))
    reader.refresh_from_db()
    assert not reader.digest_enabled


def test_a_followed_search_is_shown_and_stopped(reader: User, visitor: Client) -> None:
    follow, other = make_follow(user=reader, query="kestrel"), make_follow(query="owl")
    page = visitor.get(address(reader)).content.decode()
    assert "kestrel" in page
    assert "owl" not in page
    where = address(reader, "manage_unfollow")
    visitor.post(where, {"search": follow.pk})
    visitor.post(where, {"search": other.pk})
    assert Follow.objects.get() == other
    assert StandingQuery.objects.get().text == "owl"


def test_a_followed_list_is_shown_without_its_address_and_stopped(
    reader: User, visitor: Client
) -> None:
    link = sharing.make_link(make_reading_list(title="Decoders"))
    for user in (reader, make_user()):
        list_follows.follow(user, link)
    page = visitor.get(address(reader)).content.decode()
    assert "What is added to “Decoders”" in page
    assert (sharing.key_of(link) or "") not in page
    where = address(reader, "manage_unfollow")
    visitor.post(where, {"list": ListFollow.objects.exclude(user=reader).get().pk})
    assert ListFollow.objects.count() == 2
    visitor.post(where, {"list": ListFollow.objects.get(user=reader).pk})
    assert ListFollow.objects.get().user != reader


def test_a_list_whose_link_was_withdrawn_is_shown_as_ended(reader: User, visitor: Client) -> None:
    link = sharing.make_link(make_reading_list(title="Decoders"))
    list_follows.follow(reader, link)
    sharing.revoke_links(link.reading_list)
    page = visitor.get(address(reader)).content.decode()
    assert "it is not shown to you any more" in page
    assert "Decoders" not in page


@pytest.mark.parametrize("value", ["", "x", "²", "9" * 30, "0"])
def test_what_is_no_follow_ends_nothing(reader: User, visitor: Client, value: str) -> None:
    make_follow(user=reader)
    where = address(reader, "manage_unfollow")
    assert visitor.post(where, {"search": value, "list": value}).status_code == 200
    assert Follow.objects.exists()


def test_it_is_not_worth_an_account(reader: User, visitor: Client) -> None:
    make_entry(
        reading_list=make_reading_list(owner=reader, title="My own list"),
        paper=make_paper(title="A saved paper"),
    )
    follow = make_follow(user=reader)
    page = visitor.get(address(reader)).content.decode()
    for secret in ("ada@example.org", "My own list", "A saved paper", "/f/", "/accounts/email/"):
        assert secret not in page
    assert visitor.get("/settings/").status_code == 302
    assert visitor.get("/lists/").status_code == 302
    assert visitor.get(reverse("accounts:follow_page", args=[follow.pk])).status_code == 302


def test_logging_in_is_said_to_give_more(reader: User, visitor: Client) -> None:
    page = visitor.get(address(reader)).content.decode()
    assert f"{reverse('account_request_login_code')}?next=/settings/" in page


@pytest.mark.promise(33)
@pytest.mark.parametrize("is_good", [True, False])
def test_nothing_keeps_indexes_or_passes_on_the_address(
    reader: User, visitor: Client, is_good: bool
) -> None:
    response = visitor.get(address(reader) if is_good else "/manage/1.20260303.x/")
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in response.content.decode()


@pytest.mark.parametrize("name", ["manage", "manage_subscription", "manage_unfollow"])
def test_an_old_or_broken_link_is_not_found_in_words(
    reader: User, visitor: Client, name: str
) -> None:
    where, before = address(reader, name), User.objects.values().get()
    broken = where.replace(".2026", ".2027")
    with time_machine.travel(SUNDAY + timedelta(days=40)):
        answers = [visitor.post(where, {**GOOD, "on": "0"}), visitor.post(broken, GOOD)]
    for response in answers:
        page = response.content.decode()
        assert response.status_code == 404
        assert "This link does not work" in page
        assert reverse("account_request_login_code") in page
    assert User.objects.values().get() == before


@pytest.mark.parametrize("name", ["manage_subscription", "manage_unfollow"])
def test_what_changes_something_is_only_posted(reader: User, visitor: Client, name: str) -> None:
    assert visitor.get(address(reader, name)).status_code == 405
    assert visitor.delete(address(reader)).status_code == 405


def test_more_follows_cost_no_more_queries(
    reader: User, visitor: Client, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        make_follow(user=reader, query=f"owl{number}")
        list_follows.follow(reader, sharing.make_link(make_reading_list()))
    with django_assert_num_queries(3):
        visitor.get(address(reader))


def test_every_form_of_the_page_is_sent_with_the_token(reader: User, visitor: Client) -> None:
    make_follow(user=reader)
    page = visitor.get(address(reader)).content.decode()
    names = ("manage", "manage_subscription", "manage_unfollow")
    forms = re.findall(r'<form method="post" action="(/manage/[^"]+)"', page)
    assert forms == [address(reader, name) for name in names]
