"""The shipped nginx configuration: its test by nginx itself, and nginx running with it.

The file is used as it is, but for ports and folders.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from deploy.check.claims import lines_of_failure
from deploy.check.compose import DEPLOY

CONFIGURATION = DEPLOY / "nginx" / "broadsheet.conf"


def program() -> str | None:
    """Return nginx: NGINX_PROGRAM in the environment, or the one of the system."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    return os.environ.get("NGINX_PROGRAM") or shutil.which("nginx", path=path)


def write_configuration(folder: Path, *, http: int, https: int, upstreams: Sequence[str]) -> Path:
    """Write what `nginx -c` takes, with a certificate of a day, into `folder`; return the file."""
    for name in ("tls", "log", "temp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _make_certificate(folder / "tls")
    (folder / "broadsheet.conf").write_text(_adapt(folder, http, https, upstreams))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"  {kind}_temp_path {folder}/temp/{kind};" for kind in kinds)
    path = folder / "nginx.conf"
    path.write_text(
        f"pid {folder}/pid;\nerror_log {folder}/log/start.log;\nworker_processes 1;\ndaemon off;\n"
        # As Debian and Ubuntu have it: what must not be compressed has to say so itself.
        f"events {{ worker_connections 256; }}\nhttp {{\n{temporary}\n  gzip on;\n"
        f"  include {folder}/broadsheet.conf;\n}}\n"
    )
    return path


def find_problems(folder: Path) -> list[str]:
    """Let nginx test the configuration; return what it says against it."""
    nginx = program()
    assert nginx
    path = write_configuration(folder, http=8080, https=8443, upstreams=["127.0.0.1:8000"])
    command = [nginx, "-p", str(folder), "-c", str(path), "-t", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return lines_of_failure(done)


def _adapt(folder: Path, http: int, https: int, upstreams: Sequence[str]) -> str:
    text = CONFIGURATION.read_text()
    line = re.search(r"^    server web:8000( .*;)$", text, re.MULTILINE)
    assert line
    servers = "\n".join(f"    server {address}{line[1]}" for address in upstreams)
    text = text.replace(line[0], servers)
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    for before, after in (
        ("/etc/nginx/tls", f"{folder}/tls"),
        ("/var/cache/nginx/broadsheet", f"{folder}/kept"),
        ("/var/log/nginx", f"{folder}/log"),
        ("listen 80 ", f"listen 127.0.0.1:{http} "),
        ("listen 443 ", f"listen 127.0.0.1:{https} "),
    ):
        text = text.replace(before, after)
    return text


def _make_certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
    command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    command += ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(command, capture_output=True, check=True)
