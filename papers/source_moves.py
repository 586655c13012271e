"""Feeds that say they have moved: an address is changed when the same was heard a day later too.

Decides nothing for other kinds of sources, whose addresses are in the settings. Never fetches.
Read more: RFC 9110, 15.4.2 and 15.4.9 (permanent redirects).
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from papers.addresses import public_address
from papers.models import Source

# A wrong setting that sends every address to one place is mostly put right within a day.
BELIEVED_AFTER = timedelta(hours=24)


def note_move(source: Source, moved_to: str, *, now: datetime) -> str:
    """Keep where `source` says it moved for good ("" when it does not), and follow it in time.

    `moved_to` is FetchedResponse.moved_to. The key is changed when the same address was first
    heard of at least BELIEVED_AFTER ago. Returns words for an administrator when that address is
    another source already, else "".
    """
    address = _address(moved_to) if source.kind == Source.Kind.SYNDICATION else ""
    if not address or address == source.key:
        _store(source, moved_to="", moved_seen_at=None)
    elif address != source.moved_to or source.moved_seen_at is None:
        _store(source, moved_to=address, moved_seen_at=now)
    elif now - source.moved_seen_at >= BELIEVED_AFTER:
        return _follow(source, address)
    return ""


def _address(moved_to: str) -> str:
    try:
        return public_address(moved_to) if moved_to else ""
    except ValueError:
        return ""


def _store(source: Source, *, moved_to: str, moved_seen_at: datetime | None) -> None:
    if (source.moved_to, source.moved_seen_at) != (moved_to, moved_seen_at):
        source.moved_to, source.moved_seen_at = moved_to, moved_seen_at
        source.save(update_fields=["moved_to", "moved_seen_at"])


def _follow(source: Source, address: str) -> str:
    rows = Source.objects.filter(pk=source.pk)
    try:
        with transaction.atomic():
            rows.update(key=address, moved_to="", moved_seen_at=None)
    except IntegrityError:
        return _("This feed has moved to %s, which is a source already. Remove one of the two.") % (
            address
        )
    source.key, source.moved_to, source.moved_seen_at = address, "", None
    return ""
