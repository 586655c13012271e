"""What a process does before others are forked from it, so that they share its memory."""

import gc
from typing import Any

from celery.signals import worker_init
from django.urls import get_resolver


@worker_init.connect
def before_forking(**_kwargs: Any) -> None:
    """Import all views, which all of them need, and let the collector pass over what is there.

    It writes into each object that it looks through, and what is written to is no longer shared.
    """
    get_resolver().url_patterns  # noqa: B018 - read for what it imports
    gc.collect()
    gc.freeze()
