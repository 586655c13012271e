"""A whole site on one machine, from the first check to the last process stopped."""

import contextlib
import os
import socket
import time
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections

from config.servers import paths
from config.servers.account import make_var
from config.servers.commands import wanted_servers
from config.servers.errors import ServersError
from config.servers.ownership import Ownership, take_for_start
from config.servers.private import Servers
from config.servers.processes import Guardian, describe_exit
from config.supervisor import preparation, problems
from config.supervisor.alerts import Alerts
from config.supervisor.children import describe_child, describe_preparation
from config.supervisor.deaf import DeafWatch
from config.supervisor.output import Log
from config.supervisor.signals import StopRequested, StopSignals
from config.supervisor.supervisor import Supervisor

NAME = "start"


class Site:
    """`names` are the children to run, of children.NAMES."""

    def __init__(self, names: Sequence[str], log: Log) -> None:
        self._names = names
        self._log = log
        self._signals = StopSignals()
        self._wanted = wanted_servers()
        self._announced = "web" not in names

    def run(self) -> None:
        """Run until asked to stop; raise ServersError when it cannot start."""
        began_at = time.monotonic()
        var = settings.VAR
        make_var(var)
        with contextlib.suppress(StopRequested), self._owning() as ownership:
            is_new = not (paths.servers_home(var) / "postgres").exists()
            problems.refuse_unusable_folder(var, is_new=is_new and self._wanted.postgres)
            if "web" in self._names:
                problems.refuse_taken_port(settings.HOST, settings.PORT)
            guardian = Guardian(keep_open=[ownership.descriptor()] if ownership else [])
            try:
                self._run_with(guardian, began_at)
            finally:
                guardian.close()
        self._say("stopped")

    @contextlib.contextmanager
    def _owning(self) -> Iterator[Ownership | None]:
        if not self._wanted:
            yield None
            return
        ownership = take_for_start(settings.VAR, self._say, self._signals.pause)
        try:
            yield ownership
        finally:
            ownership.release()

    def _run_with(self, guardian: Guardian, began_at: float) -> None:
        supervisor = Supervisor(self._log, guardian, self._signals)
        with self._servers(guardian, supervisor):
            needs_admin = self._prepare(supervisor)
            for name in self._names:
                supervisor.keep_child(describe_child(name))
            try:
                watch = DeafWatch(self._names, supervisor.ages, supervisor.restart)
                alerts = Alerts(self._log.say)
                supervisor.run(lambda: self._tick(watch, alerts, began_at, needs_admin))
            finally:
                try:
                    self._say("stopping")
                finally:
                    # Whatever becomes of words: before the servers, and with mails in hand.
                    supervisor.stop_children()

    @contextlib.contextmanager
    def _servers(self, guardian: Guardian, supervisor: Supervisor) -> Iterator[None]:
        if not self._wanted:
            yield
            return
        servers = Servers(settings.VAR, guardian, self._log.say, pause=self._signals.pause)
        try:
            servers.start(self._wanted)
            if self._wanted.valkey:
                supervisor.keep("valkey", servers.start_valkey, servers.valkey)
            if self._wanted.postgres:
                supervisor.keep("postgres", servers.start_postgres, servers.postgres)
            yield
        finally:
            servers.stop(within_seconds=3.0)

    def _prepare(self, supervisor: Supervisor) -> bool:
        """Make everything ready; return whether somebody has yet to become the administrator.

        A process of its own does it: what it loads is 60 MB, which the supervisor would keep for as
        long as the site runs.
        """
        preparation.wait_for_database(self._say, self._signals.pause)
        serves, has_samples = "web" in self._names, os.environ.get("SAMPLE") == "1"
        if has_samples or preparation.is_needed(serves=serves):
            program = describe_preparation(serves=serves, samples=has_samples)
            code = supervisor.run_to_its_end(program, NAME)
            self._signals.check()
            if code:
                raise ServersError(
                    f"The site could not be made ready (it {describe_exit(code)}): "
                    f"the lines of {NAME!r} above say why."
                )
        needs_admin = not get_user_model().objects.exists()
        # The supervisor needs no connection from here on.
        connections.close_all()
        return needs_admin

    def _tick(self, watch: DeafWatch, alerts: Alerts, began_at: float, needs_admin: bool) -> None:
        self._announce(began_at, needs_admin=needs_admin)
        watch.tick()
        alerts.tick()

    def _announce(self, began_at: float, *, needs_admin: bool) -> None:
        if self._announced or not _is_listening(settings.HOST, settings.PORT):
            return
        self._announced = True
        seconds = time.monotonic() - began_at
        self._say(f"Broadsheet is ready after {seconds:.0f} s: open {settings.SITE_URL}")
        if needs_admin:
            self._say("There is no account yet. In another terminal, 'make admin' makes yours.")
        self._say("Ctrl-C stops everything.")

    def _say(self, text: str) -> None:
        self._log.say(NAME, text)


def _is_listening(host: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    try:
        with socket.create_connection((reachable, port), timeout=0.2):
            return True
    except OSError:
        return False
