import os
import pickle
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from papers.addresses import public_address
from papers.feeds import arxiv_api, arxiv_rss, huggingface
from papers.feeds.frames import Answer, Limits, load_answer
from papers.feeds.parsing import ParserBugError, ParserPool, parse_apart
from papers.feeds.records import EmptyPageError, ParsedFeed, ParseError
from tests.papers.feeds import hostile
from tests.papers.feeds.sampling import read_sample

DAY = date(2026, 3, 2)
LIMITS = Limits()
EMPTY_LIST = ParsedFeed(records=())


@pytest.fixture
def pool() -> Iterator[ParserPool]:
    pool = ParserPool(LIMITS)
    yield pool
    pool.end()


def read_list(pool: ParserPool, body: bytes = b"[]") -> Any:
    return pool.parse(huggingface.parse, body, {"observed_on": DAY})


def child_pid(pool: ParserPool) -> int:
    (child,) = pool._idle
    return child._process.pid


def test_a_document_read_apart_gives_the_same() -> None:
    body = read_sample("arxiv_rss.xml")
    arguments = {"category": "cs.CL", "announced_on": DAY}
    apart = parse_apart(arxiv_rss.parse, body, **arguments)
    assert apart.records
    assert apart == arxiv_rss.parse(body, category="cs.CL", announced_on=DAY)


def test_errors_cross_over_with_their_kind_and_words() -> None:
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"'
        b' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        b"<opensearch:totalResults>9</opensearch:totalResults>"
        b"<opensearch:startIndex>0</opensearch:startIndex></feed>"
    )
    with pytest.raises(EmptyPageError) as here:
        arxiv_api.parse(body)
    with pytest.raises(EmptyPageError) as apart:
        parse_apart(arxiv_api.parse, body)
    assert str(apart.value) == str(here.value)


def test_a_bug_is_no_fault_of_the_document(pool: ParserPool) -> None:
    with pytest.raises(ParserBugError, match="TypeError"):
        pool.parse(huggingface.parse, b"[]", {})
    assert read_list(pool) == EMPTY_LIST


def test_one_process_reads_many_documents(pool: ParserPool) -> None:
    read_list(pool)
    pid = child_pid(pool)
    read_list(pool)
    assert child_pid(pool) == pid


def test_only_functions_for_feeds_may_be_named(pool: ParserPool) -> None:
    for function in (os.system, public_address, lambda body: body):
        with pytest.raises(ValueError, match="may not be named"):
            pool.parse(function, b"true", {})


@pytest.mark.parametrize(
    "value", [os.system, Path("/etc"), public_address, hostile.nested, ValueError("x")]
)
def test_an_answer_may_hold_records_only(value: object) -> None:
    with pytest.raises(pickle.UnpicklingError, match="not to be in an answer"):
        load_answer(pickle.dumps(Answer(value=value)))
    with pytest.raises(pickle.UnpicklingError, match="no answer"):
        load_answer(pickle.dumps(DAY))


@pytest.mark.promise(22)
def test_work_without_end_is_stopped() -> None:
    pool = ParserPool(replace(LIMITS, cpu_seconds=0))
    body = hostile.many_attributes("rss")
    with pytest.raises(ParseError, match="more than 0 seconds of work"):
        pool.parse(arxiv_rss.parse, body, {"category": "cs.CL", "announced_on": DAY})
    assert read_list(pool) == EMPTY_LIST
    pool.end()


@pytest.mark.promise(22)
def test_time_without_end_is_stopped(pool: ParserPool) -> None:
    pool.limits = replace(LIMITS, wall_seconds=0.01)
    with pytest.raises(ParseError, match=r"more than 0\.01 seconds\."):
        read_list(pool)
    pool.limits = LIMITS
    assert read_list(pool) == EMPTY_LIST


@pytest.mark.promise(22)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no limit of memory here")
def test_memory_without_end_is_stopped(pool: ParserPool) -> None:
    with pytest.raises(ParseError, match="more memory than it may"):
        read_list(pool, b"[" + b"[]," * 5_000_000 + b"[]]")
    assert read_list(pool) == EMPTY_LIST
    status = Path(f"/proc/{child_pid(pool)}/status").read_text()
    peak_kb = int(status.partition("VmHWM:")[2].split()[0])
    assert peak_kb < 300_000


def test_a_document_outlives_its_process(pool: ParserPool) -> None:
    read_list(pool)
    os.kill(child_pid(pool), signal.SIGKILL)
    assert read_list(pool) == EMPTY_LIST


@pytest.mark.parametrize(
    ("status", "kind"), [("kill -11 $$", ParseError), ("exit 1", ParserBugError)]
)
def test_a_document_that_ends_two_processes_is_not_tried_again(
    status: str,
    kind: type[Exception],
    pool: ParserPool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{status}\n")
    program.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(program))
    with pytest.raises(kind, match=r"broke off \(-11\)|ended with status 1"):
        read_list(pool)


def test_a_process_that_rested_long_is_replaced_unseen() -> None:
    pool = ParserPool(replace(LIMITS, idle_seconds=0.01))
    read_list(pool)
    time.sleep(0.5)
    assert read_list(pool) == EMPTY_LIST


def test_a_process_that_read_enough_is_replaced() -> None:
    pool = ParserPool(replace(LIMITS, documents=1))
    assert read_list(pool) == EMPTY_LIST
    assert pool._idle == []


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no count of memory here")
def test_a_process_that_grew_is_replaced() -> None:
    pool = ParserPool(replace(LIMITS, resident_bytes=1))
    assert read_list(pool) == EMPTY_LIST
    assert pool._idle == []


def test_threads_share_two_processes(pool: ParserPool) -> None:
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _number: read_list(pool), range(40)))
    assert results == [EMPTY_LIST] * 40
    assert 1 <= len(pool._idle) <= 2


def test_a_document_that_takes_long_does_not_stop_the_next(pool: ParserPool) -> None:
    pool.limits = replace(LIMITS, wall_seconds=3.0)
    slow = hostile.many_attributes("rss")
    arguments = {"category": "cs.CL", "announced_on": DAY}
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(pool.parse, arxiv_rss.parse, slow, arguments)
        time.sleep(0.2)
        assert read_list(pool) == EMPTY_LIST
        assert not waiting.done()
        with pytest.raises(ParseError, match="more than 3 seconds"):
            waiting.result()


def test_a_process_ends_with_its_parent(pool: ParserPool) -> None:
    read_list(pool)
    (child,) = pool._idle
    child._questions.close()
    assert child._process.wait(5) == 0


def test_the_process_sees_nothing_of_the_environment(
    pool: ParserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:word@db.example/site")
    read_list(pool)
    environment = Path(f"/proc/{child_pid(pool)}/environ")
    if not environment.exists():
        pytest.skip("processes cannot be looked into here")
    assert b"PATH=" in environment.read_bytes()
    assert b"DATABASE_URL" not in environment.read_bytes()


def test_a_forked_process_has_children_of_its_own(pool: ParserPool) -> None:
    parse_apart(huggingface.parse, b"[]", observed_on=DAY)
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(parse_apart(huggingface.parse, b"[]", observed_on=DAY) != EMPTY_LIST)
        finally:
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert parse_apart(huggingface.parse, b"[]", observed_on=DAY) == EMPTY_LIST
