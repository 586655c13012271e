"""The private servers of one installation, as `manage.py start`, other commands and tests use them.

Decides nothing about how a server is run (postgres.py, valkey.py) or who may (ownership.py).
"""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config.servers import paths, postgres, valkey
from config.servers.account import choose_account, make_home
from config.servers.errors import ServersError
from config.servers.ownership import Ownership
from config.servers.processes import Guardian, Running
from config.servers.programs import Programs, install_programs, kept_postgres_programs

Say = Callable[[str, str], None]  # the server's name, what is happening to it
_PATIENCE_SECONDS = 2.0
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Wanted:
    """Which of the two servers are private here: not those with a URL of their own."""

    postgres: bool
    valkey: bool

    def __bool__(self) -> bool:
        return self.postgres or self.valkey


class Servers:
    def __init__(
        self,
        var: Path,
        guardian: Guardian,
        say: Say,
        postgres_settings: tuple[tuple[str, str], ...] = (),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._home = make_home(var)
        self._guardian = guardian
        self._say = say
        self._pause = pause
        account = choose_account(self._home)
        self._programs = install_programs(self._home)
        self.cluster = describe_cluster(var, self._home, self._programs, postgres_settings)
        self.cache = valkey.Cache(
            program=self._programs.valkey,
            socket=paths.valkey_socket(var),
            folder=self._home / "valkey",
            account=account,
        )
        self.postgres: Running | None = None
        self.valkey: Running | None = None

    def start(self, wanted: Wanted) -> None:
        if wanted.valkey:
            self.start_valkey()
        if wanted.postgres:
            self.start_postgres()

    def start_valkey(self) -> Running:
        self.valkey = valkey.start_valkey(self.cache, self._guardian)
        return self.valkey

    def start_postgres(self) -> Running:
        """Start Postgres, making its cluster and database first where there are none yet."""
        refuse_other_major(self.cluster.data, self._programs.postgres_major)
        refuse_half_upgraded(self.cluster.data)
        if not self.cluster.data.exists():
            self._say("postgres", f"making a new database in {self._home}")
        postgres.make_cluster(self.cluster)
        self.postgres = postgres.start_postgres(
            self.cluster, self._guardian, lambda text: self._say("postgres", text), self._pause
        )
        postgres.prepare_database(self.cluster)
        return self.postgres

    def stop(self, within_seconds: float = 30.0) -> None:
        """Stop Valkey, then Postgres; who takes longer is killed, and recovers at its next start.

        The time may be passed by 1 s.
        """
        for running, seconds in ((self.valkey, 0.5), (self.postgres, within_seconds - 0.5)):
            if running is not None:
                running.ask_to_stop()
                if not running.wait(seconds):
                    running.send(signal.SIGQUIT)  # Postgres: end without a checkpoint
                    running.wait(1.0)
                running.kill()
        self.valkey = self.postgres = None


def describe_cluster(
    var: Path, home: Path, programs: Programs, settings: tuple[tuple[str, str], ...] = ()
) -> postgres.Cluster:
    return postgres.Cluster(
        data=home / "postgres",
        programs=programs.postgres,
        sockets=paths.postgres_socket_directory(var),
        account=choose_account(home),
        settings=settings,
    )


def data_major(data: Path) -> int | None:
    """Return the major version of Postgres that wrote `data`, None when there is none yet."""
    version = data / "PG_VERSION"
    return int(version.read_text()) if version.exists() else None


def refuse_other_major(data: Path, major: int) -> None:
    found = data_major(data)
    if found not in {None, major}:
        raise ServersError(
            f"The database in {data} was made by Postgres {found} and this is Postgres {major}: "
            "run 'manage.py pgupgrade' (make sure of room for a second copy)."
        )


def upgraded_data(data: Path) -> Path:
    """Return where `pgupgrade` makes the new cluster, until it takes the place of `data`."""
    return data.with_name(f"{data.name}-upgraded")


def refuse_half_upgraded(data: Path) -> None:
    if not data.exists() and upgraded_data(data).exists():
        raise ServersError(f"An upgrade of {data} was cut short: run 'manage.py pgupgrade' again.")


@contextlib.contextmanager
def servers_for_command(var: Path, command: str, wanted: Wanted, say: Say) -> Iterator[None]:
    """Have the private servers answer while `command` runs: those that run already, or our own.

    Raises ServersError when they cannot be had.
    """
    make_home(var)
    ownership = Ownership(var, command)
    while not ownership.try_take():
        with ownership.sharing():
            if _wait_for_owner(var, ownership, wanted, say):
                yield
                return
    try:
        with _own_servers(var, ownership, wanted, say):
            try:
                yield
            finally:
                # A command that failed too: others may be using its servers.
                ownership.wait_for_users(lambda text: say(command, text))
    finally:
        ownership.release()


@contextlib.contextmanager
def _own_servers(var: Path, ownership: Ownership, wanted: Wanted, say: Say) -> Iterator[None]:
    guardian = Guardian(keep_open=[ownership.descriptor()])
    try:
        servers = Servers(var, guardian, say)
        try:
            servers.start(wanted)
            yield
        finally:
            servers.stop()
    finally:
        guardian.close()


def _wait_for_owner(var: Path, ownership: Ownership, wanted: Wanted, say: Say) -> bool:
    """Return True when the owner's servers answer, False when the owner has gone."""
    explain_at = time.monotonic() + _PATIENCE_SECONDS
    while not (ownership.owner_lives() and _all_answer(var, wanted)):
        if ownership.try_take():
            ownership.release()
            return False
        if time.monotonic() > explain_at:
            number, role = ownership.owner()
            say("database", f"waiting for the servers of '{role}' (process {number})")
            explain_at = float("inf")
        time.sleep(_POLL_SECONDS)
    return True


def _all_answer(var: Path, wanted: Wanted) -> bool:
    return (not wanted.postgres or _postgres_answers(var)) and (
        not wanted.valkey or valkey.answers(paths.valkey_socket(var))
    )


def _postgres_answers(var: Path) -> bool:
    home = paths.servers_home(var)
    major = data_major(home / "postgres")
    programs = kept_postgres_programs(home, major) if major else None
    return programs is not None and postgres.answers(programs, paths.postgres_socket_directory(var))
