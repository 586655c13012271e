import logging
import threading
import time
import uuid
from datetime import date

import psycopg
import pytest
import tantivy
from django.db import OperationalError, connection
from tantivy import IndexWriter

from papers.models import (
    Category,
    Paper,
    PaperCategory,
    PaperIdentifier,
    PaperOrigin,
    SearchEpoch,
)
from papers.search import changes, common, folder, schema
from papers.search.engine import current_searcher, search
from papers.search.follower import Follower, follow, index_now, state, wait_for_follower
from papers.search.language import parse
from papers.search.reader import IndexNotReady, current_reading
from tests.factories import make_paper
from tests.papers.search.impatience import ImpatientStop

pytestmark = pytest.mark.django_db(transaction=True)


def find(text: str, *, category: str | None = None) -> list[int]:
    return [hit.paper_id for hit in search(parse(text), limit=20, category=category).hits]


def make_follower(*, stopped: bool = False) -> Follower:
    stop = threading.Event()
    if stopped:
        stop.set()
    return Follower(stop)


def step_until_read(follower: Follower) -> None:
    """Other tests' transactions on the same server hold the horizon back for moments."""
    target, deadline = changes.newest_change(), time.monotonic() + 10
    while follower._read_to <= target and time.monotonic() < deadline:
        follower.step()


def live_name() -> str:
    path = folder.current()
    assert path is not None
    return path.name


def test_changed_title_is_found_and_the_old_one_is_not() -> None:
    paper = make_paper(title="On owls")
    index_now()
    Paper.objects.filter(pk=paper.pk).update(title="On herons")
    index_now()
    assert (find("herons"), find("owls")) == ([paper.pk], [])


def test_deleted_paper_is_forgotten() -> None:
    paper = make_paper(title="On owls")
    index_now()
    paper.delete()
    index_now()
    assert find("owls") == []


def test_category_gained_later_is_found() -> None:
    paper = make_paper(title="On owls", categories=("cs.LG",))
    index_now()
    Category.objects.create(code="q-bio.PE")
    PaperCategory.objects.create(paper=paper, category_id="q-bio.PE")
    index_now()
    assert find("owls", category="q-bio.PE") == [paper.pk]


def test_vote_is_no_change_of_the_index() -> None:
    paper = make_paper(title="On owls")
    index_now()
    before = changes.newest_change()
    paper.stats.votes = 7
    paper.stats.save()
    assert changes.newest_change() == before


def test_common_words_are_found_at_a_build_and_kept_by_the_index() -> None:
    paper = make_paper(abstract="A deep neural network.")
    make_paper(abstract="A shallow neural network.")
    index_now()
    reading = current_reading()
    assert reading.common.pair_of("neural", "network")
    assert find('"neural networks"')[-1] == paper.pk


def test_index_that_grew_much_is_built_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    make_paper(title="On owls")
    index_now()
    first = live_name()
    monkeypatch.setattr(common, "_FEW_PAPERS", 2)
    monkeypatch.setattr(common, "_GROWTH", 1)
    heron = make_paper(title="On herons")
    index_now()
    index_now()
    assert live_name() != first
    assert find("herons") == [heron.pk]


def test_bookmark_is_replaced_not_added_to() -> None:
    for title in ("On owls", "On herons", "On storks"):
        make_paper(title=title)
        index_now()
    assert current_searcher().num_docs == 3 + 1


def test_restart_goes_on_from_the_bookmark() -> None:
    make_paper(title="On owls")
    index_now()
    before = live_name()
    heron = make_paper(title="On herons")
    index_now()
    assert (live_name(), find("herons")) == (before, [heron.pk])


def test_paper_of_a_transaction_that_ends_late_is_not_missed() -> None:
    late = make_paper(title="On owls")
    index_now()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("UPDATE papers_paper SET title = 'On eagles' WHERE id = %s", [late.pk])
        early = make_paper(title="On herons")
        assert not index_now(timeout_seconds=0)
        assert (find("eagles"), find("herons")) == ([], [])
    index_now()
    assert (find("eagles"), find("herons")) == ([late.pk], [early.pk])


