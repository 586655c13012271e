"""Decides which of manage.py's commands need the private servers, and runs each with them.

A command that finds none running has its own for as long as it lasts, so that everything works
for a newcomer who has started nothing. `start` and `pgupgrade` see to the servers themselves.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import ProgrammingError
from psycopg.errors import UndefinedTable

from config.servers.account import make_var
from config.servers.errors import ServersError
from config.servers.paths import var_directory
from config.servers.private import Wanted, servers_for_command

# Set by `manage.py start` for its children: the servers are there, do not look for them.
RUNNING_VARIABLE = "BROADSHEET_SERVERS_RUN"
# A mail server that pipes a mail to it keeps the mail where this says so.
_PIPED = "readbounces"
_WITHOUT_SERVERS = {
    "start",
    "pgupgrade",
    "help",
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "listsettings",
    "makemessages",
    "origin",
    "run",
    "startapp",
    "startproject",
    "test",
}


def run_command(argv: list[str]) -> None:
    """Run `manage.py argv[1:]`; what the operator must put right ends it with one line."""
    try:
        with _servers_for(argv):
            execute_from_command_line(argv)
    except (ServersError, ImproperlyConfigured) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(os.EX_TEMPFAIL if argv[1:2] == [_PIPED] else 1)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable):
            raise
        sys.exit("The database has no tables yet: run 'make run' once, or 'manage.py migrate'.")
    except KeyboardInterrupt:
        sys.exit(130)


def wanted_servers() -> Wanted:
    return Wanted(postgres=settings.EMBEDDED_POSTGRES, valkey=settings.EMBEDDED_REDIS)


def needs_servers(arguments: Sequence[str]) -> bool:
    """Say whether the command with these arguments (its name first) talks to a server."""
    if not arguments or {"--help", "-h", "--version"} & set(arguments):
        return False
    if arguments[0] == "check":
        return "--database" in arguments
    return arguments[0] not in _WITHOUT_SERVERS


@contextlib.contextmanager
def _servers_for(argv: list[str]) -> Iterator[None]:
    # First, because reading the settings writes keys to it.
    make_var(var_directory())
    wanted = wanted_servers()
    if not wanted or os.environ.get(RUNNING_VARIABLE) or not needs_servers(argv[1:]):
        yield
        return
    with servers_for_command(var_directory(), argv[1], wanted, _say):
        yield


def _say(name: str, text: str) -> None:
    sys.stderr.write(f"{name}: {text}\n")
