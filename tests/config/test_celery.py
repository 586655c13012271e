import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
ASK = """
import config.wsgi
from accounts.tasks import send_due_digests
print(send_due_digests.app.conf.broker_url)
"""


def test_a_web_process_queues_tasks_on_the_sites_broker() -> None:
    # A process of its own: in this one another test may have imported the Celery app.
    environment = {**os.environ, "REDIS_URL": "redis://127.0.0.1:6390/5"}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "redis://127.0.0.1:6390/5"
