"""What the API says when it does not do what was asked: one shape, in words.

It decides how refusals are written; which status is right is decided where they are raised.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field


class Problem(Schema):
    where: str = Field(description="Which value it is about, such as `query.limit`.")
    message: str


class Error(Schema):
    detail: str = Field(description="What is wrong, in words.")
    errors: list[Problem] = Field([], description="Each value that is wrong, where that is why.")


class Refusal(Exception):
    """Ends an operation with `status` and words for whoever asked; `headers` go along."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        where: str = "",
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.where = status, detail, where
        self.headers, self.more = dict(headers or {}), dict(more or {})


def answer(refusal: Refusal) -> HttpResponse:
    problems = [{"where": refusal.where, "message": refusal.detail}] if refusal.where else []
    body = {"detail": refusal.detail, "errors": problems, **refusal.more}
    return _json(body, refusal.status, refusal.headers)


def answer_invalid(errors: Iterable[Mapping[str, Any]]) -> HttpResponse:
    """Return 422 for what pydantic found wrong with parameters or body."""
    problems = [{"where": _where(each["loc"]), "message": _message(each)} for each in errors]
    first = problems[0] if problems else {"where": "", "message": ""}
    words = _("%(where)s: %(message)s") % first
    return _json({"detail": words, "errors": problems}, 422, {})


def _where(parts: Iterable[object]) -> str:
    # Ninja puts the name of the argument after "body", which whoever asks never sees.
    return ".".join(str(part) for part in parts if part != "asked")


def _message(error: Mapping[str, Any]) -> str:
    return str(error["msg"]).removeprefix("Value error, ")


def _json(body: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> HttpResponse:
    response = JsonResponse(body, status=status)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    for name, value in headers.items():
        response[name] = value
    return response
