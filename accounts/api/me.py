"""Who the token acts for, what it may do, and how their digest is set."""

from datetime import date, datetime
from typing import Any, cast

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from accounts.models import User
from papers.api.access import READ, bearer_of, user_of

router = Router(tags=["you"])


class Digest(Schema):
    enabled: bool
    hour: int
    timezone: str
    days: list[int] = Field(description="0 is Monday.")
    size: int
    sections: list[str]
    only_matches: bool
    text_only: bool
    backlog: bool
    paused_until: date | None
    next_due_at: datetime | None


class Token(Schema):
    name: str
    scopes: list[str]
    expires_at: datetime | None


class Me(Schema):
    email: str
    token: Token
    digest: Digest


@router.get("/me", response=Me, auth=READ, summary="You, and what this token may do")
def me(request: HttpRequest) -> dict[str, Any]:
    reader, bearer = cast("User", user_of(request)), bearer_of(request)
    assert bearer is not None  # noqa: S101 - the operation needs a token
    return {
        "email": reader.email,
        "token": {
            "name": bearer.name,
            "scopes": sorted(bearer.scopes),
            "expires_at": bearer.expires_at,
        },
        "digest": {
            "enabled": reader.digest_enabled,
            "hour": reader.digest_hour,
            "timezone": reader.timezone,
            "days": reader.digest_days,
            "size": reader.digest_size,
            "sections": reader.digest_sections,
            "only_matches": reader.digest_only_matches,
            "text_only": reader.digest_text_only,
            "backlog": reader.digest_backlog,
            "paused_until": reader.paused_until,
            "next_due_at": reader.next_due_at,
        },
    }
