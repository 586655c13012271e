"""Odd requests to every operation, made from the API's own document; none may be a fault of ours.

A few a run; `make test-api` asks many more (BROADSHEET_API_CASES).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.conf import settings as site
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    use_after_free,
)

from accounts.tokens import make_token
from papers.api.scopes import Scope
from papers.models import PaperRequest
from papers.search.follower import index_now
from readinglists import headings, keeping, list_follows, publishing, sharing
from readinglists.models import ListFollow
from tests.factories import (
    make_announcement,
    make_entry,
    make_follow,
    make_paper,
    make_reading_list,
    make_user,
)

NUMBERS = ("pk", "number", "change")
CASES = int(os.environ.get("BROADSHEET_API_CASES", "12"))
# Off: positive_data_acceptance, since what is well formed may still name nothing (an arXiv id of
# no month, a query without a word) and is refused with 422; unsupported_method, since the sweep of
# test_api_serving.py does that; ignored_auth, since papers may be read without a token; and
# max_response_time, since tests assert no times.
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    allow_header_conformance,
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    use_after_free,
]

pytestmark = pytest.mark.django_db(transaction=True)


def _site(environ: dict[str, Any], start_response: Any) -> Any:
    return _wsgi(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)


def _schema() -> schemathesis.BaseSchema:
    generation = GenerationConfig(deterministic=True, database="none")
    config = SchemathesisConfig(
        projects=ProjectsConfig(default=ProjectConfig(generation=generation))
    )
    loaded = schemathesis.openapi.from_path(OPENAPI, config=config)
    loaded.app = _site
    return loaded


OPENAPI = Path(__file__).parent / "openapi.json"
_wsgi = get_wsgi_application()
schema = _schema()


@dataclass(frozen=True, slots=True)
class World:
    """A reader's token, and the numbers of what is there by the start of an operation's path."""

    token: str
    numbers: dict[str, int]
    paper: int
    change: int

    def put_into(self, case: schemathesis.Case[Any]) -> None:
        """Name what is there by every second number: of those made up nearly none is anything's.

        A value that is no number at all stays: it is what the case is about.
        """
        given = case.path_parameters or {}
        for name, value in given.items():
            is_number = isinstance(value, int) and not isinstance(value, bool)
            if is_number and name in NUMBERS and 0 < value < 2**63 and value % 2:
                given[name] = self._number(case.operation.path, name)

    def _number(self, path: str, name: str) -> int:
        if name != "pk":
            return self.paper if name == "number" else self.change
        path = path.removeprefix("/api/v1")
        return next(pk for start, pk in self.numbers.items() if path.startswith(start))


@pytest.fixture
def world(settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A site that holds something to find."""
    monkeypatch.setattr(site, "SEARCH_INDEX", tmp_path / "index")
    monkeypatch.setattr(site, "API_READS_PER_HOUR", 10**9)
    monkeypatch.setattr(site, "API_WRITES_PER_HOUR", 10**9)
    cache.clear()
    reader = make_user()
    paper = make_announcement(paper=make_paper(arxiv_id="2603.00141", title="Kestrel")).paper
    entry = make_entry(reading_list=make_reading_list(owner=reader), paper=paper, note="A note")
    shown, in_bin = entry.reading_list, make_reading_list(owner=reader)
    keeping.delete_list(in_bin)
    other = make_entry(paper=paper).reading_list
    publishing.publish(other)
    list_follows.follow_public(reader, other)
    asked = PaperRequest.objects.create(
        requested_by=reader, scheme="arxiv", value="2603.00999", state="waiting"
    )
    index_now()
    numbers = {
        "/lists/entries/": entry.pk,
        "/lists/headings/": headings.add_heading(shown, "Later", by=reader).pk,
        "/lists/links/": sharing.make_link(shown).pk,
        "/lists/bin/": in_bin.pk,
        "/lists/{pk}/restore": in_bin.pk,
        "/lists/": shown.pk,
        "/public-lists/": other.pk,
        "/followed-lists/": ListFollow.objects.get().pk,
        "/follows/": make_follow(user=reader).pk,
        "/requests/": asked.pk,
    }
    token = make_token(reader, "a test", Scope.values)[1]
    return World(token, numbers, paper.pk, shown.changes.latest("pk").pk)


@schema.parametrize()
@seed(20261128)
@settings(
    max_examples=CASES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_is_answered_with_a_fault(case: schemathesis.Case[Any], world: World) -> None:
    world.put_into(case)
    headers = {"Authorization": f"Bearer {world.token}"}
    case.call_and_validate(headers=headers, checks=CHECKS)
