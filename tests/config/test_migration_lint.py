"""Each kind of migration that a running site would feel, and what is safe."""

import pytest

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


def test_those_published_before_are_left_out() -> None:
    assert not migration_lint.is_new("papers", "0010_titles_by_letters")
    assert migration_lint.is_new("papers", "0013_restored_copy")
    assert not migration_lint.is_new("account", "0099_of_another_package")


@pytest.mark.django_db(transaction=True)  # an index is built beside, outside of one
def test_the_sites_new_migrations_are_safe() -> None:
    assert {label: said for label, said in migration_lint.look_at_new() if said} == {}