def test_restored_database_gets_a_new_index() -> None:
    make_paper(title="On owls")
    index_now()
    before = live_name()
    SearchEpoch.objects.update_or_create(id=1, defaults={"epoch": uuid.uuid4()})
    index_now()
    assert live_name() != before
    assert [path.name for path in folder.root().glob("v*")] == [live_name()]


def test_database_set_back_in_time_gets_a_new_index(monkeypatch: pytest.MonkeyPatch) -> None:
    make_paper(title="On owls")
    with monkeypatch.context() as patch:
        patch.setattr(changes, "_SNAPSHOT", changes._SNAPSHOT.replace("::bigint", "::bigint + 999"))
        index_now()
    before = live_name()
    index_now()
    assert live_name() != before


def test_index_of_another_version_is_built_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    owl = make_paper(title="On owls")
    index_now()
    monkeypatch.setattr(folder, "INDEX_VERSION", schema.INDEX_VERSION + 1)
    index_now()
    assert live_name().startswith(f"v{schema.INDEX_VERSION + 1}-")
    assert find("owls") == [owl.pk]


def test_index_of_another_version_serves_until_the_new_one_is_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owl = make_paper(title="On owls")
    index_now()
    monkeypatch.setattr(folder, "INDEX_VERSION", schema.INDEX_VERSION + 1)
    make_follower(stopped=True).step()
    assert (folder.current(), find("owls")) == (None, [owl.pk])


def make_schema() -> tantivy.Schema:
    return tantivy.SchemaBuilder().add_unsigned_field("newest", fast=True).build()


@pytest.mark.parametrize("version", [schema.INDEX_VERSION, schema.INDEX_VERSION + 1])
def test_index_with_other_fields_is_not_asked_and_built_anew(
    version: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    owl = make_paper(title="On owls")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "SCHEMA", make_schema())
        schema.open_index(folder.create_folder(), create=True)
    (remains,) = folder.root().glob("v*")
    folder.make_current(remains)
    monkeypatch.setattr(folder, "INDEX_VERSION", version)
    with pytest.raises(IndexNotReady):
        current_searcher()
    index_now()
    assert find("owls") == [owl.pk]
    assert "its fields are not those of this version" in caplog.text


def test_damaged_index_is_built_again() -> None:
    owl = make_paper(title="On owls")
    index_now()
    (folder.root() / "current" / "meta.json").write_text("{")
    index_now()
    assert find("owls") == [owl.pk]


def test_rebuild_asked_for_is_done_once() -> None:
    make_paper(title="On owls")
    index_now()
    before = live_name()
    folder.ask_for_rebuild()
    index_now()
    rebuilt = live_name()
    index_now()
    assert before != rebuilt == live_name()


def test_stopped_build_leaves_the_old_index() -> None:
    owl = make_paper(title="On owls")
    index_now()
    before = live_name()
    folder.ask_for_rebuild()
    make_follower(stopped=True).step()
    assert (live_name(), find("owls")) == (before, [owl.pk])


def test_remains_of_a_stopped_build_are_removed() -> None:
    make_paper()
    index_now()
    remains = folder.create_folder()
    index_now()
    assert not remains.exists()


def test_papers_of_one_load_are_gathered_into_one_commit() -> None:
    follower = make_follower()
    step_until_read(follower)
    make_paper(title="On owls")
    step_until_read(follower)
    assert find("owls") == []
    assert not wait_for_follower(timeout_seconds=0.1)


def test_large_change_is_committed_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("papers.search.follower.COMMIT_PAPERS", 2)
    follower = make_follower()
    step_until_read(follower)
    owls = [make_paper(title="On owls", categories=()).pk for _ in range(5)]
    step_until_read(follower)
    assert len(set(find("owls")) & set(owls)) >= 2


