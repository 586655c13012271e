"""What the files of deploy/ say, held against the code they start."""

import tempfile
from pathlib import Path

from deploy.check import compose, image, nginx, units
from deploy.check.claims import Claim


def check_files() -> list[Claim]:
    """Read everything; start nothing but the linters that are there."""
    return [
        Claim(
            "compose files: services, commands, settings and secrets exist; least privilege",
            tuple(compose.find_problems()),
            f"{sum(1 for _service in compose.read_services())} services",
        ),
        Claim(
            "Dockerfile: rootless, no compiler, hashes, static files, HEALTHCHECK",
            tuple(image.find_problems()),
        ),
        _linted_image(),
        Claim("systemd: every process has its unit, settings exist", tuple(units.find_problems())),
        _verified_units(),
        _tested_nginx(),
    ]


def _linted_image() -> Claim:
    if not image.can_lint():
        return Claim("Dockerfile: hadolint", left_out="no hadolint here")
    return Claim("Dockerfile: hadolint", tuple(image.lint()))


def _verified_units() -> Claim:
    if not units.can_verify():
        return Claim("systemd-analyze verify", left_out="no systemd here")
    complaints, exposure = units.verify()
    return Claim("systemd-analyze verify", tuple(complaints), f"exposure of web {exposure}")


def _tested_nginx() -> Claim:
    if nginx.program() is None:
        return Claim("nginx -t", left_out="no nginx here; NGINX_PROGRAM=/path/to/nginx names one")
    with tempfile.TemporaryDirectory() as folder:
        return Claim("nginx -t", tuple(nginx.find_problems(Path(folder))))
