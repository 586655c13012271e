"""The API as one: routers of all apps under /api/v1/, its errors, its documentation."""

import json
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from accounts.api import follows, me
from papers.api import listings, papers
from papers.api.errors import Error, Refusal, answer, answer_invalid
from papers.search.reader import IndexNotReady
from readinglists.api import bulk, entries, links, lists, outlets, public, sections

VERSION = "1"
_DESCRIPTION = (
    "Everything a reader can do here, for programs. Send `Authorization: Bearer <token>`; tokens "
    "are made at /settings/tokens/. Papers, search and trending can be read without one, less "
    "often. Lists of items are paged: go on at `next`, as it is, until it is null. Errors have "
    "`detail` in words and `errors` with what is wrong of what was sent."
)
# Said of every operation, beside what it says itself.
_REFUSALS = {
    "400": "The body is no JSON.",
    "401": "No token, or one that opens nothing.",
    "403": "The token, or its reader, may not do this.",
    "404": "There is nothing here that you may see.",
    "413": "The body is too large.",
    "422": "What was sent cannot be right; the errors say where.",
    "429": "Too often. `Retry-After` says in how many seconds again.",
    "503": "The database or the search index is away; `Retry-After` says when to try again.",
}


class StrictParser(Parser):
    """JSON only, of an object, read no deeper than Python can go."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise Refusal(400, _("The body is no JSON: %s") % error) from error
        if not isinstance(body, dict):
            raise Refusal(422, _("The body must be a JSON object."), where="body")
        return body


class SiteAPI(NinjaAPI):
    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix="/api/v1/")
        error = Error.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = schema["components"]["schemas"]
        schemas |= error.pop("$defs") | {"Error": error}
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                said = {str(status): each for status, each in operation["responses"].items()}
                operation["responses"] = said
                for status, words in _REFUSALS.items():
                    if status not in said and _can_be(status, method, operation):
                        said[status] = {"description": words, "content": content}
        return schema


def _can_be(status: str, method: str, operation: dict[str, Any]) -> bool:
    if status in ("400", "413"):
        return "requestBody" in operation
    if status == "403":
        return "security" in operation
    return True


api = SiteAPI(
    title="Broadsheet",
    version=VERSION,
    description=_DESCRIPTION,
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    parser=StrictParser(),
)
_ROUTERS = (
    *(papers, listings, lists, entries, bulk, sections, links, outlets, public),
    *(follows, me),
)
for _router in (module.router for module in _ROUTERS):
    api.add_router("", _router)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    return answer(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return answer_invalid(error.errors)


@api.exception_handler(UnreadablePostError)
def _cut_off(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    return answer(Refusal(400, _("The body ended before all of it was here. Send it again.")))


@api.exception_handler(Http404)
def _absent(request: HttpRequest, error: Http404) -> HttpResponse:
    # A row that is another's must read as one that is not there.
    words = str(error) if error.args and "matches the given query" not in str(error) else ""
    return answer(Refusal(404, words or _("There is nothing here.")))


@api.exception_handler(ObjectDoesNotExist)
def _gone(request: HttpRequest, error: ObjectDoesNotExist) -> HttpResponse:
    """What never was there, or is no more since it was looked up."""
    return answer(Refusal(404, _("There is nothing here.")))


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return answer(Refusal(403, str(error) or _("You may not do that.")))


@api.exception_handler(IndexNotReady)
def _not_ready(request: HttpRequest, error: IndexNotReady) -> HttpResponse:
    return answer(Refusal(503, str(error), headers={"Retry-After": "10"}))


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    # What StrictParser says comes wrapped.
    cause = error.__cause__
    return answer(cause if isinstance(cause, Refusal) else Refusal(error.status_code, str(error)))


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    raise error  # config/api_serving.py answers
