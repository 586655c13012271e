from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import signing
from django.core.mail import EmailMessage
from pytest_django import Settings

from accounts import subscribe, topics
from accounts.bounces import suppression
from accounts.bounces.addresses import hash_address
from accounts.bounces.suppression import Why
from accounts.limits import Limit
from accounts.models import Follow, Suppression, User
from accounts.subscribe import Outcome, Subscribed, Wish, wish_for
from accounts.topics import Topic, TopicGone
from readinglists import sharing
from readinglists.models import ListFollow, ReadingList, ShareLink
from tests.factories import make_follow, make_reading_list, make_user

SUNDAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WISH = Wish("new@example.org", "Europe/Berlin")


def make_unproven_user(*, email: str = WISH.email, **fields: object) -> User:
    """Somebody signed up with the address and never confirmed it."""
    user = User.objects.create_user(email, "a stranger's passphrase", **fields)
    EmailAddress.objects.create(user=user, email=email, verified=False, primary=True)
    return user


def test_a_link_gives_back_the_wish() -> None:
    assert subscribe.read_token(subscribe.make_token(WISH)) == WISH


@pytest.mark.parametrize(
    "wish",
    [
        Wish("a@example.org", "UTC", "query", "kestrel “owl”"),
        Wish("a@example.org", "UTC", "list", link=7, generation=2),
    ],
)
def test_a_link_says_what_was_asked_for(wish: Wish) -> None:
    assert subscribe.read_token(subscribe.make_token(wish)) == wish


def test_a_link_of_the_earlier_form_is_still_read() -> None:
    fields = {"email": WISH.email, "timezone": WISH.timezone, "what": "digest"}
    assert subscribe.read_token(signing.dumps(fields, salt=subscribe.SALT)) == WISH


def test_the_longest_search_makes_an_address_that_can_be_opened() -> None:
    text = "".join(chr(0x4E00 + n) for n in range(990))
    token = subscribe.make_token(Wish("a@example.org", "UTC", "query", text))
    assert len(token) < 8_000
    assert subscribe.read_token(token).query == text


def test_a_link_dies_after_48_hours() -> None:
    with time_machine.travel(SUNDAY, tick=False):
        token = subscribe.make_token(WISH)
    with time_machine.travel(SUNDAY + timedelta(hours=47, minutes=59), tick=False):
        assert subscribe.read_token(token) == WISH
    late = time_machine.travel(SUNDAY + timedelta(hours=48, seconds=2), tick=False)
    with late, pytest.raises(subscribe.LinkExpiredError):
        subscribe.read_token(token)


@pytest.mark.parametrize(
    "token",
    ["", "x", "a:b:c", signing.dumps({"email": "a@example.org"})],
    ids=["empty", "a letter", "three parts", "signed for something else"],
)
def test_a_foreign_link_is_refused(token: str) -> None:
    with pytest.raises(subscribe.LinkError):
        subscribe.read_token(token)


def test_a_changed_link_is_refused() -> None:
    with pytest.raises(subscribe.LinkError):
        subscribe.read_token("A" + subscribe.make_token(WISH))


