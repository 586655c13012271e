"""Postgres and Valkey as an operator has them: over TCP, by password, the site's role no superuser.

They are the programs of the wheels, started with deploy/postgres/database.sql and
deploy/valkey/valkey.conf on ports of their own.
"""

import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from config.servers.account import choose_account, give_folder, make_home
from config.servers.logs import last_line
from config.servers.postgres import ENVIRONMENT, SUPERUSER, Cluster, run_program
from config.servers.processes import CACHE_STAGE, DATABASE_STAGE, Guardian, Program, Running
from config.servers.programs import Programs, install_programs
from deploy.check.compose import DEPLOY

_PATIENCE_SECONDS = 20.0


@contextmanager
def outside_servers(
    var: Path, secrets: Path, *, postgres_port: int, valkey_port: int
) -> Iterator[Cluster]:
    """Run both until the end of the block; `secrets` are what make-secrets made."""
    home = make_home(var)
    programs, guardian = install_programs(home), Guardian()
    cluster = Cluster(
        home / "outside", programs.postgres, home / "outside-socket", choose_account(home)
    )
    try:
        _start_postgres(cluster, guardian, postgres_port)
        _make_database(cluster, postgres_port, (secrets / "postgres_owner").read_text().strip())
        _start_valkey(home / "outside-valkey", programs, cluster, guardian, secrets, valkey_port)
        yield cluster
    finally:
        guardian.close()


def _start_postgres(cluster: Cluster, guardian: Guardian, port: int) -> None:
    for folder in (cluster.data, cluster.sockets):
        give_folder(folder, cluster.account)
    command = [str(cluster.programs / "initdb"), "--pgdata", str(cluster.data)]
    command += ["--username", SUPERUSER, "--auth-local=trust", "--auth-host=scram-sha-256"]
    command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    run_program(cluster, [*command, "--locale=C.UTF-8"])
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(cluster.sockets),
        "max_connections": "100",
        "jit": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(cluster.programs / "postgres"), "-D", str(cluster.data), *options]
    program = Program("postgres", command, ENVIRONMENT, Path("/"), DATABASE_STAGE)
    _wait_for_port(port, program.name, _run(program, cluster, guardian))


def _make_database(cluster: Cluster, port: int, password: str) -> None:
    command = [str(cluster.programs / "psql"), f"--host={cluster.sockets}", f"--port={port}"]
    command += [f"--username={SUPERUSER}", "--dbname=postgres", "--no-psqlrc", "--quiet"]
    command += ["--set=ON_ERROR_STOP=1", f"--set=password={password}"]
    text = (DEPLOY / "postgres" / "database.sql").read_text()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    ready = [str(cluster.programs / "pg_isready"), f"--host={cluster.sockets}", f"--port={port}"]
    while not _succeeds(cluster, ready) and time.monotonic() < deadline:
        time.sleep(0.05)
    run_program(cluster, command, text)


def _start_valkey(
    folder: Path,
    programs: Programs,
    cluster: Cluster,
    guardian: Guardian,
    secrets: Path,
    port: int,
) -> None:
    give_folder(folder, cluster.account)
    text = (DEPLOY / "valkey" / "valkey.conf").read_text().replace("dir /data", f"dir {folder}")
    (folder / "valkey.conf").write_text(text)
    shutil.copyfile(secrets / "valkey_password", folder / "valkey_password")
    for path in folder.iterdir():
        if os.geteuid() == 0:
            os.chown(path, cluster.account.uid, cluster.account.gid)
    command = [str(programs.valkey), str(folder / "valkey.conf")]
    command += ["--include", str(folder / "valkey_password")]
    command += ["--bind", "127.0.0.1", "--port", str(port)]
    program = Program("valkey", command, ENVIRONMENT, Path("/"), CACHE_STAGE)
    _wait_for_port(port, program.name, _run(program, cluster, guardian))


def _run(program: Program, cluster: Cluster, guardian: Guardian) -> Path:
    """Start it; return its log."""
    log = cluster.data.with_name(f"{program.name}-outside.log")
    program = replace(program, popen_options=cluster.account.popen_options())
    with log.open("ab") as output:
        Running(program, guardian, output)
    return log


def _succeeds(cluster: Cluster, command: list[str]) -> bool:
    try:
        run_program(cluster, command)
    except Exception:
        return False
    return True


def _wait_for_port(port: int, name: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            if time.monotonic() > deadline:
                sys.exit(f"{name} does not start: {last_line(log)}")
            time.sleep(0.05)
        else:
            return
