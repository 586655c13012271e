"""A disk that is full: the database's, the index's, the backups' (RELIABILITY P18, P46).

    python -m tests.faults.disk_full [--port N] [--seconds 60] [--readers 60]

A site's folder lies on a small file system of its own, its index on another, a folder for backups
on a third; the run has mounts that nobody else sees, and says that it skips where this machine
allows none. Each is filled to the last byte under load and emptied again. Exits 1 when a page that
only reads was not answered, somebody was told nothing clear, an acknowledged write or a digest is
missing, a file is damaged afterwards (pg_amcheck, the index's checksums), /readyz, /metrics or the
log did not name the full disk, or it did not recover.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from config.servers import paths
from tests.faults.figures import finish, skip, unless
from tests.faults.names_itself import looks_at_part, seconds_until_named
from tests.faults.postbox import Postbox, open_postbox
from tests.faults.site_stage import await_end, make_due, make_stage, site_environment
from tests.faults.visitors import GOOD, Answer, Visitors, cookies_of, statuses
from tests.faults.whole_site import Site, free_port, seconds_until

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (18, 46)
MOUNTED_VARIABLE = "BROADSHEET_OWN_MOUNTS"
SITE_MEGABYTES = 1600  # a gigabyte of it must be free for /readyz to be content
INDEX_MEGABYTES = 24
BACKUP_KILOBYTES = 64
CALM_SECONDS = 10.0
RECOVERS_SECONDS = 90.0
BALLAST = "ballast"
FIFTY = 50


@dataclass(frozen=True)
class Found:
    words: list[str]
    broken: list[str]


def have_own_mounts() -> None:
    """Begin again in a mount namespace, where the mounts end with the run; skip without one."""
    if os.environ.get(MOUNTED_VARIABLE):
        return
    unshare = ["unshare", "--mount", "--propagation", "private"]
    with tempfile.TemporaryDirectory() as folder:
        tried = [*unshare, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
        try:
            done = subprocess.run(tried, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            skip(f"No small file system can be mounted here: {error.filename} is missing.")
    if done.returncode:
        skip(f"No small file system can be mounted here (as root it can): {done.stderr.strip()}")
    command = [*unshare, sys.executable, "-m", "tests.faults.disk_full", *sys.argv[1:]]
    os.execvpe(unshare[0], command, {**os.environ, MOUNTED_VARIABLE: "1"})  # noqa: S606


def mount_disk(folder: Path, image: Path, megabytes: int) -> None:
    """A real disk's file system, whose files take room when they are written."""
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(megabytes * 1_000_000)
    # No reserve for root: the site's processes are root's here, Postgres is not.
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-F", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=True)
    folder.chmod(0o711)


def mount_memory(folder: Path, size: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=711", "tmpfs", str(folder)], check=True
    )


def fill(folder: Path) -> None:
    """Leave not a byte, in a file that is grown again by whatever was given back since."""
    with (folder / BALLAST).open("ab") as file, suppress(OSError):
        size = file.tell()
        step = max(shutil.disk_usage(folder).free, 4096)
        while step >= 512:
            try:
                os.posix_fallocate(file.fileno(), size, step)
                size += step
            except OSError:
                step //= 2


@contextmanager
def full(folder: Path, seconds: float) -> Iterator[float]:
    """Yield the moment from which it is full; kept so for `seconds`, then there is room again."""
    fill(folder)
    began, is_over = time.monotonic(), threading.Event()

    def keep_full() -> None:
        while not is_over.wait(0.5):
            fill(folder)

    filling = threading.Thread(target=keep_full)
    filling.start()
    try:
        yield began
        time.sleep(max(0.0, began + seconds - time.monotonic()))
    finally:
        is_over.set()
        filling.join()
        (folder / BALLAST).unlink()


