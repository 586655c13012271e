"""The Celery app. Beat only nudges: what is due is decided by rows, in UTC (DESIGN 3.7)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("broadsheet")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

TICK_SECONDS = 60.0
app.conf.beat_schedule = {
    # expires: a worker that was away finds one nudge waiting, not a day of them
    "refresh-due-sources": {
        "task": "papers.tasks.refresh_due_sources",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "send-due-digests": {
        "task": "accounts.tasks.send_due_digests",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
}
