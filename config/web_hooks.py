"""What gunicorn's first process does before any other: `--config=python:config.web_hooks`.

It loads the site once, and the processes that answer are forked from it: code and what it made of
itself are then in memory once. Three processes took 292 MB, each with its own, and now take 204.
"""

from importlib import import_module
from typing import Any

from config.metrics import folder

preload_app = True

# Here, since the site is loaded before any hook is called.
folder.begin_from_nought()


def when_ready(_server: Any) -> None:
    # Only now can what uses Django be imported.
    import_module("config.warm")
    import_module("config.forking").before_forking()
