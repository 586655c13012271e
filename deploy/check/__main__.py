"""Proves of the deployment what can be proved without containers, and prints it as a table.

    python -m deploy.check [--files] [--here] [--python /usr/bin/python3] [--port 8191]

Reads all files of deploy/ against the code; then plays two web machines and two worker machines,
each with its own follower, from a copy of what the image holds, in a fresh virtual environment with
production's requirements: one Postgres and one Valkey over TCP by password. One machine of each
kind is killed under load. `--files` only reads; `--here` uses the environment that runs this.
Ends with 1 where something does not hold.
"""

import argparse
import os
import sys
import tempfile
import time

import django

from deploy.check.claims import Claim, print_claims
from deploy.check.site import open_site, use_settings_of


def check_files() -> list[Claim]:
    from deploy.check import files

    return files.check_files()


def check_all(*, base: str | None, first_port: int) -> list[Claim]:
    began = time.monotonic()
    with open_site(base=base, first_port=first_port) as site:
        use_settings_of(site)
        django.setup()
        from deploy.check import front, scenario

        requirements = Claim(
            "the image's files and requirements.txt are all it takes",
            left_out="" if base else "--here",
            figures=f"a fresh environment after {time.monotonic() - began:.0f} s",
        )
        before = site.release.times()
        claims = [*check_files(), requirements]
        claims += scenario.start_machines(site)
        claims.append(scenario.check_rootless(site))
        claims.append(scenario.check_backup(site))
        claims += scenario.kill_under_load(site)
        claims += front.check_front(site)
        claims.append(scenario.check_nothing_written(site, before))
    return claims


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", action="store_true", help="only read the files")
    parser.add_argument("--here", action="store_true", help="install nothing")
    parser.add_argument(
        "--python",
        default=sys.executable,
        help="the Python of the fresh environment: for root one that other users reach",
    )
    parser.add_argument("--port", type=int, default=8191, help="the first of six ports")
    options = parser.parse_args()
    if options.files:
        with tempfile.TemporaryDirectory() as var:
            os.environ |= {"BROADSHEET_VAR": var, "DJANGO_SETTINGS_MODULE": "config.settings"}
            django.setup()
            claims = check_files()
    else:
        claims = check_all(base=None if options.here else options.python, first_port=options.port)
    sys.exit(0 if print_claims(claims) else 1)


if __name__ == "__main__":
    main()
