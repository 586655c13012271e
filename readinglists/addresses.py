"""What other apps know of addresses: which a reader has proved to be theirs, which get no mail,
and in which language.

They tell with `register_...`, since readinglists imports no other app but papers.
"""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import get_language

OwnFinder = Callable[[AbstractBaseUser], Iterable[str]]
RefusedFinder = Callable[[str], bool]
LanguageFinder = Callable[[str], str]

_own: list[OwnFinder] = []
_refused: list[RefusedFinder] = []
_languages: list[LanguageFinder] = []


def register_own(finder: OwnFinder) -> None:
    """Let `finder(user) -> addresses` say which addresses are proved to be the reader's."""
    _own.append(finder)


def register_refused(finder: RefusedFinder) -> None:
    """Let `finder(address) -> bool` say to which addresses nothing may be sent."""
    _refused.append(finder)


def register_language(finder: LanguageFinder) -> None:
    """Let `finder(address) -> code` say in which language its reader wants mail, "" if unknown."""
    _languages.append(finder)


def own_addresses(user: AbstractBaseUser) -> set[str]:
    """Return the addresses that are proved to be the reader's, in small letters."""
    return {address.lower() for find in _own for address in find(user)}


def gets_no_mail(address: str) -> bool:
    return any(is_refused(address) for is_refused in _refused)


def language_of(address: str) -> str:
    """Return the language of mail to this address; that of who speaks now where none is known."""
    told = (find(address) for find in _languages)
    return next(filter(None, told), get_language() or settings.LANGUAGE_CODE)
