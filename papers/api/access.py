"""Who asks, and whether their token may be used for what they ask.

It decides by the token alone: cookies of a browser count for nothing here, so that no page of
another site can act for a reader. Who a token belongs to is told by whoever serves the API
(config/api_serving.py) in `request.bearer`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from papers.api.errors import Refusal
from papers.api.scopes import Scope


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever sent a token that holds: its reader, and what it may be used for."""

    user: AbstractBaseUser
    scopes: frozenset[str]
    name: str = ""
    expires_at: datetime | None = None


class _Needs(HttpBearer):
    """Lets an operation run for a token with `scope`: 401 without any, 403 without that."""

    scope: ClassVar[Scope]

    def __init__(self) -> None:
        # The API's documentation tells it.
        self.openapi_description = f"A token with `{self.scope.value}`: {self.scope.label}."
        super().__init__()

    def __call__(self, request: HttpRequest) -> Bearer:
        bearer = bearer_of(request)
        if bearer is None:
            raise _no_token()
        if self.scope not in bearer.scopes:
            words = _("This token may not be used for that: it lacks “%s”.")
            raise Refusal(403, words % self.scope.value)
        return bearer

    def authenticate(self, request: HttpRequest, token: str) -> Bearer:
        return self(request)


# Named as the documentation shows them.
class Read(_Needs):
    scope = Scope.READ


class Vote(_Needs):
    scope = Scope.VOTE


class Lists(_Needs):
    scope = Scope.LISTS


class Follows(_Needs):
    scope = Scope.FOLLOWS


READ, VOTE, LISTS, FOLLOWS = Read(), Vote(), Lists(), Follows()


def _no_token() -> Refusal:
    return Refusal(401, _("This needs a token: make one at /settings/tokens/."))


def bearer_of(request: HttpRequest) -> Bearer | None:
    bearer = getattr(request, "bearer", None)
    return bearer if isinstance(bearer, Bearer) else None


def user_of(request: HttpRequest) -> AbstractBaseUser:
    """Return who asks, in an operation that needs a token."""
    bearer = bearer_of(request)
    if bearer is None:
        raise _no_token()
    return bearer.user


def may(request: HttpRequest, scope: Scope) -> bool:
    """Return whether the token that was sent may be used for `scope`; no token may nothing."""
    bearer = bearer_of(request)
    return bearer is not None and scope in bearer.scopes


def reader_of(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """Return whose marks and lists an open operation may look at: nobody's without `read`."""
    bearer = bearer_of(request)
    if bearer is None or Scope.READ not in bearer.scopes:
        return AnonymousUser()
    return bearer.user
