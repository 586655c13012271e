"""Refuses migrations that a running site would feel: `manage.py lintmigrations`, in `make check`.

While a new version migrates, the version before still answers requests. So no migration may lock a
table for long or take from it what the version before uses. The SQL of each migration goes to
squawk, which reads it as Postgres does. It sees nothing of RunPython, and rows are no matter of
its: changing them in a transaction is refused here. Those that were published before this check are
left out. A migration that is safe for a reason that cannot be seen says so by a line of its own:

    # squawk: ban-drop-column -- not read since 1.4
    # squawk: rows-in-transaction -- one row

Not part of the running site. Read more: CONTRIBUTING.md, https://squawkhq.com/docs/rules.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import sqlparse
from django.apps import apps
from django.conf import settings
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

# Up to these nobody's site is upgraded under load any more; newer ones are looked at.
PUBLISHED = {"accounts": 7, "papers": 10, "readinglists": 6}
OLDEST_POSTGRES = "15.0"
# Matters of taste; and what migrate itself sets (config/supervisor/preparation.py).
NOT_ASKED = (
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-timestamp-tz",
    "require-lock-timeout",
    "require-statement-timeout",
)
# Ours, excused as squawk's are.
ROWS_RULE = "rows-in-transaction"
# WITH as well: a query that only reads is no migration. Of DO, which does what it says at once, any
# word that changes rows, or hands on text that may.
_CHANGES_ROWS = re.compile(
    r"\s*(?:(?:INSERT|UPDATE|DELETE|MERGE|WITH)\b"
    r"|COPY\s+[^\s(].*\bFROM\b"
    r"|DO\b.*\b(?:INSERT|UPDATE|DELETE|MERGE|COPY|EXECUTE)\b)",
    re.IGNORECASE | re.DOTALL,
)
_SQUAWK = Path(sys.executable).with_name("squawk")
_EXCUSE = re.compile(r"^# squawk: (?P<rule>[a-z-]+) -- \S.*$", re.MULTILINE)
_NUMBER = re.compile(r"(\d{4})_")


def look_at_new() -> Iterator[tuple[str, str]]:
    """Yield each migration that is not published yet, and what speaks against it ("": safe)."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if not is_new(app, name):
            continue
        state = loader.project_state((app, name), at_end=False)
        with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
            migration.apply(state, editor, collect_sql=True)
        sql = [str(line) for line in editor.collected_sql]
        excused = excuses(migration)
        said = lint(sql, excused - {ROWS_RULE}, in_transaction=migration.atomic)
        yield f"{app}.{name}", said + ("" if ROWS_RULE in excused else look_at_rows(migration))


def look_at_rows(migration: Any) -> str:
    """Return a line for each operation that changes rows in one transaction, "" where none does.

    All rows that it touches stay locked until that ends, and what they were stays in the table.
    """
    found = [
        what
        for operation in _each(migration.operations)
        if migration.atomic or getattr(operation, "atomic", False)
        for what in _changes_of_rows(operation)
    ]
    return "".join(f"{ROWS_RULE}: {what}\n" for what in found)


def is_new(app: str, name: str) -> bool:
    match = _NUMBER.match(name)
    return _is_ours(app) and (match is None or int(match[1]) > PUBLISHED.get(app, 0))


def _is_ours(app: str) -> bool:
    return Path(apps.get_app_config(app).path).parent == Path(settings.BASE_DIR)


def excuses(migration: Any) -> set[str]:
    """Return the rules that the migration's own file names with a reason."""
    source = sys.modules[type(migration).__module__].__file__
    return {match["rule"] for match in _EXCUSE.finditer(Path(str(source)).read_text())}


def lint(sql: list[str], excused: set[str], *, in_transaction: bool = True) -> str:
    """Return what squawk says of the statements, a line each, "" when they are safe."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write("\n".join(sql) + "\n")
        file.flush()
        command = [str(_SQUAWK), "--reporter=gcc", f"--pg-version={OLDEST_POSTGRES}"]
        command += ["--assume-in-transaction"] if in_transaction else []
        command += [f"--exclude={rule}" for rule in (*NOT_ASKED, *sorted(excused))]
        done = subprocess.run(  # noqa: S603
            [*command, file.name], capture_output=True, text=True, check=False
        )
        if done.returncode not in {0, 1}:
            raise RuntimeError(done.stderr)
        return done.stdout.replace(f"{file.name}:", "line ") if done.returncode else ""


def _each(operations: Iterable[Any]) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _each(operation.database_operations)
        else:
            yield operation


def _changes_of_rows(operation: Any) -> Iterator[str]:
    if isinstance(operation, migrations.RunPython):
        if operation.code is not migrations.RunPython.noop:
            yield f"RunPython of {getattr(operation.code, '__name__', operation.code)}"
    elif isinstance(operation, migrations.RunSQL):
        given = [operation.sql] if isinstance(operation.sql, str) else operation.sql
        texts = [text if isinstance(text, str) else text[0] for text in given]
        for statement in sqlparse.split(sqlparse.format("\n;".join(texts), strip_comments=True)):
            if _CHANGES_ROWS.match(statement):
                yield statement.strip().splitlines()[0]
