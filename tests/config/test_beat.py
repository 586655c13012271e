"""Beat's own Celery app: it knows tasks by name only."""

import subprocess
import sys

import pytest

from config.celery import app as workers
from config.schedule import SCHEDULE

LOOK = """
import sys
from config.beat import app
app.finalize()
loaded = [name for name in sys.modules if name.endswith((".models", ".tasks", ".views"))]
print([name for name in loaded if name.split(".")[0] in ("papers", "accounts", "readinglists")])
print(sorted(app.conf.beat_schedule) == sorted(__import__("config.schedule").schedule.SCHEDULE))
print(app.conf.broker_url == __import__("django.conf").conf.settings.CELERY_BROKER_URL)
print(app.amqp.router.route({}, "accounts.tasks.match_papers")["queue"].name)
print(app.amqp.router.route({}, "accounts.tasks.send_due_digests")["queue"].name)
"""


def test_it_loads_no_app_of_the_site_and_sends_each_task_to_its_queue() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["[]", "True", "True", "cpu", "io", ""]
    assert done.stderr == ""


@pytest.mark.parametrize("name", SCHEDULE)
def test_each_task_it_names_is_one_of_the_workers(name: str) -> None:
    workers.loader.import_default_modules()
    assert SCHEDULE[name]["task"] in workers.tasks
