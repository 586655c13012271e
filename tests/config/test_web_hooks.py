"""What gunicorn's first process loads, and in which order."""

from pathlib import Path

from tests.config.test_settings import run

BEGIN = """
import os, sys
import config.web_hooks as hooks
print([name for name in ("prometheus_client", "django.apps") if name in sys.modules])
print(os.environ["PROMETHEUS_MULTIPROC_DIR"])
"""
LOAD = """
import gc, threading
import config.wsgi
hooks.when_ready(None)
from django.db import connection
print(gc.get_freeze_count() > 100_000, threading.active_count(), connection.connection)
print("config.urls" in sys.modules, "papers.views" in sys.modules)
"""


def test_metrics_have_their_folder_before_anything_counts(tmp_path: Path) -> None:
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "counter_1.db").write_bytes(b"of the last start")

    done = run("-c", BEGIN, var=tmp_path, environment={})

    assert done.stdout.splitlines() == ["[]", str(tmp_path / "metrics")], done.stderr
    assert list((tmp_path / "metrics").iterdir()) == []


def test_all_is_loaded_before_the_fork_and_nothing_open_that_a_fork_would_share(
    tmp_path: Path,
) -> None:
    done = run("-c", BEGIN + LOAD, var=tmp_path, environment={})

    assert done.stdout.splitlines()[2:] == ["True 1 None", "True True"], done.stderr
