"""What gunicorn's first process does before any other: a folder where all sum up their metrics.

Read as gunicorn's configuration (`--config=python:config.web_hooks`); nothing of Django may be
imported here, since prometheus_client looks for the folder's name when it is first imported.
"""

import os
import shutil
from typing import Any

from config.servers import paths

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def on_starting(_server: Any) -> None:
    """Begin from nought: Prometheus knows a counter that starts again."""
    folder = paths.var_directory() / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ[FOLDER_VARIABLE] = str(folder)
