"""The categories a reader cares about; other apps tell them, since papers imports no app."""

from collections.abc import Callable, Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

CategoryFinder = Callable[[AbstractBaseUser], Iterable[str]]

_finders: list[CategoryFinder] = []


def register(finder: CategoryFinder) -> None:
    """Let `finder(user) -> codes of categories` say which are theirs."""
    _finders.append(finder)


def own_categories(user: AbstractBaseUser | AnonymousUser) -> list[str]:
    """Return the codes of a reader's own categories, sorted; none for a visitor."""
    if not isinstance(user, AbstractBaseUser):
        return []
    return sorted({code for find in _finders for code in find(user)})
