"""The Celery app of beat, without Django's apps and the tasks: 54 MB in place of 127.

It knows tasks by name only, and their queues by CELERY_TASK_ROUTES.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init
from django.conf import settings
from django.utils.log import configure_logging

from config.schedule import SCHEDULE
from config.supervisor.self_watch import watch_where_told

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)

# Without fixups Celery does not set Django up.
app = Celery("broadsheet", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
beat_init.connect(watch_where_told)


@beat_init.connect
def tick_at_once(**_kwargs: Any) -> None:
    """Beat would wait a whole interval before its first tick; a first start should not."""
    for entry in SCHEDULE.values():
        app.send_task(entry["task"], **entry["options"])
