import json
import logging
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.test import Client

from config import log_context
from config.log_context import HEADER, TASK_HEADER, current_ids
from config.log_lines import CutKeysFormatter, JsonFormatter
from config.supervisor.output import Log


def test_an_id_that_is_sane_is_kept() -> None:
    assert Client().get("/healthz", headers={HEADER: "edge-1234.abcd"})[HEADER] == "edge-1234.abcd"


@pytest.mark.parametrize(
    "brought", ["", "short", "a" * 65, "with space 123", "<script>alert", "ä" * 9]
)
def test_any_other_is_replaced(brought: str) -> None:
    given = Client().get("/healthz", headers={HEADER: brought})[HEADER]
    assert given != brought
    assert len(given) == 16


def test_each_request_has_its_own() -> None:
    first, second = (Client().get("/healthz")[HEADER] for _ in range(2))
    assert first != second


@pytest.mark.django_db
def test_the_page_of_a_fault_and_its_log_line_name_the_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.handler.setFormatter(JsonFormatter())
    with patch("papers.views.status.read_readiness", side_effect=ZeroDivisionError):
        client = Client(raise_request_exception=False)
        answer = client.get("/status/", headers={HEADER: "edge-1234"})
    assert answer.status_code == 500
    assert "<code>edge-1234</code>" in answer.content.decode()
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    assert any(line["request_id"] == "edge-1234" and "traceback" in line for line in lines)


def test_a_task_takes_on_the_request_that_started_it() -> None:
    headers: dict[str, str] = {}
    Client().get("/healthz")
    log_context._request_id.set("edge-1234")
    log_context.pass_on(headers=headers)
    log_context.forget_request()
    assert headers == {TASK_HEADER: "edge-1234"}
    request = SimpleNamespace(is_eager=False, **headers)
    task = SimpleNamespace(name="papers.tasks.beat_io", request=request)
    log_context.take_on(task_id="77", task=task)
    ids = {"request_id": "edge-1234", "task_id": "77", "task": "papers.tasks.beat_io"}
    assert current_ids() == ids
    log_context.forget_task(task=task)
    assert current_ids() == {}


def test_a_task_of_the_tick_belongs_to_no_request() -> None:
    headers: dict[str, str] = {}
    log_context.pass_on(headers=headers)
    assert headers == {}


def test_plain_lines_end_with_the_ids() -> None:
    record = logging.LogRecord("papers", logging.INFO, "", 1, "read", (), None)
    log_context._request_id.set("edge-1234")
    try:
        assert CutKeysFormatter("%(message)s").format(record) == "read [request_id=edge-1234]"
    finally:
        log_context.forget_request()


def test_the_log_of_all_processes_is_objects_too(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log(as_json=True)
    log.say("web", '{"level": "ERROR", "message": "no"}')
    log.say("postgres", "ready at /l/Ab3dE_-PI3Q94LD/")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == {"level": "ERROR", "message": "no", "process": "web"}
    assert (lines[1]["process"], lines[1]["message"]) == ("postgres", "ready at /l/Ab3dE_…/")
