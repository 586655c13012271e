"""Pages that go on after an item rather than at a number: nothing is skipped nor comes twice.

It decides how "after this item" is written for whoever asks: signed, bound to the question that it
belongs to, and opaque, so that its inside may change.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.utils.translation import gettext as _

from papers.api.errors import Refusal

Values = Sequence[str | int | float]


def read_after(question: str, after: str) -> list[Any] | None:
    """Return what `link_after` was given for this question; None without `after`.

    Raises Refusal (422) for what was never made here, or for another question.
    """
    if not after:
        return None
    try:
        values = _signer(question).unsign_object(after)
    except (BadSignature, ValueError) as error:
        words = _("This is no place to go on from in this list: take it from `next` as it is.")
        raise Refusal(422, words, where="query.after") from error
    return list(values)


def link_after(request: HttpRequest, question: str, values: Values | None) -> str | None:
    """Return the address of the next page of this request, None where there is none."""
    if values is None:
        return None
    asked = request.GET.copy()
    asked["after"] = _signer(question).sign_object(list(values))
    return f"{settings.SITE_URL}{request.path}?{asked.urlencode()}"


def _signer(question: str) -> Signer:
    return Signer(salt=f"papers.api.paging:{question}")
