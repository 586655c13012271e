"""The private Postgres and Valkey, started for real in folders of their own."""

import os
import pwd
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from config.servers import leftovers, paths, postgres, private, upgrade
from config.servers.errors import ServersError
from config.servers.private import Servers, servers_for_command
from config.servers.processes import Guardian
from tests.config.processes import is_running
from tests.config.servers.installation import (
    BOTH,
    POSTGRES,
    ask,
    end,
    find_python_for,
    hold_servers,
    ignore,
    postmaster,
)


def test_text_is_utf8_and_the_extension_is_there(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("LC_ALL", "C")
    with servers_for_command(var, "test", BOTH, ignore):
        assert ask(var, "SHOW server_encoding") == "UTF8"
        assert ask(var, "SELECT datlocprovider, datlocale FROM pg_database LIMIT 1") == "b|C.UTF-8"
        names = ask(var, "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension")
        assert names == "plpgsql vector"


@pytest.mark.parametrize(
    ("memory", "megabytes"), [(0, 128), (1_000_000_000, 128), (8 * 10**9, 1000), (64 * 10**9, 2048)]
)
def test_postgres_has_a_share_of_the_machines_memory(memory: int, megabytes: int) -> None:
    assert postgres.shared_megabytes(memory) == megabytes


def test_nothing_listens_on_a_port_or_outside_a_private_folder(var: Path) -> None:
    with servers_for_command(var, "test", BOTH, ignore):
        assert ask(var, "SHOW listen_addresses") == ""
        assert paths.postgres_socket_directory(var).stat().st_mode & 0o777 == 0o700
        assert paths.valkey_socket(var).parent.stat().st_mode & 0o777 == 0o700
        valkey = Redis.from_url(paths.default_redis_url(var))
        assert valkey.config_get("port") == {"port": "0"}
        assert valkey.config_get("maxmemory-policy") == {"maxmemory-policy": "volatile-ttl"}


def test_acknowledged_rows_survive_a_killed_server(var: Path, guardian: Guardian) -> None:
    servers = Servers(var, guardian, ignore)
    servers.start(POSTGRES)
    ask(var, "CREATE TABLE kept AS SELECT g FROM generate_series(1, 2000) g")
    os.kill(postmaster(var), signal.SIGKILL)
    servers.start_postgres()
    assert ask(var, "SELECT count(*) FROM kept") == "2000"
    servers.stop()


def test_lock_that_names_a_strangers_process_does_not_stop_a_start(var: Path) -> None:
    data, sockets = var / "servers/postgres", paths.postgres_socket_directory(var)
    text = f"{os.getpid()}\n{data}\n1700000000\n5432\n{sockets}\n\n  1 1\nready\n"
    (data / "postmaster.pid").write_text(text)
    (sockets / ".s.PGSQL.5432.lock").write_text(text)
    with servers_for_command(var, "test", BOTH, ignore):
        assert postmaster(var) != os.getpid()


def test_killed_owner_leaves_no_server(var: Path) -> None:
    holder = hold_servers(var)
    server = postmaster(var)
    end(holder)
    with servers_for_command(var, "test", BOTH, ignore):
        assert not is_running(server)
        assert postmaster(var) != server


def test_server_that_outlived_its_guardian_is_ended_by_the_next_start(var: Path) -> None:
    holder = hold_servers(var)
    server = postmaster(var)
    pattern = Path("/proc").glob("[0-9]*/stat")
    guardians = [p for p in pattern if f") S {holder.pid} " in _read(p)]
    names = [p for p in guardians if "guardian.py" in _read(p.with_name("cmdline"))]
    os.kill(int(names[0].parent.name), signal.SIGKILL)
    end(holder)
    assert is_running(server)
    with servers_for_command(var, "test", BOTH, ignore):
        assert postmaster(var) != server


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_root_lets_an_unprivileged_user_run_the_servers(var: Path) -> None:
    assert (var / "servers/postgres").stat().st_uid != 0
    with servers_for_command(var, "test", BOTH, ignore):
        status = Path(f"/proc/{postmaster(var)}/status").read_text()
        assert "\nUid:\t0\t" not in status


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_ordinary_user_runs_the_servers_as_itself(empty: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    python = find_python_for(nobody.pw_uid)
    os.chown(empty, nobody.pw_uid, nobody.pw_gid)
    holder = hold_servers(empty, python, user=nobody.pw_uid, group=nobody.pw_gid)
    assert (empty / "servers/postgres").stat().st_uid == nobody.pw_uid
    end(holder)
    leftovers.end_leftovers(empty / "servers/postgres", "postgres")


def test_data_of_another_major_version_is_refused_by_name(var: Path, guardian: Guardian) -> None:
    version = var / "servers/postgres/PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(ServersError, match=r"Postgres 17 .* 'manage.py pgupgrade'"):
        Servers(var, guardian, ignore).start(POSTGRES)
    version.write_text("18\n")


def test_upgrade_carries_rows_over_and_renews_transaction_numbers(
    var: Path, guardian: Guardian
) -> None:
    with servers_for_command(var, "test", BOTH, ignore):
        ask(var, "CREATE TABLE public.numbered AS SELECT 7 AS id, '99999999'::xid8 AS changed")
    old = Servers(var, guardian, ignore).cluster
    new = replace(old, data=private.upgraded_data(old.data))
    upgrade.move_database(old, new, guardian, ignore)
    running = postgres.start_postgres(new, guardian, ignore)
    assert ask(var, "SELECT id, changed < '99999999'::xid8 FROM numbered") == "7|t"
    running.ask_to_stop()
    assert running.wait(5)
    shutil.rmtree(new.data)


@pytest.mark.parametrize("fault", [ServersError, KeyboardInterrupt])
def test_upgrade_that_fails_stops_its_server_and_leaves_nothing_of_it(
    var: Path, guardian: Guardian, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    def fail(*_given: object) -> None:
        raise fault

    old = Servers(var, guardian, ignore).cluster
    new = replace(old, data=private.upgraded_data(old.data))
    before = set(old.data.parent.glob("*/"))
    monkeypatch.setattr(postgres, "prepare_database", fail)
    with pytest.raises(fault):
        upgrade.move_database(old, new, guardian, ignore)
    assert set(old.data.parent.glob("*/")) == before
    assert not postgres.answers(new.programs, new.sockets)
