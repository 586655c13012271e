"""The site's Celery app, in which storing an answer that begins with POISON kills the process."""

import os
import signal
from datetime import datetime

import django

from config.celery import app

django.setup()

from papers import rounds  # noqa: E402
from papers.models import FetchedDocument  # noqa: E402

__all__ = ["POISON", "app"]

POISON = b"POISON"
_store = rounds.store


def store(document: FetchedDocument, *, now: datetime) -> None:
    if bytes(document.body).startswith(POISON):
        os.kill(os.getpid(), signal.SIGKILL)
    _store(document, now=now)


rounds.store = store
