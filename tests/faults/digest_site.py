"""A stage for the digest's long runs: private servers, a mail server, nothing on the network."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import django

from benchmarks.site import running_site
from tests.faults.postbox import open_postbox
from tests.faults.workers import open_crew
from tests.origin import Origin

if TYPE_CHECKING:
    from tests.faults.stage import Stage


@contextmanager
def digest_stage(readers: int, hosts: Sequence[str] = ()) -> Iterator["Stage"]:
    """Yield a stage with so many readers, none of whom has an issue yet.

    Feeds may be fetched from `hosts`, addresses of this machine.
    """
    with running_site(None) as var, Origin() as origin, open_postbox() as postbox:
        django.setup()
        from django.conf import settings

        from tests.faults.stage import Stage

        logs = var / "processes"
        logs.mkdir()
        environment = origin.environment | {
            "EMAIL_URL": f"smtp://127.0.0.1:{postbox.port}",
            "FETCH_ALLOWED_PRIVATE_HOSTS": ",".join([origin.host, *hosts]),
            "GITHUB_STARS": "no",
            "ARXIV_REPAIR": "no",
            "ARXIV_WITNESS": "no",
        }
        with open_crew(logs, settings.CELERY_BROKER_URL, **environment) as crew:
            stage = Stage(crew, postbox)
            stage.fill(readers)
            yield stage
