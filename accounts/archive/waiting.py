"""Papers of an archive that were not known here: asked for, and given their reader's votes, notes
and places in lists once they are here, by whatever source.

It decides when to ask: as often as a reader may by hand (papers/requests.py), a few at a time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.archive.naming import PaperName, find_papers
from accounts.archive.wishes import Known, Wishes, grant
from accounts.models import ArchiveUpload, User, WaitingPaper
from papers import requests
from papers.wanted import read_wanted
from readinglists.bringing import Brought, bring_entry
from readinglists.saves import lock_lists_of

BATCH = 500
ASKED_AT_ONCE = 30
UPLOAD_KEPT = timedelta(days=1)
KEPT = timedelta(days=90)

# Found by any of its names: a paper that waits under its DOI may come under its address.
_ARRIVED = """
SELECT DISTINCT w.id FROM accounts_waitingpaper w
CROSS JOIN LATERAL jsonb_array_elements(w.names) AS name
JOIN papers_paperidentifier i ON i.scheme = name->>0 AND i.value = name->>1
ORDER BY w.id LIMIT %s
"""


def wait_for(reader: User, unknown: Mapping[PaperName, Wishes]) -> int:
    """Keep what the reader had about papers not known here; return of how many. Those without any
    name are left out. Waited for already: the newer wishes stand beside the lists of both."""
    named = {name: wishes for name, wishes in unknown.items() if name.names}
    values = [name.names[0][1] for name in named]
    mine = WaitingPaper.objects.filter(user=reader, value__in=values)
    there = {(row.scheme, row.value): row for row in mine}
    for name, wishes in named.items():
        scheme, value = name.names[0]
        row = there.setdefault(
            (scheme, value), WaitingPaper(user=reader, scheme=scheme, value=value)
        )
        places = row.wishes.get("entries", [])
        row.names, row.title = [list(pair) for pair in name.names], name.title
        row.wishes = {**row.wishes, **wishes.as_json()}
        if joined := [*places, *wishes.entries]:
            row.wishes["entries"] = joined
    new = [row for row in there.values() if row.pk is None]
    old = [row for row in there.values() if row.pk is not None]
    WaitingPaper.objects.bulk_create(new, batch_size=BATCH)
    WaitingPaper.objects.bulk_update(old, ["names", "title", "wishes"], batch_size=BATCH)
    return len(there)


def settle_arrived() -> int:
    """Give up to 500 papers that have come what was waiting for them; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVED, [BATCH])
        ids = [pk for (pk,) in cursor.fetchall()]
    return sum(_settle(pk) for pk in ids)


def ask_for_missing(now: datetime) -> int:
    """Ask for papers that wait, 30 a reader and day as by hand; return how many requests there are.

    Forgets what has waited for 90 days, and uploads that nobody said yes to.
    """
    WaitingPaper.objects.filter(created_at__lt=now - KEPT).delete()
    ArchiveUpload.objects.filter(uploaded_at__lt=now - UPLOAD_KEPT).delete()
    readers = WaitingPaper.objects.order_by().values_list("user_id", flat=True).distinct()
    return sum(_ask_for(reader) for reader in User.objects.filter(pk__in=readers, is_active=True))


def _ask_for(reader: User) -> int:
    """The oldest that were not asked for: one that no source has is not asked for again."""
    rows = WaitingPaper.objects.filter(user=reader, asked_at=None).order_by("pk")
    made = 0
    for row in rows[:ASKED_AT_ONCE]:
        try:
            read_wanted(row.value)
        except ValueError:
            _note_asked(row)  # a name that this site cannot ask for
            continue
        try:
            requests.request_paper(reader, row.value)
        except (ValueError, User.DoesNotExist):  # the day's limit; an account deleted meanwhile
            break
        _note_asked(row)
        made += 1
    return made


def _note_asked(row: WaitingPaper) -> None:
    """Not by `save`, which fails when the row went with its reader."""
    WaitingPaper.objects.filter(pk=row.pk).update(asked_at=Now())


@transaction.atomic
def _settle(waiting_id: int) -> bool:
    # The reader first: whoever deletes the account has that row, and then wants the other.
    lock_lists_of(*WaitingPaper.objects.filter(pk=waiting_id).values_list("user_id", flat=True))
    row = WaitingPaper.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        pk=waiting_id
    )
    waiting = row.select_related("user").first()
    if waiting is None:
        return False
    name = PaperName.from_row(waiting)
    paper_id = find_papers([name]).get(name)
    if paper_id is None:
        return False
    wishes = Wishes.from_json(waiting.wishes)
    for place in wishes.entries:
        added_at = datetime.fromisoformat(place["added_at"]) if place["added_at"] else None
        item = Brought("", paper_id, place["note"], tuple(place["tags"]), added_at)
        bring_entry(waiting.user, place["list"], place["position"], item)
    grant(waiting.user, [Known(paper_id, wishes)])
    waiting.delete()
    return True