def fill_site(site: Site, stage: "Stage", seconds: float) -> Found:
    """The disk of the database and of all else."""
    visitors = Visitors(site.port, cookies_of(3))
    with visitors.visiting():
        time.sleep(CALM_SECONDS)
        make_due(stage)
        seconds_until(lambda: bool(stage.postbox.mails), 75)
        connection.close()
        with full(site.var, seconds) as struck:
            named = seconds_until_named(looks_at_part(site, "disk"), seconds)
        returned = time.monotonic()
        time.sleep(RECOVERS_SECONDS)
        recovered = visitors.recovery_seconds(returned)
    asked = visitors.between(struck, returned)
    reads = [one for one in asked if one.kind != "write"]
    writes = [one for one in asked if one.kind == "write"]
    bad_reads = [one for one in reads if not one.is_good]
    unclear = [one for one in asked if not one.is_clear or one.status not in (*GOOD, 503)]
    end = await_end(site, stage)
    missing, lost = visitors.lost(), stage.not_sent()
    damaged = damage(site)
    words = [
        f"database's disk full for {seconds:.0f} s: reads {statuses(reads)}; "
        f"writes {statuses(writes)}; named after "
        + ", ".join(f"{_words(after)} ({place})" for place, after in named.items()),
        f"room again: recovered after {_words(recovered)}, /readyz well: {end.ready is not None}; "
        f"{len(visitors.acknowledged)} writes acknowledged, {len(missing)} lost",
        f"digests: {dict(stage.states())} of {stage.readers()}, "
        f"{stage.postbox.doubles()} doubles, {lost} lost; damaged: {damaged or 'nothing'}",
    ]
    print("\n".join(words), flush=True)
    return Found(
        words,
        [
            *unless(not bad_reads, f"P18: pages not answered: {paths_of(bad_reads)}"),
            *unless(len(writes) > 0, "P18: nobody wrote"),
            *unless(
                any(one.status == 503 for one in writes), "P18: no write was refused: not full"
            ),
            *unless(not unclear, f"P18: unclear answers {statuses(unclear)}"),
            *(f"P46: {place} did not name the disk" for place, at in named.items() if at is None),
            *unless(recovered is not None, f"P18: not recovered {RECOVERS_SECONDS:.0f} s after"),
            *unless(end.ready is not None, f"P18: not well again: {end.red}"),
            *unless(end.is_over and not lost, f"P18: digests {dict(stage.states())}"),
            *unless(not stage.postbox.doubles(), f"P18: {stage.postbox.doubles()} doubles"),
            *unless(not missing, f"P18: {len(missing)} acknowledged writes lost"),
            *unless(not damaged, f"P18: damaged: {damaged}"),
        ],
    )


def paths_of(answers: list[Answer]) -> str:
    counts = Counter((answer.path, answer.status) for answer in answers)
    return ", ".join(f"{path} {status}: {times}" for (path, status), times in counts.items())


