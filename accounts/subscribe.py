"""The Subscribe box: an address, a mail with a link, a page with one button.

It decides who becomes a subscriber. Nothing is written before the button under the link from the
mailbox is pressed, and the asking half never looks whether an address is known, so that it cannot
tell. It never logs anybody in: links are forwarded, and a stranger's link pressed by mistake must
not put a reader into the stranger's account. Read more: docs/decisions.md, "Subscribe".
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import get_language

from accounts import topics
from accounts.bounces import suppression
from accounts.digest.items import TRENDING
from accounts.digest.schedule import reschedule
from accounts.follows import CannotFollow
from accounts.limits import Limit, take
from accounts.models import User
from accounts.timezones import timezone_or_utc
from accounts.topics import Topic, TopicGone
from papers import letters
from papers.mailing import post

LINK_LASTS = timedelta(hours=48)
SALT = "accounts.subscribe"

MAILS_AN_ADDRESS = Limit("subscribe-address", amount=3, window_seconds=3600)
# A campus behind one address may hold many readers; a robot wants thousands.
MAILS_A_NETWORK = Limit("subscribe-network", amount=30, window_seconds=3600)


class LinkError(Exception):
    """The link is cut, changed or of another site."""


class LinkExpiredError(LinkError):
    """The link was good and is older than LINK_LASTS."""


@dataclass(frozen=True)
class Wish:
    """What somebody asked for: `what` is "digest", "query" or "list", of which the others say
    which. The link of a list stands for its key, which no mail holds; a public list has none."""

    email: str
    timezone: str
    what: str = "digest"
    query: str = ""
    link: int = 0
    generation: int = 0
    public_list: int = 0


class Outcome(Enum):
    NEW = auto()
    SWITCHED_ON = auto()
    ADDED = auto()
    ALREADY_ON = auto()
    CLOSED = auto()


@dataclass(frozen=True)
class Subscribed:
    """What became of a wish; `refused` says in words why the digest is all that was added."""

    reader: User
    outcome: Outcome
    refused: str = ""


def wish_for(email: str, timezone: str, topic: Topic) -> Wish:
    if topic.link is not None:
        link = topic.link
        return Wish(email, timezone, "list", link=link.pk, generation=link.generation)
    if topic.public_list is not None:
        return Wish(email, timezone, "list", public_list=topic.public_list.pk)
    if topic.query:
        return Wish(email, timezone, "query", topic.query)
    return Wish(email, timezone)


def topic_of(wish: Wish) -> Topic:
    """Return what the wish is for, as it is now. Raises CannotFollow, TopicGone among it."""
    return topics.again(
        query=wish.query,
        link_id=wish.link,
        generation=wish.generation,
        public_list=wish.public_list,
    )


def ask(wish: Wish, *, network: str, topic: Topic | None = None) -> bool:
    """Send the mail with the link, unless a limit says no; return whether it was sent.

    `topic` is what the wish is for. The caller shows the same page either way. Raises
    CacheAwayError when the limits cannot be read, OSError or SMTPException when the mail cannot be
    handed over.
    """
    if not (take(MAILS_A_NETWORK, network) and take(MAILS_AN_ADDRESS, wish.email)):
        return False
    post(_confirmation_mail(wish, topic or Topic()))
    return True


def make_token(wish: Wish) -> str:
    # Compressed: the text of a search may be long, and addresses in mails break where they are.
    fields = {name: value for name, value in asdict(wish).items() if value}
    return signing.dumps(fields, salt=SALT, compress=True)


def read_token(token: str) -> Wish:
    """Return the wish in a link. Raises LinkError, and LinkExpiredError after 48 hours."""
    try:
        fields = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
        return Wish(**fields)
    except signing.SignatureExpired as error:
        raise LinkExpiredError from error
    except (signing.BadSignature, TypeError) as error:
        raise LinkError from error


def subscribe(wish: Wish, now: datetime) -> tuple[User, Outcome]:
    """Make the reader, or switch the digest on for a known one, in one transaction.

    The wish must come from `read_token`: it is the proof that the address is its reader's. Asking
    again changes nothing. A closed account stays closed and untouched.
    """
    with transaction.atomic():
        user, is_new = _get_or_make_user(wish)
        if not user.is_active:
            return user, Outcome.CLOSED
        was_proven = _prove_address(user, wish.email)
        was_stopped = suppression.lift_by_link(user, wish.email, now)
        if user.digest_enabled and was_proven and not was_stopped:
            return user, Outcome.ALREADY_ON
        user.switch_digest(on=True)
        user.paused_until = None
        user.save(update_fields=["digest_enabled", "digest_days", "paused_until"])
        reschedule(user, now)
        return user, Outcome.NEW if is_new else Outcome.SWITCHED_ON


@transaction.atomic
def subscribe_to(wish: Wish, topic: Topic, now: datetime) -> Subscribed:
    """Do as `subscribe` does and add what the wish is for, all or nothing.

    Hour, days and zone of a known reader stay. Where the topic is refused (too many, the reader's
    own list) the digest is on all the same. Raises TopicGone, and then nothing was changed.
    """
    reader, outcome = subscribe(wish, now)
    if outcome is Outcome.CLOSED:
        return Subscribed(reader, outcome)
    refused = ""
    is_more = _choose_issues(reader, topic, is_new=outcome is Outcome.NEW)
    try:
        is_more = topics.follow(reader, topic) or is_more
    except TopicGone:
        raise
    except CannotFollow as error:
        refused = str(error)
    if is_more and outcome is Outcome.ALREADY_ON:
        outcome = Outcome.ADDED
    return Subscribed(reader, outcome, refused)


def _choose_issues(reader: User, topic: Topic, *, is_new: bool) -> bool:
    """Let a reader who asked for a search or a list alone have no trending papers beside, until
    they ask for the day's papers too; return whether that changed."""
    sections = list(reader.digest_sections)
    if is_new and not topic.is_whole_digest:
        sections.remove(TRENDING)
    elif topic.is_whole_digest and TRENDING not in sections:
        sections.append(TRENDING)
    if sections == reader.digest_sections:
        return False
    reader.digest_sections = sections
    reader.save(update_fields=["digest_sections"])
    return True


