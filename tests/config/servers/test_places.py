"""Where the private servers live."""

import os
import tempfile
from pathlib import Path

import environ
import pytest

from config.servers import paths
from config.servers.account import choose_account, give_folder
from config.servers.errors import ServersError


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
