"""Each kind of migration that a running site would feel, and what is safe."""

import pytest
from django.db import migrations
from django.db.migrations.operations.base import Operation

from config import migration_lint

pytestmark = [
    pytest.mark.promise(43),
    pytest.mark.skipif(not migration_lint._SQUAWK.exists(), reason="squawk is not installed"),
]
TABLE = 'ALTER TABLE "papers_paper"'
UNSAFE = {
    "require-concurrent-index-creation": 'CREATE INDEX "i" ON "papers_paper" ("title");',
    "ban-drop-column": f'{TABLE} DROP COLUMN "comment" CASCADE;',
    "renaming-column": f'{TABLE} RENAME COLUMN "comment" TO "remark";',
    "renaming-table": f'{TABLE} RENAME TO "papers_article";',
    "ban-drop-table": 'DROP TABLE "papers_vote" CASCADE;',
    "changing-column-type": f'{TABLE} ALTER COLUMN "version" TYPE bigint;',
    "adding-not-nullable-field": f'{TABLE} ALTER COLUMN "comment" SET NOT NULL;',
    # Django's way with `default=`: the version before does not know the column, and inserts fail.
    "ban-drop-default": f"{TABLE} ADD COLUMN \"x\" text DEFAULT '' NOT NULL;"
    f'{TABLE} ALTER COLUMN "x" DROP DEFAULT;',
    "constraint-missing-not-valid": f'{TABLE} ADD CONSTRAINT "c" CHECK ("version" > 0);',
    "adding-field-with-default": f'{TABLE} ADD COLUMN "x" uuid DEFAULT gen_random_uuid() NOT NULL;',
}
SAFE = [
    'CREATE TABLE "t" ("id" bigint PRIMARY KEY); CREATE INDEX "i" ON "t" ("id");',
    f'{TABLE} ADD COLUMN "x" text NULL;',
    # Django's way with `db_default=`.
    f"{TABLE} ADD COLUMN \"x\" text DEFAULT '' NOT NULL;",
    f'{TABLE} ADD CONSTRAINT "c" CHECK ("version" > 0) NOT VALID;',
]


@pytest.mark.parametrize("rule", UNSAFE)
def test_what_locks_or_breaks_the_version_before_is_refused(rule: str) -> None:
    assert rule in migration_lint.lint([UNSAFE[rule]], set())


@pytest.mark.parametrize("sql", SAFE)
def test_what_is_safe_passes(sql: str) -> None:
    assert migration_lint.lint([sql], set()) == ""


def test_an_index_built_beside_passes_outside_of_a_transaction() -> None:
    sql = ['CREATE INDEX CONCURRENTLY "i" ON "papers_paper" ("title");']
    assert migration_lint.lint(sql, set(), in_transaction=False) == ""


def test_a_reason_in_the_migration_excuses_one_rule() -> None:
    sql = [UNSAFE["ban-drop-column"], UNSAFE["ban-drop-table"]]
    said = migration_lint.lint(sql, {"ban-drop-column"})
    assert "ban-drop-column" not in said
    assert "ban-drop-table" in said


def test_an_excuse_needs_a_reason() -> None:
    found = migration_lint._EXCUSE.findall(
        "# squawk: ban-drop-column -- not read since 1.4\n# squawk: ban-drop-table --\n"
    )
    assert found == ["ban-drop-column"]


def work(_apps: object, _editor: object) -> None: ...


ROWS: dict[str, Operation] = {
    "RunPython of work": migrations.RunPython(work),
    "UPDATE t SET x = 1;": migrations.RunSQL("-- all\n/* of them */ UPDATE t SET x = 1;"),
    "delete from t": migrations.RunSQL("CREATE TABLE u ();\ndelete from t"),
    "INSERT INTO t VALUES (%s)": migrations.RunSQL([("INSERT INTO t VALUES (%s)", [1])]),
    "DO $$": migrations.RunSQL("DO $$\nBEGIN\n    UPDATE t SET x = 1; -- all\nEND $$;"),
    "DO LANGUAGE plpgsql $do$ BEGIN EXECUTE 'DELETE FROM t'; END $do$": migrations.RunSQL(
        "CREATE TABLE u ();\nDO LANGUAGE plpgsql $do$ BEGIN EXECUTE 'DELETE FROM t'; END $do$"
    ),
    "COPY t (x) FROM '/tmp/rows'": migrations.RunSQL("COPY t (x) FROM '/tmp/rows'"),
    "WITH old AS (SELECT 1) DELETE FROM t": migrations.SeparateDatabaseAndState(
        [migrations.RunSQL(["WITH old AS (SELECT 1) DELETE FROM t"])]
    ),
}
NO_ROWS: list[Operation] = [
    migrations.RunPython(migrations.RunPython.noop, work),
    migrations.RunSQL("CREATE TABLE t (x int)", "DELETE FROM t"),
    migrations.RunSQL("COPY (SELECT x FROM t) TO '/tmp/rows'"),
    migrations.RunSQL("DO $$ BEGIN IF NOT EXISTS (SELECT) THEN CREATE TABLE t (); END IF; END $$"),
    migrations.RunSQL(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        "BEGIN\n    UPDATE t SET x = 1; -- later\n    RETURN NULL;\nEND $$;"
    ),
]


def migration_of(*operations: Operation, atomic: bool = True) -> migrations.Migration:
    class Rows(migrations.Migration):
        pass

    Rows.operations, Rows.atomic = operations, atomic
    return Rows("0099_rows", "papers")


@pytest.mark.parametrize("what", ROWS)
def test_rows_changed_in_a_transaction_are_refused_by_name(what: str) -> None:
    said = migration_lint.look_at_rows(migration_of(ROWS[what]))
    assert said == f"rows-in-transaction: {what}\n"
    assert migration_lint.look_at_rows(migration_of(ROWS[what], atomic=False)) == ""


@pytest.mark.parametrize("operation", NO_ROWS)
def test_what_changes_no_rows_forwards_passes(operation: Operation) -> None:
    assert migration_lint.look_at_rows(migration_of(operation)) == ""


def test_a_step_with_a_transaction_of_its_own_is_refused_too() -> None:
    own = migrations.RunPython(work, atomic=True)
    assert "RunPython of work" in migration_lint.look_at_rows(migration_of(own, atomic=False))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("excused", [set(), {migration_lint.ROWS_RULE}])
def test_rows_are_looked_at_with_all_else_and_excused_alike(
    monkeypatch: pytest.MonkeyPatch, excused: set[str]
) -> None:
    """By one that was published before: it counts all votes in one go."""
    monkeypatch.setattr(migration_lint, "PUBLISHED", {"papers": 7})
    monkeypatch.setattr(migration_lint, "excuses", lambda _migration: excused)
    said = dict(migration_lint.look_at_new())["papers.0008_fill_trending"]
    assert ("rows-in-transaction: UPDATE papers_vote SET" in said) == (not excused)


def test_those_published_before_are_left_out() -> None:
    assert not migration_lint.is_new("papers", "0010_titles_by_letters")
    assert migration_lint.is_new("papers", "0013_restored_copy")
    assert not migration_lint.is_new("account", "0099_of_another_package")


def test_an_app_of_ours_of_which_nothing_was_published_is_looked_at_from_its_first() -> None:
    assert "config" not in migration_lint.PUBLISHED
    assert migration_lint.is_new("config", "0001_initial")


@pytest.mark.django_db(transaction=True)  # an index is built beside, outside of one
def test_the_sites_new_migrations_are_safe() -> None:
    assert {label: said for label, said in migration_lint.look_at_new() if said} == {}
