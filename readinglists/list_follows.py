"""Lists that a reader follows, through the link somebody gave them or because they are public, and
what came into those and into the lists that they take part in.

It decides that a follow holds as long as its key does, or the list stays public: the row of a
revoked, renewed or replaced key is passed over at once, everywhere. Members are told likewise, as
long as they are members. It never sends anything.
Read more: docs/decisions.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readinglists.models import ListFollow, ReadingList, ShareLink
from readinglists.saves import lock_lists_of
from readinglists.sharing import find_link, key_matches, key_of

MOST_OF_A_LIST = 50


class CannotFollowList(ValueError):
    """The message is in words for the reader."""


class LinkEnded(CannotFollowList):
    """The link was revoked or renewed meanwhile, or the list made private."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A list that a reader follows, by its share `key` or as a public list of that number. Of one
    that ended none of these is told: the owner may have renamed what strangers are no longer to
    see."""

    pk: int
    since: datetime
    title: str = ""
    key: str = ""
    public_list: int | None = None

    @property
    def has_ended(self) -> bool:
        return not self.key and self.public_list is None


def follow(user: AbstractBaseUser, link: ShareLink) -> bool:
    """Follow the list of `link` from now on; return False where it is followed already.

    A follow that ended with its key begins anew. Raises LinkEnded when the link has ended
    meanwhile, CannotFollowList for the reader's own list and beyond FOLLOWS_PER_READER of them.
    """
    with transaction.atomic():
        # Two tabs of a reader at once must not pass the limit together.
        lock_lists_of(user.pk)
        current = find_link(link.pk, link.generation)
        if current is None:
            raise LinkEnded(_("The link of this list was withdrawn."))
        return _begin(user, current.reading_list, current)


def follow_public(user: AbstractBaseUser, reading_list: ReadingList) -> bool:
    """The same for a public list, until it is public no more. Raises LinkEnded when it is not."""
    with transaction.atomic():
        lock_lists_of(user.pk)
        current = ReadingList.objects.public().filter(pk=reading_list.pk).first()
        if current is None:
            raise LinkEnded(_("This list is not public any more."))
        return _begin(user, current, None)


def _begin(user: AbstractBaseUser, reading_list: ReadingList, link: ShareLink | None) -> bool:
    if reading_list.owner_id == user.pk:
        raise CannotFollowList(_("This list is your own: you know what you add to it."))
    mine = _rows(user)
    known = mine.filter(reading_list=reading_list).first()
    if known is not None and _holds(known):
        return False
    if known is None:
        _refuse_too_many(mine.count())
    ListFollow.objects.update_or_create(
        user_id=user.pk,
        reading_list_id=reading_list.pk,
        defaults={
            "share_link": link,
            "generation": link.generation if link else None,
            "created_at": Now(),
        },
    )
    return True


def unfollow(user: AbstractBaseUser, reading_list: ReadingList) -> bool:
    """End it; return whether it was followed. Doing so twice does no harm."""
    mine = ListFollow.objects.filter(user_id=user.pk, reading_list=reading_list)
    return bool(mine.delete()[0])


def find(user: AbstractBaseUser, reading_list: ReadingList) -> ListFollow | None:
    """Return how `user` follows the list; None also where that ended with its key."""
    row = _rows(user).filter(reading_list=reading_list).first()
    return row if row is not None and _holds(row) else None


def following(user: AbstractBaseUser) -> list[Followed]:
    """Return what `user` follows by title, after it what ended. One query."""
    rows = [_followed(row) for row in _rows(user)]
    return sorted(rows, key=lambda row: (row.has_ended, row.title.casefold(), row.pk))


# A row for each paper: `since` is each reader's moment, null where there is none. Who follows a
# list that they take part in is told in both ways.
_ADDITIONS = """
WITH reader AS (SELECT * FROM unnest(%s::bigint[], %s::timestamptz[]) AS reader (id, since)),
told AS (
  SELECT user_id, reading_list_id, share_link_id, generation, created_at AS since,
    FALSE AS is_member
  FROM readinglists_listfollow WHERE user_id IN (SELECT id FROM reader)
  UNION ALL
  SELECT user_id, reading_list_id, share_link_id, generation, joined_at, TRUE
  FROM readinglists_member WHERE tells_additions AND user_id IN (SELECT id FROM reader)
)
SELECT told.user_id, list.title, list.id, link.id, link.generation, link.key_hash, told.is_member,
  added.paper_id
