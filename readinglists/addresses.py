"""What other apps know of addresses: which a reader has proved to be theirs, and which get no mail.

They tell with `register_...`, since readinglists imports no other app but papers.
"""

from collections.abc import Callable, Iterable

from django.contrib.auth.base_user import AbstractBaseUser

OwnFinder = Callable[[AbstractBaseUser], Iterable[str]]
RefusedFinder = Callable[[str], bool]

_own: list[OwnFinder] = []
_refused: list[RefusedFinder] = []


def register_own(finder: OwnFinder) -> None:
    """Let `finder(user) -> addresses` say which addresses are proved to be the reader's."""
    _own.append(finder)


def register_refused(finder: RefusedFinder) -> None:
    """Let `finder(address) -> bool` say to which addresses nothing may be sent."""
    _refused.append(finder)


def own_addresses(user: AbstractBaseUser) -> set[str]:
    """Return the addresses that are proved to be the reader's, in small letters."""
    return {address.lower() for find in _own for address in find(user)}


def gets_no_mail(address: str) -> bool:
    return any(is_refused(address) for is_refused in _refused)
