"""Which of a chunk's issues may be prepared now: not those of stopped readers, nor too many.

It stands before anything is chosen, so that a backlog held back by a limit costs little.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from accounts.bounces import suppression
from accounts.bounces.addresses import domain_of
from accounts.digest import ledger, pace
from accounts.models import Delivery
from papers import arming


def open_for(
    rows: Sequence[Delivery], now: datetime, at: datetime | None
) -> tuple[list[Delivery], Counter[str]]:
    """Return the rows that go on, in their order, and how many others ended how.

    Those to addresses on the list are skipped with the reason; those without a token stay due,
    uncounted, for a tick that follows; so do all on a restored copy. Two queries, and four more
    where a limit is set.
    """
    if rows and not arming.is_armed():
        return [], Counter({"held back": len(rows)})
    going, skipped = _without_stopped(rows, now, at)
    granted = pace.take([domain_of(row.user.email) for row in going], at)
    kept = []
    for row in going:
        domain = domain_of(row.user.email)
        if granted[domain] > 0:
            granted[domain] -= 1
            kept.append(row)
    outcomes = Counter({"skipped": skipped, "held back": len(going) - len(kept)})
    return kept, +outcomes


def _without_stopped(
    rows: Sequence[Delivery], now: datetime, at: datetime | None
) -> tuple[list[Delivery], int]:
    listed = suppression.suppressed_among(row.user.email for row in rows)
    going, skipped = [], 0
    for row in rows:
        user, entry = row.user, listed.get(row.user.email)
        if entry is None and user.mail_stopped_at is None:
            going.append(row)
            continue
        why = user.mail_stopped_why or suppression.words_of(entry.why if entry else "bounces")
        lease = ledger.claim(row.pk, at)
        skipped += lease is not None and ledger.mark_skipped(lease, why, at)
        if user.mail_stopped_at is None:  # on the list already when they came
            suppression.note_stop(user, why, now=now)
    return going, skipped