def _confirmation_mail(wish: Wish, topic: Topic) -> EmailMessage:
    path = reverse("accounts:confirm_subscription", args=[make_token(wish)])
    context = {
        "topic": topic,
        "link": f"{settings.SITE_URL}{path}",
        "hours": LINK_LASTS // timedelta(hours=1),
    }
    return letters.write("subscribe", to=wish.email, context=context)


def _get_or_make_user(wish: Wish) -> tuple[User, bool]:
    """Return the reader with the row locked, and whether it is new."""
    user = _find_user(wish.email)
    if user is None:
        try:
            with transaction.atomic():
                zone = timezone_or_utc(wish.timezone)
                language = get_language() or ""
                made = User.objects.create_user(
                    wish.email, timezone=zone, browser_language=language
                )
                return made, True
        except IntegrityError:  # the button was pressed twice at once
            user = _find_user(wish.email)
            if user is None:
                raise
    return User.objects.select_for_update().get(pk=user.pk), False


def _find_user(email: str) -> User | None:
    proven = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    if proven is not None:
        return User.objects.get(pk=proven.user_id)
    # As the unique index has it: `iexact` would read every row.
    return User.objects.alias(address=Lower("email")).filter(address=email.lower()).first()


def _prove_address(user: User, email: str) -> bool:
    """Note that the address is the reader's own; return whether that was known before."""
    addresses = EmailAddress.objects.filter(user=user)
    if addresses.filter(email=email, verified=True).exists():
        return True
    if not addresses.filter(verified=True).exists():
        _forget_password_of_unproven(user)
        addresses.update(primary=False)
    EmailAddress.objects.update_or_create(
        user=user,
        email=email,
        defaults={"verified": True, "primary": not addresses.filter(primary=True).exists()},
    )
    return False


def _forget_password_of_unproven(user: User) -> None:
    """A password typed at a sign-up that was never confirmed may be a stranger's, who waits for
    the owner of the address to confirm it. Staff accounts are made by the operator by hand.
    """
    if user.has_usable_password() and not user.is_staff:
        user.set_unusable_password()
        user.save(update_fields=["password"])
