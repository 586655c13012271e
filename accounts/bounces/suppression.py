"""The list of addresses that get no digest, and the stop and the way back of a reader.

It decides what a stop does (nothing is due, what waits is taken back, the reader is told why) and
who may lift it. When a stop is due is decided in refusals.py.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.bounces.addresses import hash_address
from accounts.digest import schedule
from accounts.models import Bounce, Suppression, User

Why = Suppression.Why

# Bounces under no address: forgiven, but their messages can't be counted a second time.
FORGIVEN = b""


def suppressed_among(addresses: Iterable[str]) -> dict[str, Suppression]:
    """Return those of `addresses` that are on the list, with their entries. One query."""
    hashes = {address: hash_address(address) for address in addresses}
    rows = Suppression.objects.filter(address_hash__in=set(hashes.values()))
    listed = {bytes(row.address_hash): row for row in rows}
    return {address: listed[key] for address, key in hashes.items() if key in listed}


def is_suppressed(address: str) -> bool:
    return Suppression.objects.filter(address_hash=hash_address(address)).exists()


@transaction.atomic
def stop(user: User, why: Why, words: str, *, said: str = "", now: datetime) -> None:
    """Put the reader's address on the list and stop their digest, which `words` explain to them.

    `said` is the other server's own text. An entry that is there keeps its reason.
    """
    Suppression.objects.get_or_create(
        address_hash=hash_address(user.email), defaults={"why": why, "said": said}
    )
    note_stop(user, words, now=now)


@transaction.atomic
def note_stop(user: User, words: str, *, now: datetime) -> None:
    """Write at the reader that their digest is stopped, and take back what waits."""
    reader = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if reader.mail_stopped_at is None:
        reader.mail_stopped_at, reader.mail_stopped_why = now, words
        reader.save(update_fields=["mail_stopped_at", "mail_stopped_why"])
        schedule.reschedule(reader, now)


@transaction.atomic
def lift(user: User, now: datetime) -> bool:
    """Take the reader's address off the list and let the digest go on; return whether it does.

    For what the reader asks themselves. An operator's entry stays, and so does the stop. Earlier
    refusals no longer count.
    """
    reader = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    entries = Suppression.objects.filter(address_hash=hash_address(reader.email))
    if entries.filter(why=Why.OPERATOR).exists():
        note_stop(reader, words_of(Why.OPERATOR), now=now)
        return False
    entries.delete()
    Bounce.objects.filter(user=reader).update(address_hash=FORGIVEN)
    end_stop(reader, now)
    return True


def lift_by_link(user: User, address: str, now: datetime) -> bool:
    """Lift the stop for a reader who pressed a link mailed to `address`: it works, they want it.

    Return whether there was one that is lifted now. A link to another of their addresses says
    nothing about the one that gets the digest.
    """
    if hash_address(address) != hash_address(user.email):
        return False
    if user.mail_stopped_at is None and not suppressed_among([user.email]):
        return False
    lifted = lift(user, now)
    user.refresh_from_db(fields=["mail_stopped_at", "mail_stopped_why", "next_due_at"])
    return lifted


@transaction.atomic
def end_stop(user: User, now: datetime) -> None:
    """Let the digest go on without looking at the list: for an address that is another now."""
    reader = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if reader.mail_stopped_at is not None:
        reader.mail_stopped_at, reader.mail_stopped_why = None, ""
        reader.save(update_fields=["mail_stopped_at", "mail_stopped_why"])
        schedule.reschedule(reader, now)


def release(address_hash: bytes, now: datetime) -> int:
    """End the stop of whoever has the address of an entry that an operator removed.

    The hash leads to nobody, so that every stopped reader is compared. Return how many.
    """
    stopped = User.objects.filter(mail_stopped_at__isnull=False)
    found = [user for user in stopped.iterator() if hash_address(user.email) == address_hash]
    for user in found:
        Bounce.objects.filter(user=user).update(address_hash=FORGIVEN)
        end_stop(user, now)
    return len(found)


def words_of(why: str) -> str:
    """Say why an address gets no digest, for its reader."""
    return {
        Why.BOUNCES: _("Mail to your address was refused several times. The digest is stopped."),
        Why.COMPLAINT: _("An issue was reported as unwanted mail. The digest is stopped."),
        Why.OPERATOR: _("Whoever runs this site has stopped mail to your address."),
    }[Why(why)]
