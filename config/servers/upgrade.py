"""Moves the private database to a newer major version of Postgres, by dump and restore.

The old data directory is kept, under the name of its version, for the operator to remove; until
the new one is whole nothing is renamed, so that an upgrade that fails can be run again. Settings
that were changed in the old one by hand are not taken along.
"""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from config.servers import postgres
from config.servers.account import choose_account, give_folder, make_home
from config.servers.errors import ServersError
from config.servers.leftovers import end_leftovers
from config.servers.ownership import Ownership
from config.servers.paths import DATABASE, postgres_socket_directory
from config.servers.postgres import Cluster
from config.servers.private import data_major, upgraded_data
from config.servers.processes import Guardian
from config.servers.programs import install_programs, kept_postgres_programs
from config.servers.renewal import RENEW_TRANSACTION_NUMBERS

Say = Callable[[str], None]


def upgrade_database(var: Path, say: Say) -> None:
    """Bring the database of this installation to the Postgres that is installed now.

    Raises ServersError when servers run, when the old version's programs are missing, or when a
    step fails; the old data is untouched then.
    """
    ownership = Ownership(var, "pgupgrade")
    home = make_home(var)
    if not ownership.try_take():
        raise ServersError("The database is in use: stop what runs (manage.py start) first.")
    try:
        guardian = Guardian(keep_open=[ownership.descriptor()])
        _upgrade(home, postgres_socket_directory(var), guardian, say)
        guardian.close()
    finally:
        ownership.release()


def _upgrade(home: Path, sockets: Path, guardian: Guardian, say: Say) -> None:
    programs = install_programs(home)
    data = home / "postgres"
    major = data_major(data)
    new = Cluster(upgraded_data(data), programs.postgres, sockets, choose_account(home))
    if major is None and new.data.exists():
        _put_in_place(new, data, say)
    elif major is None or major == programs.postgres_major:
        say(f"There is nothing to upgrade: this is Postgres {programs.postgres_major}.")
    else:
        old = replace(new, data=data, programs=_find_old_programs(home, major))
        move_database(old, new, guardian, say)
        data.rename(home / f"postgres-{major}-{time.strftime('%Y%m%d-%H%M%S')}")
        _put_in_place(new, data, say)


def move_database(old: Cluster, new: Cluster, guardian: Guardian, say: Say) -> None:
    """Copy our database from `old` into a new cluster at `new`; both are stopped afterwards.

    What fails or is broken off leaves nothing of the new one, which is as large as the old.
    """
    folder = new.data.with_name("upgrade")
    # Of a run that was killed: its new server would answer in place of the old one.
    end_leftovers(new.data, "postgres")
    give_folder(folder, new.account)
    dump = folder / "database.dump"
    shutil.rmtree(new.data, ignore_errors=True)
    try:
        say("1 of 2: writing the old database to a file")
        with _running(old, guardian, say):
            # The newer pg_dump reads older servers, not the reverse.
            _run(new, "pg_dump", "--format=custom", f"--file={dump}", f"--dbname={DATABASE}")
        say("2 of 2: reading it into a new database")
        postgres.make_cluster(new)
        with _running(new, guardian, say):
            postgres.prepare_database(new)
            _run(new, "pg_restore", "--exit-on-error", f"--dbname={DATABASE}", str(dump))
            postgres.run_sql(new, f"{RENEW_TRANSACTION_NUMBERS} \\gexec", database=DATABASE)
            postgres.run_sql(new, "ANALYZE", database=DATABASE)
    except BaseException:
        shutil.rmtree(new.data, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find_old_programs(home: Path, major: int) -> Path:
    programs = kept_postgres_programs(home, major)
    if programs is None:
        raise ServersError(
            f"The programs of Postgres {major} are no longer in {home}: install the version of "
            "Broadsheet that made this database, dump it with its pg_dump, and load that."
        )
    return programs


@contextlib.contextmanager
def _running(cluster: Cluster, guardian: Guardian, say: Say) -> Iterator[None]:
    running = postgres.start_postgres(cluster, guardian, say)
    try:
        yield
    finally:
        running.ask_to_stop()
        running.wait(120)
        running.kill()


def _run(cluster: Cluster, program: str, *options: str) -> None:
    command = [str(cluster.programs / program), *postgres.connection_options(cluster), *options]
    postgres.run_program(cluster, command)


def _put_in_place(new: Cluster, data: Path, say: Say) -> None:
    new.prepared.unlink(missing_ok=True)
    new.data.rename(data)
    say(
        f"Done. The old data is kept beside it, in {data}-*: remove it when all is well. What was "
        "changed there by hand (postgresql.conf, pg_hba.conf, ALTER SYSTEM) was not taken along."
    )
