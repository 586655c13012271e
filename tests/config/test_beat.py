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


@pytest.mark.parametrize("name", SCHEDULE)
def test_a_nudge_outlives_a_queue_that_is_behind_but_not_the_next_nudge(name: str) -> None:
    interval, expires = SCHEDULE[name]["schedule"], SCHEDULE[name]["options"]["expires"]
    assert expires == max(60, interval / 2)
    assert expires <= interval


def test_what_comes_once_a_day_waits_half_of_it() -> None:
    daily = [entry for entry in SCHEDULE.values() if entry["schedule"] == 24 * 60 * 60]
    assert len(daily) >= 6
    assert {entry["options"]["expires"] for entry in daily} == {12 * 60 * 60}
