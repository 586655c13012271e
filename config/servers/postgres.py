"""Makes and runs one private Postgres: its cluster, its start, its questions.

Only its own user (and root) can reach it: it listens on a Unix socket in a 0700 folder and on no
port, so nobody needs a password. It never gives up on a recovery, however long that takes.
"""

import contextlib
import os
import platform
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.servers.account import Account, give_folder
from config.servers.errors import ServersError
from config.servers.leftovers import end_leftovers, remove_strangers_locks
from config.servers.logs import last_line, open_log
from config.servers.paths import DATABASE, ROLE
from config.servers.processes import DATABASE_STAGE, Guardian, Program, Running

SUPERUSER = "postgres"
LEAST_SHARED_MB, MOST_SHARED_MB = 128, 2048
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
# A small machine's share; the operator may change them in postgresql.conf.
TUNING = {
    "max_connections": "60",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# A server's own environment, so that the reader's LANG and PG* variables change nothing.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_PREPARE = f"""
SELECT 'CREATE ROLE {ROLE} LOGIN'
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \\gexec
\\connect template1
CREATE EXTENSION IF NOT EXISTS vector;
SELECT 'CREATE DATABASE {DATABASE} OWNER {ROLE}'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
"""  # noqa: S608
_POLL_SECONDS = 0.03
_PATIENCE_SECONDS = 2.0
_REMIND_SECONDS = 30.0
_READY, _NOT_YET = 0, 1  # what pg_isready exits with


@dataclass(frozen=True)
class Cluster:
    """One data directory, the programs of its version, the folder of its socket, its owner.

    `settings` are given to every start and so outweigh postgresql.conf.
    """

    data: Path
    programs: Path
    sockets: Path
    account: Account
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def log(self) -> Path:
        return self.data.with_name(f"{self.data.name}.log")

    @property
    def prepared(self) -> Path:
        return self.data.with_name(f"{self.data.name}.prepared")


def make_cluster(cluster: Cluster) -> None:
    """Run initdb unless the data directory is there; it appears under its name when it is whole.

    Always UTF-8 in Postgres' own C.UTF-8, which no upgrade of the system's locales can change.
    Raises ServersError with initdb's reason.
    """
    if cluster.data.exists():
        return
    draft = cluster.data.with_name(f"{cluster.data.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    give_folder(draft, cluster.account)
    # macOS has no locale of this name; what matters is Postgres' own, below.
    locale = "C.UTF-8" if platform.system() == "Linux" else "C"
    command = [str(cluster.programs / "initdb"), "--pgdata", str(draft), "--username", SUPERUSER]
    command += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--locale={locale}"]
    tuning = {"shared_buffers": f"{shared_megabytes(memory_bytes())}MB", **TUNING}
    command += [f"--set={name}={value}" for name, value in tuning.items()]
    run_program(cluster, command)
    cluster.prepared.unlink(missing_ok=True)
    draft.rename(cluster.data)


def shared_megabytes(memory: int) -> int:
    """Return how much memory of its own Postgres has for tables, of `memory` bytes in all.

    An eighth, 128 MB at least and 2 GB at most. What is not there is copied from the system's cache
    page by page: asked for the nearest of 100,000 vectors so, Postgres took twice the time (10.1 ms
    of CPU, 4.9 with all of the index in its own memory).
    """
    return min(max(memory // 8 // 1_000_000, LEAST_SHARED_MB), MOST_SHARED_MB)


def memory_bytes() -> int:
    """Return what this machine has, or this container may use; 0 where nobody tells."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 0
    with contextlib.suppress(OSError, ValueError):
        # "max" where there is no limit.
        memory = min(memory, int(CONTAINER_LIMIT.read_text()))
    return memory


def start_postgres(
    cluster: Cluster,
    guardian: Guardian,
    say: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
) -> Running:
    """Start the server and return when it answers, after any recovery; `pause` may raise.

    Raises ServersError with the last line of its log when it stops instead.
    """
    give_folder(cluster.sockets, cluster.account)
    end_leftovers(cluster.data, "postgres")
    remove_strangers_locks(cluster.data / "postmaster.pid", cluster.sockets / ".s.PGSQL.5432.lock")
    with open_log(cluster.log) as log:
        running = Running(_program(cluster), guardian, log)
    try:
        _wait_until_ready(cluster, running, say, pause)
    except BaseException:
        running.ask_to_stop()
        running.wait(3)
        running.kill()
        raise
    return running


def prepare_database(cluster: Cluster) -> None:
    """Create our role, our database and the extensions where they are missing.

    Raises ServersError with the server's answer.
    """
    if cluster.prepared.exists():
        return
    run_sql(cluster, _PREPARE)
    cluster.prepared.touch()


def run_sql(cluster: Cluster, sql: str, *, database: str = "postgres") -> str:
    """Run psql's script `sql` as superuser; return its output, raise ServersError if it fails."""
    command = [str(cluster.programs / "psql"), *connection_options(cluster), "--no-psqlrc"]
    command += ["--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
    return run_program(cluster, [*command, f"--dbname={database}"], sql)


def connection_options(cluster: Cluster) -> list[str]:
    return [f"--host={cluster.sockets}", "--port=5432", f"--username={SUPERUSER}"]


def run_program(cluster: Cluster, command: list[str], text: str = "") -> str:
    """Run one of Postgres' programs as the servers' user; raise ServersError if it fails."""
    result: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603
        command,
        input=text,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=ENVIRONMENT,
        cwd="/",
        **cluster.account.popen_options(),
    )
    if result.returncode:
        lines = result.stderr.splitlines() or ["no reason given"]
        reason = next((line for line in lines if "error" in line.lower()), lines[0])
        raise ServersError(f"{Path(command[0]).name} failed: {reason.strip()}")
    return result.stdout


def answers(programs: Path, sockets: Path) -> bool:
    return _readiness(programs, sockets) == _READY


def _readiness(programs: Path, sockets: Path) -> int:
    """Return pg_isready's code: 0 it answers, 1 it is starting or recovering, 2 nobody is there."""
    command = [str(programs / "pg_isready"), "--quiet", f"--host={sockets}", "--port=5432"]
    command += [f"--username={SUPERUSER}", "--dbname=postgres"]
    return subprocess.run(command, env=ENVIRONMENT, cwd="/", check=False).returncode  # noqa: S603


def _program(cluster: Cluster) -> Program:
    command = [str(cluster.programs / "postgres"), "-D", str(cluster.data), "-p", "5432"]
    safety = {"listen_addresses": "", "unix_socket_permissions": "0700"}
    safety["unix_socket_directories"] = _quote_folder(cluster.sockets)
    for name, value in {**safety, **dict(cluster.settings)}.items():
        command += ["-c", f"{name}={value}"]
    return Program(
        name="postgres",
        command=command,
        environment=ENVIRONMENT,
        folder=Path("/"),
        stage=DATABASE_STAGE,
        stop_signal=signal.SIGINT,  # "fast": ends connections, writes everything, needs no recovery
        popen_options=cluster.account.popen_options(),
    )


def _quote_folder(folder: Path) -> str:
    # The setting is a list, in which a comma would part one folder into two.
    return '"{}"'.format(str(folder).replace('"', '""'))


def _wait_until_ready(
    cluster: Cluster,
    running: Running,
    say: Callable[[str], None],
    pause: Callable[[float], None],
) -> None:
    remind_at = time.monotonic() + _PATIENCE_SECONDS
    while (state := _readiness(cluster.programs, cluster.sockets)) != _READY:
        if running.process.poll() is not None:
            raise ServersError(f"Postgres does not start: {last_line(cluster.log)}")
        if time.monotonic() > remind_at:
            remind_at = time.monotonic() + _REMIND_SECONDS
            recovering = "recovering after an unclean stop; a large database may take minutes"
            say(recovering if state == _NOT_YET else "still starting")
        pause(_POLL_SECONDS)
