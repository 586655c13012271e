"""The Celery app. Beat only nudges: what is due is decided by rows, in UTC (DESIGN 3.7)."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init

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
    "restate-coverage": {
        "task": "papers.tasks.restate_coverage",
        "schedule": 5 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "forget-old-counts": {
        "task": "papers.tasks.forget_old_counts",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "refresh-meaning": {
        "task": "papers.tasks.refresh_meaning",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "follow-trending": {
        "task": "papers.tasks.follow_trending",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "match-papers": {
        "task": "accounts.tasks.match_papers",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "empty-old-bins": {
        "task": "readinglists.tasks.empty_old_bins",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "forget-old-changes-of-lists": {
        "task": "readinglists.tasks.forget_old_changes",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "forget-old-invitations": {
        "task": "readinglists.tasks.forget_old_invitations",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "settle-arrived-papers": {
        "task": "accounts.tasks.settle_arrived_papers",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "ask-for-missing-papers": {
        "task": "accounts.tasks.ask_for_missing_papers",
        "schedule": 30 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "read-bounces": {
        "task": "accounts.tasks.read_bounces",
        "schedule": 10 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "forget-old-bounces": {
        "task": "accounts.tasks.forget_old_bounces",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "forget-ended-logins": {
        "task": "accounts.tasks.forget_ended_logins",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "go-on-with-imports": {
        "task": "readinglists.tasks.go_on_with_imports",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "send-due-digests": {
        "task": "accounts.tasks.send_due_digests",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
}


@beat_init.connect
def tick_at_once(**_kwargs: Any) -> None:
    """Beat would wait a whole interval before its first tick; a first start should not."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry["options"])