FROM reader
JOIN told ON told.user_id = reader.id
JOIN readinglists_readinglist list
  ON list.id = told.reading_list_id AND list.owner_id <> told.user_id
  AND list.deleted_at IS NULL
LEFT JOIN readinglists_sharelink link
  ON link.id = told.share_link_id
  AND link.generation = told.generation AND link.revoked_at IS NULL
  AND (link.expires_at IS NULL OR link.expires_at > now())
  AND (link.can_edit OR NOT told.is_member)
CROSS JOIN LATERAL (
  SELECT entry.paper_id, entry.added_at, entry.id
  FROM readinglists_entry entry JOIN papers_paper paper ON paper.id = entry.paper_id
  WHERE entry.reading_list_id = list.id
    AND paper.withdrawn_at IS NULL
    AND entry.added_by_id IS DISTINCT FROM told.user_id
    AND entry.added_at > GREATEST(told.since, reader.since)
  ORDER BY entry.added_at DESC, entry.id DESC
  LIMIT %s
) added
WHERE link.id IS NOT NULL
  OR (told.share_link_id IS NULL
    AND (told.is_member OR (%s AND list.published_at <= told.since)))
ORDER BY told.user_id, list.title, list.id, told.is_member, added.added_at DESC, added.id DESC
"""


def additions(
    user_ids: Iterable[int], since_by_user: Mapping[int, datetime]
) -> dict[int, list[tuple[str, list[int]]]]:
    """Return, for each reader, each list with something new that they follow or, unless they want
    it otherwise, take part in: its title and the ids of its papers, newest first, at most 50. One
    query, however many readers.

    New is what others added after the reader's moment and after they began to follow, or joined; a
    reader without a moment gets all since then. Lists by title; readers without anything are left
    out.
    """
    ids = list(dict.fromkeys(user_ids))
    moments = [since_by_user.get(user_id) for user_id in ids]
    with connection.cursor() as cursor:
        cursor.execute(_ADDITIONS, [ids, moments, MOST_OF_A_LIST, settings.PUBLIC_LISTS])
        rows = cursor.fetchall()
    found: dict[int, list[tuple[str, list[int]]]] = {}
    for (user_id, title, _list_id), ways in groupby(rows, key=itemgetter(0, 1, 2)):
        # Where there are two ways, the one that began first tells all that the other does.
        if papers := max(_papers_by_way(ways), key=len, default=[]):
            found.setdefault(user_id, []).append((title, papers))
    return found


def _papers_by_way(rows: Iterable[Sequence[Any]]) -> Iterator[list[int]]:
    for (link_id, generation, key_hash, _is_member), papers in groupby(
        rows, key=itemgetter(3, 4, 5, 6)
    ):
        if link_id is None or key_matches(link_id, generation, key_hash):
            yield [paper[7] for paper in papers]


def _refuse_too_many(followed: int) -> None:
    if followed >= settings.FOLLOWS_PER_READER:
        words = ngettext(
            "You follow %s list, which is the most. Remove it to follow another.",
            "You follow %s lists, which is the most. Remove one to follow another.",
            followed,
        )
        raise CannotFollowList(words % followed)


def _rows(user: AbstractBaseUser) -> QuerySet[ListFollow]:
    return ListFollow.objects.filter(user_id=user.pk).select_related("share_link", "reading_list")


def _holds(row: ListFollow) -> bool:
    return not _followed(row).has_ended


def _followed(row: ListFollow) -> Followed:
    followed = row.reading_list
    if followed.deleted_at is None and row.share_link is not None:
        if key := _key(row, row.share_link):
            return Followed(row.pk, row.created_at, followed.title, key)
    elif followed.deleted_at is None and _was_public_since(followed, row.created_at):
        return Followed(row.pk, row.created_at, followed.title, public_list=followed.pk)
    return Followed(row.pk, row.created_at)


def _was_public_since(reading_list: ReadingList, moment: datetime) -> bool:
    """A list that was withdrawn and published again has none of its old followers."""
    published_at = reading_list.published_at
    return reading_list.is_public and published_at is not None and published_at <= moment


def _key(row: ListFollow, link: ShareLink) -> str:
    """Return the key through which the list can be read now, "" where the follow has ended."""
    return (key_of(link) or "") if link.generation == row.generation and link.is_open else ""
