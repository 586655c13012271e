"""What a web server and a worker do once they are loaded, before others are forked from them."""

import gc
from importlib import import_module
from typing import Any

from celery.signals import worker_init
from django.conf import settings


@worker_init.connect
def before_forking(**_kwargs: Any) -> None:
    """Import all views, which all of them need, and let the collector pass over what is there.

    It writes into each object that it looks through, and what is written to is no longer shared.
    (A worker of threads forks none; for it, that is time saved.)
    """
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
