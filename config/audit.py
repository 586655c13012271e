"""Whether a locked package has a known fault: `make audit`, which CI runs.

    python -m config.audit [--strict] requirements.txt

Asks PyPI's advisories through pip-audit and says which packages could not be asked about: pip-audit
alone says "no known vulnerabilities" of those too, and so of all of them where there is no network.
Ends with 1 for a known fault. That the network is away is said and fails nothing, unless --strict:
then it ends with 2 where a file or one of its packages was not audited.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

OPTIONS = ("--disable-pip", "--no-deps", "--require-hashes", "--progress-spinner", "off")


def ask(path: str) -> list[Mapping[str, Any]] | None:
    """Return pip-audit's rows, one a package; None, after saying why, where it gave none."""
    command = [sys.executable, "-m", "pip_audit", "-r", path, *OPTIONS, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    try:
        rows: list[Mapping[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        sys.stdout.write(f"{path}: not audited, pip-audit could not ask: {last[0]}\n")
        return None
    return rows


def report(path: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what to say, faults first, each as "package version: identifier (mended in ...)"."""
    asked = [row for row in rows if "skip_reason" not in row]
    skipped = [row["name"] for row in rows if "skip_reason" in row]
    for row in asked:
        yield from (_fault(row, each) for each in row["vulns"])
    if not asked:
        yield f"{path}: not audited, PyPI answered for none of {len(skipped)} packages (network?)."
        return
    yield f"{path}: {len(asked)} packages audited."
    if skipped:
        yield f"{path}: not audited, PyPI does not know: {', '.join(skipped)}."


def has_fault(rows: Iterable[Mapping[str, Any]]) -> bool:
    return any(row.get("vulns") for row in rows)


def _fault(row: Mapping[str, Any], fault: Mapping[str, Any]) -> str:
    mended = ", ".join(fault["fix_versions"]) or "no version yet"
    return f"{row['name']} {row['version']}: {fault['id']} (mended in {mended})"


def is_whole(rows: Sequence[Mapping[str, Any]]) -> bool:
    return bool(rows) and not any("skip_reason" in row for row in rows)


def main(paths: Iterable[str], *, is_strict: bool = False) -> int:
    is_faulty, left = False, []
    for path in paths:
        rows = ask(path)
        if rows is not None:
            sys.stdout.writelines(f"{line}\n" for line in report(path, rows))
            is_faulty |= has_fault(rows)
        if rows is None or not is_whole(rows):
            left.append(path)
    if is_strict and left:
        sys.stdout.write(
            f"Not all was audited, which --strict takes for a fault: {', '.join(left)}\n"
        )
    return 1 if is_faulty else 2 if is_strict and left else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m config.audit")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("paths", nargs="+")
    options = parser.parse_args()
    sys.exit(main(options.paths, is_strict=options.strict))
