"""Where all web processes sum up their metrics: prometheus_client reads its name when imported."""

import os
import shutil

from config.servers import paths

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def begin_from_nought() -> None:
    """Make it anew: Prometheus knows a counter that starts again."""
    folder = paths.var_directory() / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ[FOLDER_VARIABLE] = str(folder)
