"""A site of several machines with its servers, a mail server and a stand-in for the sources.

Nothing of it is on the network, and nothing of it is left behind.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.servers.postgres import Cluster
from deploy.check.compose import DEPLOY
from deploy.check.machines import Machine, read_env_sample
from deploy.check.release import Release, make_release
from deploy.check.servers import outside_servers
from tests.faults.postbox import Postbox, open_postbox
from tests.origin import Origin

# From the first port on: web, web, Postgres, Valkey, nginx by http and by https.
PORTS = 6
# Names that the environment of whoever runs the check must not bring along.
_SECRETS = ("database_url", "redis_url", "secret_key", "link_key", "address_key", "email_url")


@dataclass(frozen=True, slots=True)
class Site:
    release: Release
    cluster: Cluster
    webs: tuple[Machine, Machine]
    workers: tuple[Machine, Machine]
    postbox: Postbox
    secrets: Path
    shared: dict[str, str]
    folder: Path
    first_port: int

    @property
    def machines(self) -> tuple[Machine, ...]:
        return (*self.webs, *self.workers)


@contextmanager
def open_site(*, base: str | None, first_port: int) -> Iterator[Site]:
    """Yield a site whose servers run and whose machines are yet to be started."""
    with (
        tempfile.TemporaryDirectory(prefix="broadsheet-deploy-") as temporary,
        Origin() as origin,
        open_postbox() as postbox,
    ):
        folder = Path(temporary)
        folder.chmod(0o711)
        release = make_release(folder / "image", base=base)
        secrets = _make_secrets(folder, first_port, postbox.port)
        shared = read_env_sample() | origin.environment
        shared |= {"GITHUB_STARS": "no", "ARXIV_REPAIR": "no", "ARXIV_WITNESS": "no"}
        var = folder / "servers"
        var.mkdir()
        var.chmod(0o711)
        ports = {"postgres_port": first_port + 2, "valkey_port": first_port + 3}
        with outside_servers(var, secrets, **ports) as cluster:
            webs, workers = (
                tuple(
                    Machine(
                        f"{kind}-{letter}",
                        kind,
                        first_port + number,
                        release,
                        folder / f"{kind}-{letter}",
                        secrets,
                        shared,
                    )
                    for number, letter in enumerate("ab")
                )
                for kind in ("web", "worker")
            )
            site = Site(
                release,
                cluster,
                (webs[0], webs[1]),
                (workers[0], workers[1]),
                postbox,
                secrets,
                shared,
                folder,
                first_port,
            )
            try:
                yield site
            finally:
                for machine in site.machines:
                    machine.stop()


def use_settings_of(site: Site) -> None:
    """Let Django in this process be one more machine of the site. Call it before django.setup()."""
    os.environ.update(site.shared)
    for name in _SECRETS:
        os.environ[f"{name.upper()}_FILE"] = str(site.secrets / name)
    var = site.folder / "here"
    var.mkdir()
    os.environ["BROADSHEET_VAR"] = str(var)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def _make_secrets(folder: Path, first_port: int, smtp_port: int) -> Path:
    """Let make-secrets make them; put this site's ports in."""
    shutil.copy(DEPLOY / "make-secrets", folder)
    command = [str(folder / "make-secrets"), "127.0.0.1", "127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    secrets = folder / "secrets"
    for name, port, own in (
        ("database_url", 5432, first_port + 2),
        ("redis_url", 6379, first_port + 3),
    ):
        path = secrets / name
        path.write_text(path.read_text().replace(f":{port}/", f":{own}/"))
    (secrets / "email_url").write_text(f"smtp://127.0.0.1:{smtp_port}\n")
    # Compose mounts each file alone; here a process of another user must get to it.
    secrets.chmod(0o711)
    return secrets