def damage(site: Site) -> str:
    """Return what Postgres' own check finds in tables and indexes, "" where all is whole."""
    home = paths.servers_home(site.var)
    (program,) = home.glob("postgres-programs-*/**/bin/pg_amcheck")
    command = [str(program), "--all", "--install-missing", "--heapallindexed"]
    command += [f"--host={paths.postgres_socket_directory(site.var)}", "--username=postgres"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() if done.returncode else ""


def fill_index(site: Site, index: Path, seconds: float) -> Found:
    """The disk of the search index alone: papers come, and searches go on as they were."""
    from papers.search.damage import damaged_file

    add_papers()
    before = FIFTY if seconds_until(lambda: found_by_search(site) == FIFTY, 60) else 0
    visitors = Visitors(site.port, cookies_of(1), pages=1, readers=1, writers=1)
    with visitors.visiting():
        with full(index, seconds) as struck:
            add_papers()
            phase = wait_for_phase(index, "stuck", seconds)
            time.sleep(5)
            during = found_by_search(site)
        returned = time.monotonic()
        came = seconds_until(lambda: found_by_search(site) > before, RECOVERS_SECONDS)
    asked = visitors.between(struck, returned)
    bad = [one for one in asked if not one.is_good]
    damaged = damaged_file(index / os.readlink(index / "current"))
    words = [
        f"index's disk full for {seconds:.0f} s: {statuses(asked)}; searches found {during} of "
        f"{before} as before, follower said {phase!r}; new papers found {_words(came)} after there "
        f"was room; damaged: {damaged or 'nothing'}"
    ]
    print("\n".join(words), flush=True)
    return Found(
        words,
        [
            *unless(not bad, f"P18: index full: {statuses(bad)}"),
            *unless(
                during == before == FIFTY, f"P18: {during} of {before} papers found, index full"
            ),
            *unless(phase == "stuck", f"P18: the follower said {phase!r}"),
            *unless(came is not None, "P18: the index did not go on"),
            *unless(not damaged, f"P18: damaged: {damaged}"),
        ],
    )


def add_papers() -> None:
    """Fifty whose words are not in the index yet."""
    from django.utils import timezone

    from tests.factories import make_paper

    day = timezone.now().date()
    for number in range(FIFTY):
        words = " ".join(f"sluice{number}x{word}" for word in range(200))
        make_paper(title=f"A sluice {number}", abstract=words, announced_on=day)


def found_by_search(site: Site) -> int:
    """How many of `add_papers` the site finds; -1 without an answer."""
    status, body = site.ask("/api/v1/search?q=sluice")
    return int(json.loads(body)["total"]) if status == 200 else -1


def wait_for_phase(index: Path, phase: str, seconds: float) -> str:
    from papers.search import folder

    def read() -> str:
        state = folder.read_state()
        return state.phase if state else ""

    seconds_until(lambda: read() == phase, seconds)
    return read()


def fill_backups(site: Site, small: Path) -> Found:
    """A backup for which there is no room, and then one with room."""
    refused = site.manage("backup", str(small))
    left = [path.name for path in small.iterdir()]
    taken = site.manage("backup")
    said = refused.stderr.replace(str(small), "SMALL").strip().splitlines()[-1:] or [""]
    words = [
        f"backup's disk full: exit {refused.returncode}, {said[0][:160]!r}, "
        f"{len(left)} files left; elsewhere afterwards: exit {taken.returncode}"
    ]
    print("\n".join(words), flush=True)
    return Found(
        words,
        [
            *unless(refused.returncode != 0, "P18: a backup without room ended with 0"),
            *unless("no room" in said[0], f"P18: the backup said {said[0]!r}"),
            *unless(not left, f"P18: the backup left {left}"),
            *unless(taken.returncode == 0, f"P18: {taken.stderr}"),
        ],
    )


def _words(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f} s"


@contextmanager
def small_site(folder: Path, port: int, postbox: Postbox) -> Iterator[tuple[Site, Path]]:
    """A site on disks of its own; yield it and the folder of its index."""
    var = folder / "var"
    mount_disk(var, folder / "disk.img", SITE_MEGABYTES)
    index = var / "search-on-its-own"
    mount_memory(index, f"{INDEX_MEGABYTES}m")
    (var / "index").symlink_to(index)
    site = Site(var, port, **site_environment(postbox))
    try:
        site.wait_until_well()
        yield site, index
    finally:
        site.stop()
        for mounted in (index, var):
            subprocess.run(["umount", "--lazy", str(mounted)], check=False)


def main() -> None:
    have_own_mounts()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a free one without it")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--readers", type=int, default=60)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="broadsheet-faults-") as name,
        open_postbox() as postbox,
    ):
        folder = Path(name)
        folder.chmod(0o711)
        mount_memory(folder / "small", f"{BACKUP_KILOBYTES}k")
        with small_site(folder, options.port or free_port(), postbox) as (site, index):
            stage = make_stage(site, postbox, options.readers)
            found = [
                fill_backups(site, folder / "small"),
                fill_index(site, index, options.seconds),
                fill_site(site, stage, options.seconds),
            ]
        subprocess.run(["umount", "--lazy", str(folder / "small")], check=False)
    finish(
        [line for each in found for line in each.words],
        [line for each in found for line in each.broken],
    )


if __name__ == "__main__":
    main()