@pytest.mark.django_db
def test_a_network_that_is_full_takes_no_place_of_an_address(
    monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    monkeypatch.setattr(subscribe, "MAILS_A_NETWORK", Limit("network", 1, 3600))
    monkeypatch.setattr(subscribe, "MAILS_AN_ADDRESS", Limit("address", 1, 3600))
    assert subscribe.ask(Wish("other@example.org", "UTC"), network="192.0.2.1")
    assert not subscribe.ask(WISH, network="192.0.2.1")
    assert subscribe.ask(WISH, network="192.0.2.2")


@pytest.mark.django_db
def test_a_new_address_becomes_a_reader_without_password() -> None:
    user, outcome = subscribe.subscribe(WISH, SUNDAY)
    assert outcome is Outcome.NEW
    assert not user.has_usable_password()
    assert user.timezone == "Europe/Berlin"
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("new@example.org", True, True)


@pytest.mark.django_db
def test_the_first_issue_is_due_at_the_hour_of_the_reader() -> None:
    user, _ = subscribe.subscribe(WISH, SUNDAY)
    user.refresh_from_db()
    assert user.next_due_at == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_asking_twice_changes_nothing() -> None:
    subscribe.subscribe(WISH, SUNDAY)
    user, outcome = subscribe.subscribe(WISH, SUNDAY + timedelta(days=1))
    assert outcome is Outcome.ALREADY_ON
    assert user.next_due_at == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_known_reader_is_switched_on_and_keeps_password_and_zone() -> None:
    make_user(email="new@example.org", timezone="Asia/Tokyo", paused_until=SUNDAY.date())
    user, outcome = subscribe.subscribe(WISH, SUNDAY)
    assert outcome is Outcome.SWITCHED_ON
    assert user.check_password("a long passphrase")
    assert user.timezone == "Asia/Tokyo"
    assert user.paused_until is None
    assert user.next_due_at is not None


@pytest.mark.django_db
def test_a_known_reader_without_weekdays_gets_the_usual_ones() -> None:
    make_user(email="new@example.org", digest_days=[])
    user, _ = subscribe.subscribe(WISH, SUNDAY)
    user.refresh_from_db()
    assert user.digest_days == [0, 1, 2, 3, 4]
    assert user.next_due_at is not None


@pytest.mark.django_db
def test_a_second_confirmed_address_subscribes_its_reader() -> None:
    reader = make_user(email="main@example.org")
    EmailAddress.objects.create(user=reader, email=WISH.email, verified=True, primary=False)
    user, _ = subscribe.subscribe(WISH, SUNDAY)
    assert user == reader
    assert user.email == "main@example.org"


@pytest.mark.django_db
def test_the_password_of_an_unconfirmed_sign_up_stops_working() -> None:
    make_unproven_user(digest_enabled=True)
    user, outcome = subscribe.subscribe(WISH, SUNDAY)
    assert outcome is Outcome.SWITCHED_ON
    assert not user.has_usable_password()
    address = EmailAddress.objects.get(user=user)
    assert (address.verified, address.primary) == (True, True)
    assert user.next_due_at is not None


@pytest.mark.django_db
def test_an_administrator_made_by_hand_keeps_the_password() -> None:
    User.objects.create_superuser(WISH.email, "a long passphrase")
    user, _ = subscribe.subscribe(WISH, SUNDAY)
    assert user.check_password("a long passphrase")


@pytest.mark.django_db
def test_the_case_of_an_address_does_not_matter() -> None:
    User.objects.create_superuser("New@Example.org", "a long passphrase")
    subscribe.subscribe(WISH, SUNDAY)
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_closed_account_stays_closed() -> None:
    make_user(email=WISH.email, is_active=False)
    user, outcome = subscribe.subscribe(WISH, SUNDAY)
    assert outcome is Outcome.CLOSED
    user.refresh_from_db()
    assert not user.is_active
    assert not user.digest_enabled


@pytest.mark.django_db
@pytest.mark.parametrize("why", [Why.BOUNCES, Why.COMPLAINT])
def test_confirming_from_the_mailbox_lets_a_stopped_digest_go_on(why: Why) -> None:
    reader = make_user(email=WISH.email, digest_enabled=True)
    suppression.stop(reader, why, "Stopped.", now=SUNDAY)
    user, outcome = subscribe.subscribe(WISH, SUNDAY)
    assert outcome is Outcome.SWITCHED_ON
    assert (user.mail_stopped_at, user.next_due_at is not None) == (None, True)
    assert not Suppression.objects.exists()


@pytest.mark.django_db
def test_an_address_on_the_list_can_come_anew() -> None:
    Suppression.objects.create(address_hash=hash_address(WISH.email), why=Why.BOUNCES)
    user, outcome = subscribe.subscribe(WISH, SUNDAY)
    assert outcome is Outcome.NEW
    assert user.next_due_at is not None
    assert not Suppression.objects.exists()


@pytest.mark.django_db
def test_what_an_operator_stopped_stays_stopped() -> None:
    Suppression.objects.create(address_hash=hash_address(WISH.email), why=Why.OPERATOR)
    user, _outcome = subscribe.subscribe(WISH, SUNDAY)
    user.refresh_from_db()
    assert user.mail_stopped_why == "Whoever runs this site has stopped mail to your address."
    assert user.next_due_at is None


@pytest.mark.django_db
def test_confirming_another_address_lifts_nothing() -> None:
    reader = make_user(email="main@example.org", digest_enabled=True)
    EmailAddress.objects.create(user=reader, email=WISH.email, verified=True, primary=False)
    suppression.stop(reader, Why.BOUNCES, "Stopped.", now=SUNDAY)
    user, outcome = subscribe.subscribe(WISH, SUNDAY)
    assert outcome is Outcome.ALREADY_ON
    user.refresh_from_db()
    assert user.mail_stopped_at is not None


def press(topic: Topic, email: str = WISH.email) -> Subscribed:
    return subscribe.subscribe_to(wish_for(email, "Europe/Berlin", topic), topic, SUNDAY)


def list_topic(reading_list: ReadingList | None = None) -> Topic:
    link = sharing.make_link(reading_list or make_reading_list(title="Decoders"))
    return topics.asked_for(query=None, key=sharing.key_of(link))


def test_a_wish_for_a_list_holds_no_key() -> None:
    link = ShareLink(pk=7, generation=2)
    wish = wish_for("a@example.org", "UTC", Topic(topics.Kind.LIST, "Decoders", link=link, key="K"))
    assert wish == Wish("a@example.org", "UTC", "list", link=7, generation=2)


@pytest.mark.django_db
def test_a_category_is_the_digest_and_a_follow() -> None:
    done = press(topics.of_query("cat:cs.CL"))
    assert (done.outcome, done.refused) == (Outcome.NEW, "")
    assert done.reader.digest_enabled
    assert "trending" in done.reader.digest_sections
    follow = Follow.objects.get(user=done.reader)
    assert (follow.name, follow.query) == ("cs.CL", "cat:cs.CL")


@pytest.mark.django_db
def test_a_search_is_a_follow_and_no_issue_without_a_match() -> None:
    done = press(topics.of_query("kestrel owl"))
    done.reader.refresh_from_db()
    assert done.reader.digest_enabled
    assert done.reader.digest_sections == ["followed", "near", "lists", "saved"]
    assert Follow.objects.get(user=done.reader).query == "kestrel owl"


@pytest.mark.django_db
def test_a_list_is_a_follow_of_it_through_its_link() -> None:
    topic = list_topic()
    done = press(topic)
    row = ListFollow.objects.get(user=done.reader)
    assert (row.share_link, row.generation) == (topic.link, 1)
    assert done.reader.digest_sections == ["followed", "near", "lists", "saved"]


@pytest.mark.django_db
def test_a_second_place_is_added_and_hour_and_days_stay() -> None:
    make_user(email=WISH.email, digest_enabled=True, digest_hour=20, digest_days=[2])
    done = press(topics.of_query("kestrel"))
    assert done.outcome is Outcome.ADDED
    done.reader.refresh_from_db()
    assert (done.reader.digest_hour, done.reader.digest_days) == (20, [2])
    assert "trending" in done.reader.digest_sections
    assert Follow.objects.get().query == "kestrel"


@pytest.mark.django_db
def test_the_same_thing_twice_is_said() -> None:
    press(topics.of_query("kestrel owl"))
    assert press(topics.of_query("owl kestrel")).outcome is Outcome.ALREADY_ON
    assert Follow.objects.count() == 1


@pytest.mark.django_db
def test_the_days_papers_come_too_once_they_are_asked_for() -> None:
    press(topics.of_query("kestrel"))
    done = press(Topic())
    assert done.outcome is Outcome.ADDED
    done.reader.refresh_from_db()
    assert "trending" in done.reader.digest_sections


@pytest.mark.django_db
def test_sections_in_an_order_of_their_own_stay(settings: Settings) -> None:
    make_user(email=WISH.email, digest_enabled=True, digest_sections=["trending", "lists"])
    for topic in (Topic(), topics.of_query("kestrel")):
        assert press(topic).reader.digest_sections == ["trending", "lists"]


@pytest.mark.django_db
def test_a_reader_at_the_limit_gets_the_digest_and_words(settings: Settings) -> None:
    reader = make_user(email=WISH.email)
    make_follow(user=reader, query="owl")
    settings.FOLLOWS_PER_READER = 1
    done = press(topics.of_query("kestrel"))
    assert "You follow 1 search, which is the most" in done.refused
    reader.refresh_from_db()
    assert reader.digest_enabled
    assert Follow.objects.count() == 1


@pytest.mark.django_db
def test_a_link_withdrawn_at_the_last_moment_leaves_nothing_behind() -> None:
    topic = list_topic()
    assert topic.link is not None
    sharing.revoke_links(topic.link.reading_list)
    with pytest.raises(TopicGone):
        press(topic)
    assert not User.objects.filter(email=WISH.email).exists()


@pytest.mark.django_db
def test_a_closed_account_gets_no_follow() -> None:
    make_user(email=WISH.email, is_active=False)
    assert press(topics.of_query("kestrel")).outcome is Outcome.CLOSED
    assert not Follow.objects.exists()
