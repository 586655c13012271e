"""Which version whoever writes has seen, and what they are told when there is a newer one.

It decides that nothing is written over unseen: without a version an edit is refused (428), with an
old one both texts come back (409, or 412 where the version came by If-Match; RFC 9110, 13.1.1).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from papers.api.errors import Refusal
from readinglists.changing import EditConflictError

# As config/api_serving.py writes it: the version, and a hash of the whole.
_TAG = re.compile(r'"(\d{1,10})(?:\.[0-9a-f]+)?"', re.ASCII)


def tell_version(response: HttpResponse, version: int) -> None:
    response["ETag"] = f'"{version}"'


def seen_version(request: HttpRequest, sent: int | None) -> int:
    """Return the version that was seen. Raises Refusal without any (428) or for an odd tag."""
    if sent is not None:
        return sent
    tag = request.headers.get("If-Match")
    if tag is None:
        words = _("Say which version you saw: `version` in the body, or If-Match.")
        raise Refusal(428, words, where="body.version")
    found = _TAG.fullmatch(tag.strip())
    if found is None:
        raise Refusal(412, _("If-Match names no version that there was."))
    return int(found[1])


@contextmanager
def telling_conflicts(request: HttpRequest, sent: dict[str, str]) -> Iterator[None]:
    """Answer a conflict with what stands there now beside what was `sent`, by field."""
    try:
        yield
    except EditConflictError as error:
        words = _("Somebody changed this since you read it: nothing was written.")
        status = 412 if "If-Match" in request.headers else 409
        more = {"current": error.current, "sent": sent, "version": error.version}
        raise Refusal(status, words, more=more) from error