def test_paper_after_a_commit_on_the_way_is_not_passed_over_when_the_follower_dies_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("papers.search.follower.COMMIT_PAPERS", 1)
    index_now()
    first, second = make_paper(title="On kestrels"), make_paper(title="On kestrels")
    replace = Follower._replace

    def die_at_second(self: Follower, writer: IndexWriter, paper: schema.IndexedPaper) -> None:
        if paper.paper_id == second.pk:
            raise KeyboardInterrupt
        replace(self, writer, paper)

    monkeypatch.setattr(Follower, "_replace", die_at_second)
    with pytest.raises(KeyboardInterrupt):
        step_until_read(make_follower())
    monkeypatch.setattr(Follower, "_replace", replace)
    assert find("kestrels") == [first.pk]
    index_now()
    assert sorted(find("kestrels")) == [first.pk, second.pk]


def test_state_says_how_many_can_be_found() -> None:
    make_paper(announced_on=date(2026, 3, 2))
    make_paper()
    index_now()
    reached = state()
    assert reached is not None
    assert (reached.phase, reached.indexed, reached.papers) == ("following", 2, 2)
    assert reached.cursor > changes.newest_change()


def test_state_says_up_to_when_all_can_be_found() -> None:
    began = time.time()
    make_paper()
    index_now()
    reached = state()
    assert reached is not None
    assert began <= reached.level_at <= time.time()


def test_state_is_level_once_a_transaction_waited_for_has_ended() -> None:
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_current_xact_id()")
        make_paper()
        threading.Timer(0.3, other.rollback).start()
        assert index_now()
    reached = state()
    assert reached is not None
    assert reached.level_at > 0


def test_a_change_held_back_by_a_transaction_counts_as_lag() -> None:
    paper = make_paper()
    index_now()
    level = state()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("UPDATE papers_paper SET title = 'On eagles' WHERE id = %s", [paper.pk])
        make_paper()
        assert not index_now(timeout_seconds=0)
    held = state()
    assert level is not None
    assert held is not None
    assert held.level_at == level.level_at


def test_waiting_ends_when_every_change_is_indexed() -> None:
    make_paper()
    index_now()
    assert wait_for_follower(timeout_seconds=1)


def test_unreadable_state_is_none() -> None:
    folder.root().mkdir()
    (folder.root() / "state.json").write_text("{half")
    assert state() is None


def test_second_follower_waits_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with folder.write_lock():
        follow(ImpatientStop(after=3))
    assert [record.message for record in caplog.records].count(
        "Another process keeps the index of this machine; waiting for it."
    ) == 1


def test_index_now_leaves_a_running_follower_alone() -> None:
    with folder.write_lock(), pytest.raises(folder.IndexBusy):
        index_now()


def test_database_that_is_away_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answers = iter([OperationalError("connection refused")] * 3)
    working = changes.snapshot

    def failing() -> object:
        if error := next(answers, None):
            raise error
        return working()

    monkeypatch.setattr(changes, "snapshot", failing)
    stop = ImpatientStop(after=4)
    follow(stop)
    assert stop.waits == [1.0, 2.0, 4.0, 1.0]
    said = [record.message for record in caplog.records]
    assert said.count("Waiting for the database: connection refused") == 1
    assert said.count("The database is back.") == 1


def test_doi_learnt_later_is_found() -> None:
    paper = make_paper(title="On owls")
    index_now()
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1000/owls")
    index_now()
    assert find("doi:10.1000/owls") == find("has:doi") == [paper.pk]


def test_source_that_told_later_is_found() -> None:
    paper = make_paper(title="On owls")
    index_now()
    PaperOrigin.objects.create(paper=paper, origin="huggingface", digest=1)
    index_now()
    assert find("source:huggingface") == [paper.pk]


def test_second_feed_of_the_same_family_is_no_change_of_the_index() -> None:
    paper = make_paper()
    PaperOrigin.objects.create(paper=paper, origin="arxiv_rss:cs.LG", digest=1)
    before = changes.newest_change()
    PaperOrigin.objects.create(paper=paper, origin="arxiv_rss:cs.CL", digest=1)
    PaperOrigin.objects.create(paper=paper, origin="semantic_scholar", digest=1)
    PaperIdentifier.objects.create(paper=paper, scheme="url", value="https://example.org/1")
    assert changes.newest_change() == before
