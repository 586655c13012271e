#!/usr/bin/env python3
import os
import sys


def main() -> None:
    # Written so that an older Python gets as far as this line.
    if sys.version_info < (3, 11):  # noqa: UP036
        found = "{}.{}".format(*sys.version_info[:2])  # type: ignore[unreachable]
        sys.exit("Broadsheet needs Python 3.11 or newer; this is Python " + found + ".")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from config.servers.commands import run_command
    except ImportError as error:
        sys.exit(f"{error}. 'make run' installs what is missing; then use .venv/bin/python.")
    run_command(sys.argv)


if __name__ == "__main__":
    main()
