"""A reader's rows as an archive has them: plain values that JSON can hold, read in batches.

What stands in it and what not is said in contents.py; for readers in docs/archive.md. Lists are
in lists.py.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Model, QuerySet
from django.urls import reverse

from accounts.archive.naming import BATCH, PaperName, names_of
from accounts.models import (
    ApiToken,
    Bounce,
    Delivery,
    Follow,
    Mute,
    PaperFeedback,
    User,
    WaitingPaper,
)
from papers.models import PaperRequest, SeenHidden, SeenPaper, Vote
from readinglists import list_follows
from readinglists.access import memberships_of
from readinglists.models import ReadingState

Row = dict[str, Any]

ACCOUNT = (
    *("email", "date_joined", "last_login", "is_active", "is_staff", "is_superuser"),
    *("mail_stopped_at", "mail_stopped_why"),
)
SETTINGS = (
    *("digest_enabled", "digest_hour", "timezone", "digest_days", "digest_size"),
    *("digest_sections", "digest_only_matches", "digest_text_only", "digest_backlog"),
    *("paused_until", "language", "browser_language"),
)


def account(user: User) -> Row:
    addresses = EmailAddress.objects.filter(user=user).order_by("pk")
    found = [plain(row, ("email", "verified", "primary")) for row in addresses]
    return {**plain(user, ACCOUNT), "addresses": found}


def settings_of(user: User) -> Row:
    hides = SeenHidden.objects.filter(user=user).exists()
    return {**plain(user, SETTINGS), "hides_seen": hides}


def follows(user: User) -> Iterator[Row]:
    rows = Follow.objects.of(user.pk).order_by("pk")
    return _rows(rows, ("name", "query", "in_digest", "created_at"))


def tokens(user: User) -> Iterator[Row]:
    rows = ApiToken.objects.of(user.pk).order_by("pk")
    fields = ("name", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    return _rows(rows, fields)


def lists_followed(user: User) -> Iterator[Row]:
    """Those that hold. The address of one that is shown by link is a secret of whoever shows it."""
    for followed in list_follows.following(user):
        if not followed.has_ended:
            row = {"title": followed.title, "created_at": value(followed.since)}
            if followed.public_list is None:
                yield {**row, "public": False}
            else:
                path = reverse("readinglists:public_list", args=[followed.public_list])
                yield {**row, "public": True, "address": f"{settings.SITE_URL}{path}"}


def memberships(user: User) -> Iterator[Row]:
    fields = ("role", "joined_at", "tells_additions")
    for member in memberships_of(user):
        yield {"title": member.reading_list.title, **plain(member, fields)}


def mutes(user: User) -> Iterator[Row]:
    return _rows(Mute.objects.filter(user=user).order_by("pk"), ("kind", "value", "created_at"))


def votes(user: User) -> Iterator[Row]:
    return _of_papers(Vote.objects.filter(user=user), ("voted_at", "counted_at"))


def seen(user: User) -> Iterator[Row]:
    return _of_papers(SeenPaper.objects.filter(user=user), ("seen_at",))


def states(user: User) -> Iterator[Row]:
    rows = ReadingState.objects.filter(user=user)
    return _of_papers(rows, ("state", "own_note", "changed_at"))


def feedback(user: User) -> Iterator[Row]:
    return _of_papers(PaperFeedback.objects.filter(user=user), ("wants_more", "given_at"))


def paper_requests(user: User) -> Iterator[Row]:
    rows = PaperRequest.objects.filter(requested_by=user).order_by("pk")
    return _rows(rows, ("scheme", "value", "state", "reason", "requested_at"))


def bounces(user: User) -> Iterator[Row]:
    return _rows(Bounce.objects.filter(user=user).order_by("pk"), ("kind", "said", "happened_at"))


def deliveries(user: User) -> Iterator[Row]:
    rows = Delivery.objects.filter(user=user).order_by("local_date")
    for batch in in_batches(rows.iterator(chunk_size=50), 50):
        names = names_of(item["paper"] for row in batch for item in row.items)
        for row in batch:
            papers = [names[item["paper"]] for item in row.items if item["paper"] in names]
            yield {
                **plain(row, ("local_date", "state", "reason", "finished_at")),
                "papers": [name.as_json() for name in papers],
            }


def waiting(user: User) -> Iterator[Row]:
    """What the reader had about papers that are not here yet; their places stand in `lists`."""
    for row in WaitingPaper.objects.filter(user=user).order_by("pk").iterator(chunk_size=BATCH):
        wishes = {key: wish for key, wish in row.wishes.items() if key != "entries"}
        paper = PaperName.from_row(row).as_json()
        yield {"paper": paper, "wishes": wishes, "created_at": value(row.created_at)}


def plain(row: Model, fields: Iterable[str]) -> Row:
    return {name: value(getattr(row, name)) for name in fields}


def value(field: Any) -> Any:
    """Return what stands for it in JSON: moments and days as ISO 8601."""
    return field.isoformat() if isinstance(field, date | datetime) else field


def in_batches(rows: Iterator[Any], size: int = BATCH) -> Iterator[list[Any]]:
    while batch := list(islice(rows, size)):
        yield batch


def _rows(rows: QuerySet[Any], fields: tuple[str, ...]) -> Iterator[Row]:
    return (plain(row, fields) for row in rows.iterator(chunk_size=BATCH))


def _of_papers(rows: QuerySet[Any], fields: tuple[str, ...]) -> Iterator[Row]:
    """The rows with the names of their papers, oldest row first."""
    for batch in in_batches(rows.order_by("pk").iterator(chunk_size=BATCH)):
        names = names_of(row.paper_id for row in batch)
        for row in batch:
            if row.paper_id in names:
                yield {"paper": names[row.paper_id].as_json(), **plain(row, fields)}
