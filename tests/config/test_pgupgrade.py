"""`manage.py pgupgrade` between two major versions, with the site's own tables and vectors.

The older server comes from another wheel, which is not installed with the site:
BROADSHEET_OLD_POSTGRES names its folder with bin, lib and share (`make test-upgrade` fetches it).
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.servers import paths, postgres
from config.servers.account import choose_account, give_folder, make_home
from config.servers.postgres import Cluster
from config.servers.processes import Guardian
from config.servers.programs import postgres_programs

OLD = os.environ.get("BROADSHEET_OLD_POSTGRES", "")
PROJECT = Path(__file__).resolve().parent.parent.parent
PAPERS = 300
FILL = f"""
from django.db import connection
from papers.models import MeaningSlot
from tests.factories import make_entry, make_paper, make_user
for number in range({PAPERS}):
    paper = make_paper(title=f"Paper {{number}} with ümlauts")
make_entry(paper=paper, note="Kept")
with connection.cursor() as cursor:
    cursor.execute(
        "INSERT INTO papers_papervectora SELECT id, array_fill(id::real, ARRAY[256])::halfvec"
        " FROM papers_paper"
    )
"""  # noqa: S608
pytestmark = [
    pytest.mark.promise(43),
    pytest.mark.skipif(
        not OLD, reason="no older Postgres: BROADSHEET_OLD_POSTGRES, or make test-upgrade"
    ),
]


@pytest.fixture
def old() -> Iterator[Cluster]:
    """A site's database as the version before left it: its data, and its programs in var/."""
    var = Path(tempfile.mkdtemp(prefix="broadsheet-upgrade-"))
    var.chmod(0o755)
    home = make_home(var)
    cluster = Cluster(
        home / "postgres",
        keep_programs(home),
        paths.postgres_socket_directory(var),
        choose_account(home),
    )
    make_data(cluster)
    yield cluster
    shutil.rmtree(var)


@pytest.fixture
def guardian() -> Iterator[Guardian]:
    guardian = Guardian()
    yield guardian
    guardian.close()


def keep_programs(home: Path) -> Path:
    source = Path(OLD)
    asked = subprocess.run([source / "bin/postgres", "-V"], capture_output=True, text=True)
    match = re.search(r"\) (\d+)", asked.stdout)
    assert match is not None
    kept = home / f"postgres-programs-{match[1]}"
    shutil.copytree(source, postgres_programs(kept).parent, symlinks=True)
    for libraries in source.parent.parent.glob("*.libs"):  # libpq, beside the wheel's package
        shutil.copytree(libraries, kept / libraries.name)
    return postgres_programs(kept)


def make_data(cluster: Cluster) -> None:
    """initdb as the older version has it: it need not know the options of ours."""
    give_folder(cluster.data, cluster.account)
    command = [
        str(cluster.programs / "initdb"),
        "--pgdata",
        str(cluster.data),
        "--auth-local=trust",
    ]
    command += [f"--username={postgres.SUPERUSER}", "--encoding=UTF8", "--locale=C.UTF-8"]
    postgres.run_program(cluster, command)
    guardian = Guardian()
    running = postgres.start_postgres(cluster, guardian, lambda _text: None)
    postgres.run_sql(cluster, f"CREATE ROLE {paths.ROLE} LOGIN")
    postgres.run_sql(cluster, f"CREATE DATABASE {paths.DATABASE} OWNER {paths.ROLE}")
    postgres.run_sql(cluster, "CREATE EXTENSION vector", database=paths.DATABASE)
    var = cluster.data.parent.parent
    for arguments in (("migrate", "--verbosity=0"), ("shell", "--verbosity=0", "-c", FILL)):
        done = manage(var, *arguments, DATABASE_URL=paths.default_database_url(var))
        assert done.returncode == 0, done.stderr
    running.ask_to_stop()
    assert running.wait(30)
    guardian.close()


def environment_of(var: Path, given: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "BROADSHEET_VAR": str(var)} | given


def manage(var: Path, *arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment_of(var, given),
        capture_output=True,
        text=True,
    )


def ask(var: Path, sql: str) -> str:
    code = f"from django.db import connection as c; u = c.cursor(); u.execute({sql!r}); "
    done = manage(var, "shell", "--verbosity=0", "-c", f"{code}print(u.fetchone()[0])")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_sites_rows_and_vectors_move_to_the_newer_version(old: Cluster) -> None:
    var = old.data.parent.parent
    refused = manage(var, "migrate")
    assert "run 'manage.py pgupgrade'" in refused.stderr
    done = manage(var, "pgupgrade")
    assert done.returncode == 0, done.stderr
    assert "Done." in done.stdout
    assert ask(var, "SELECT count(*) FROM papers_paper WHERE title LIKE '%ümlauts'") == str(PAPERS)
    assert ask(var, "SELECT note FROM readinglists_entry") == "Kept"
    nearest = "SELECT count(*) FROM papers_papervectora WHERE embedding <=> embedding < 0.001"
    assert ask(var, nearest) == str(PAPERS)
    ahead = "SELECT count(*) FROM papers_paper WHERE changed_xid >= pg_current_xact_id()"
    assert ask(var, ahead) == "0"
    assert ask(var, "SELECT count(*) FROM pg_constraint WHERE NOT convalidated") == "0"
    assert len(list(old.data.parent.glob("postgres-[0-9][0-9]-*"))) == 1
    assert "nothing to upgrade" in manage(var, "pgupgrade").stdout
    assert manage(var, "migrate", "--check").returncode == 0


def test_an_upgrade_that_is_killed_is_run_again(old: Cluster) -> None:
    var = old.data.parent.parent
    process = subprocess.Popen(
        [sys.executable, "manage.py", "pgupgrade"],
        cwd=PROJECT,
        env=environment_of(var, {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    upgraded = old.data.with_name("postgres-upgraded")
    deadline = time.monotonic() + 60
    while not upgraded.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert old.data.exists()
    done = manage(var, "pgupgrade")
    assert done.returncode == 0, done.stderr
    assert ask(var, "SELECT count(*) FROM papers_paper") == str(PAPERS)


@pytest.mark.promise(42)
def test_backup_and_restore_work_with_a_server_of_that_version(
    old: Cluster, guardian: Guardian, tmp_path: Path
) -> None:
    var = old.data.parent.parent
    running = postgres.start_postgres(old, guardian, lambda _text: None)
    postgres.run_sql(old, f"CREATE DATABASE copy OWNER {paths.ROLE}")
    postgres.run_sql(old, "CREATE EXTENSION vector", database="copy")
    url = paths.default_database_url(var)
    archive = str(tmp_path / "a.backup")
    done = manage(var, "backup", archive, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    copy = url.removesuffix(paths.DATABASE) + "copy"
    done = manage(var, "restore", archive, DATABASE_URL=copy)
    assert done.returncode == 0, done.stderr
    count = "SELECT count(*) FROM papers_paper, papers_restoredcopy"
    assert postgres.run_sql(old, count, database="copy").strip() == str(PAPERS)
    running.ask_to_stop()
    assert running.wait(30)
