"""What papers were marked as before many were marked at once, kept for an hour to be put back.

Marks belong to no list, so no list's history has them. The cache may lose them: then it is too
late.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache

from papers.models import Paper
from readinglists.models import ReadingState
from readinglists.states import State, set_state

_KEPT_SECONDS = 3600


def mark_many(reader: AbstractBaseUser, paper_ids: Iterable[int], state: State) -> str:
    """Mark the papers; return the token under which `put_back` finds what they were before."""
    ids = set(paper_ids)
    before: dict[str, list[int]] = defaultdict(list)
    rows = ReadingState.objects.filter(user_id=reader.pk, paper_id__in=ids)
    known = dict(rows.values_list("paper_id", "state"))
    for pk in ids:
        before[known.get(pk, State.NONE)].append(pk)
    token = secrets.token_urlsafe(12)
    cache.set(_key(reader, token), dict(before), _KEPT_SECONDS)
    set_state(reader, ids, state)
    return token


def put_back(reader: AbstractBaseUser, token: str) -> int:
    """Mark the papers as they were, those that are still here; return how many, 0 when that is not
    known any more."""
    before: dict[str, list[int]] = cache.get(_key(reader, token)) or {}
    there = set(Paper.objects.filter(pk__in=chain(*before.values())).values_list("pk", flat=True))
    return sum(set_state(reader, there & set(ids), State(to)) for to, ids in before.items())


def _key(reader: AbstractBaseUser, token: str) -> str:
    return f"states-before:{reader.pk}:{token}"
