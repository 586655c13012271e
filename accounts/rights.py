"""Which rights an operator gave or took: in the site's own words for the security log, and for the
reader in sentences of their language.

A right is a switch of the account, by its field's name, a group, or a single permission.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from papers.mailing import one_line

Right = str | Group | Permission

SWITCHES = ("is_active", "is_staff", "is_superuser")
_SETS = ("groups", "user_permissions")
# What is said once it was given, and once it was taken.
_OF_SWITCHES = {
    "is_active": (
        gettext_noop("Your account is open again."),
        gettext_noop("Your account is closed: nobody can log in to it, and no issue comes."),
    ),
    "is_staff": (
        gettext_noop("You may open the administration."),
        gettext_noop("You may not open the administration any more."),
    ),
    "is_superuser": (
        gettext_noop("You have all rights of the administration."),
        gettext_noop("You no longer have all rights of the administration."),
    ),
}
_OF_GROUPS = (
    gettext_noop("You are in the group “%s”."),
    gettext_noop("You are no longer in the group “%s”."),
)
_OF_PERMISSIONS = (
    gettext_noop("You have the right “%s”."),
    gettext_noop("You no longer have the right “%s”."),
)


@dataclass(frozen=True, slots=True)
class Change:
    given: tuple[Right, ...]
    taken: tuple[Right, ...]

    def __bool__(self) -> bool:
        return bool(self.given or self.taken)

    def words(self) -> dict[str, Any]:
        """Return `given` and `taken` for the security log. A group has its number: operators name
        them.
        """
        both = {"given": self.given, "taken": self.taken}
        return {name: ",".join(map(_word, rights)) for name, rights in both.items() if rights}

    def sentences(self) -> list[str]:
        """Return what the reader is told, in the language of the moment."""
        given = [_say(right, is_given=True) for right in self.given]
        return given + [_say(right, is_given=False) for right in self.taken]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    """Return what differs between the fields of an account, of which `after` may lack some."""
    given: list[Right] = []
    taken: list[Right] = []
    for name in SWITCHES:
        if name in after and bool(before[name]) != bool(after[name]):
            (given if after[name] else taken).append(name)
    for name in _SETS:
        if name in after:
            given += _only_in(after[name], before[name])
            taken += _only_in(before[name], after[name])
    return Change(tuple(given), tuple(taken))


def _only_in(some: Iterable[Any], others: Iterable[Any]) -> Iterator[Any]:
    yield from sorted(set(some) - set(others), key=lambda right: int(right.pk))


def _word(right: Right) -> str:
    if isinstance(right, Group):
        return f"group:{right.pk}"
    if isinstance(right, Permission):
        return f"{right.content_type.app_label}.{right.codename}"
    return right


def _say(right: Right, *, is_given: bool) -> str:
    if isinstance(right, str):
        said = _OF_SWITCHES[right]
    else:
        said = _OF_GROUPS if isinstance(right, Group) else _OF_PERMISSIONS
    sentence = _(said[0 if is_given else 1])
    return sentence if isinstance(right, str) else sentence % one_line(right.name)
