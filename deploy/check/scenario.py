"""What several machines promise, tried out: a machine dies under load and the others go on.

Imported once Django is set up as one more machine of the site. Every function returns claims.
"""

import os
import re
import time
import urllib.request
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Delivery, User
from config.backup.archive import BackupError, open_archive
from config.backup.keeping import list_backups
from config.backup.last import last_backup
from deploy.check.claims import Claim
from deploy.check.load import Load, Reader
from deploy.check.machines import USER, Machine
from deploy.check.site import Site
from papers.models import Paper, Vote
from papers.samples import load_samples
from readinglists.models import Entry
from tests.factories import make_paper
from tests.faults.stage import Stage
from tests.faults.workers import Crew, wait_for

READERS_AT_WORK = 6
DIGESTS = 240
SLOWEST_SECONDS = 0.4
_WORD = "zygomorphic"


def check_rootless(site: Site) -> Claim:
    """Ask the kernel whose the processes are that run now."""
    text = "processes run as a user without rights"
    is_root = os.geteuid() == 0
    if is_root and not site.release.can_run_as_others():
        return Claim(text, left_out="this Python only root reaches: --python /usr/bin/python3")
    wanted = USER if is_root else os.geteuid()
    users = {user for machine in site.machines for user in machine.users()}
    return Claim(
        text,
        unless(users == {wanted}, f"they run as {sorted(users)}, not as {wanted}"),
        f"as user {wanted}",
    )


def start_machines(site: Site) -> list[Claim]:
    """Migrate once, start everything, wait until both web machines answer."""
    job = site.workers[0].finish("migrate")
    again = site.workers[1].finish("migrate")
    for machine in site.machines:
        machine.start()
    began = time.monotonic()
    load_samples(today=timezone.now().date())
    are_ready = wait_for(lambda: all(machine.ready() for machine in site.webs), 120)
    seconds = time.monotonic() - began
    dead = [f"{machine.name}: {name} ended" for machine in site.machines for name in machine.dead()]
    return [
        Claim(
            "migrations run once, as a job; again they change nothing",
            unless("changes)" in job, f"the first said {job!r}")
            + unless("changes)" not in again, f"the second said {again!r}"),
        ),
        _check_role(),
        Claim(
            "every process runs with the command and settings of its compose file",
            tuple(dead) + unless(are_ready, "a web machine never got ready"),
            f"{sum(len(machine.running) for machine in site.machines)} processes, {seconds:.0f} s",
        ),
        Claim("HEALTHCHECK is well", unless(all(each.probe() for each in site.webs), "it is not")),
    ]


def check_backup(site: Site) -> Claim:
    """Make a backup as the timer of a machine does: it must be whole, with papers in it."""
    text = "the service `backup` writes a whole backup, from the image's files alone"
    machine = site.workers[0]
    try:
        said = machine.finish("backup")
    except RuntimeError as error:
        return Claim(text, (str(error),))
    newest, papers = list_backups(machine.backups)[0], 0
    try:
        with open_archive(newest) as archive:
            archive.check()
            papers = archive.manifest.rows["papers_paper"]
    except BackupError as error:
        return Claim(text, (f"{newest.name}: {error}",))
    noted = last_backup()
    return Claim(
        text,
        unless(papers > 0, f"no paper is in it; it said {said!r}")
        + unless(noted is not None and noted.name == newest.name, "the site does not know of it"),
        f"{papers} papers, {newest.stat().st_size / 1e6:.1f} MB",
    )


def kill_under_load(site: Site) -> list[Claim]:
    """Kill one web and one worker machine while readers are busy and digests go out."""
    stage = _open_stage(site)
    readers = [log_in(user) for user in User.objects.order_by("pk")[:READERS_AT_WORK]]
    papers = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
    ports = [machine.port for machine in site.webs]
    with Load(site.shared["SITE_URL"], ports, readers, papers) as load:
        wait_for(lambda: load.seen.total() > 50)
        site.postbox.slowest_seconds = SLOWEST_SECONDS
        stage.begin()
        stage.nudge()
        wait_for(lambda: len(site.postbox.mails) > DIGESTS // 8)
        in_hand = stage.count(Delivery.State.CLAIMED, Delivery.State.SENDING)
        killed_at = time.monotonic()
        site.webs[0].kill()
        wait_for(lambda: not site.webs[0].listens())
        gone_at = time.monotonic()
        site.workers[0].kill()
        before, mails = load.seen.total(), len(site.postbox.mails)
        wait_for(lambda: load.seen.total() > before + 150, 60)
        for number in range(20):
            make_paper(title=f"A {_WORD} flower {number}", abstract="Found while machines died.")
        site.webs[0].start()
        site.workers[0].start()
        is_back = wait_for(lambda: bool(site.webs[0].ready()), 90)
        site.postbox.slowest_seconds = 0.0
        is_over = stage.finish(180)
        wait_for(lambda: load.seen.total() > before + 300, 60)
    return [
        *_judge_load(load, killed_at, gone_at),
        Claim("what died comes back", unless(is_back, "web-a did not get ready again")),
        _judge_digests(site, stage, is_over=is_over, mails=mails, in_hand=in_hand),
        _compare_followers(site),
    ]


def check_nothing_written(site: Site, before: dict[str, int]) -> Claim:
    changed = dict(site.release.times().items() ^ before.items())
    written = sorted({path.name for each in site.machines for path in each.var.iterdir()})
    return Claim(
        "nothing is written to the image: one volume and /tmp are enough",
        unless(not changed, f"written were {', '.join(sorted(changed)[:5])}"),
        f"in the volumes: {', '.join(written)}",
    )


def unless(kept: bool, otherwise: str) -> tuple[str, ...]:
    return () if kept else (otherwise,)


def _check_role() -> Claim:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, current_setting('is_superuser'), inet_server_port() "
            "FROM pg_roles WHERE rolname = current_user"
        )
        is_super, setting, port = cursor.fetchone()
    is_plain = not is_super and setting == "off" and port
    return Claim(
        "Postgres over TCP by password, the owner is no superuser",
        unless(bool(is_plain), f"superuser {is_super}, port {port}"),
        f"port {port}",
    )


def _open_stage(site: Site) -> Stage:
    stage = Stage(Crew(site.folder, {}, settings.CELERY_BROKER_URL), site.postbox)
    stage.fill(DIGESTS)
    # Nobody is due before the run says so.
    User.objects.update(next_due_at=None)
    return stage


def log_in(user: User) -> Reader:
    client = Client()
    client.force_login(user)
    return Reader(user.pk, client.cookies[settings.SESSION_COOKIE_NAME].value)


def _judge_load(load: Load, killed_at: float, gone_at: float) -> list[Claim]:
    seen = load.seen
    # In hand of the machine: begun before the last of its processes was gone.
    others = [
        f"{began - killed_at:+.2f} to {ended - killed_at:+.2f} s"
        for began, ended in seen.lost
        if began > gone_at or ended < killed_at
    ]
    votes = set(Vote.objects.values_list("user_id", "paper_id"))
    saved = set(Entry.objects.values_list("reading_list__owner_id", "paper_id"))
    lost_votes, lost_saves = seen.voted - votes, seen.saved - saved
    return [
        Claim(
            "a web machine is killed: no request fails but those it had in hand",
            unless(not others, f"lost at other moments: {', '.join(others)}")
            + unless(not seen.nowhere, f"{seen.nowhere} found no machine")
            + tuple(sorted(set(seen.faults))[:5]),
            f"{seen.total()} answered, {len(seen.lost)} in hand, {seen.elsewhere} sent elsewhere",
        ),
        Claim(
            "no vote and no saved paper that was answered is lost, none is there twice",
            unless(not lost_votes, f"{len(lost_votes)} votes lost")
            + unless(not lost_saves, f"{len(lost_saves)} saved papers lost")
            + unless(Entry.objects.count() == len(saved), "a paper is saved twice")
            + unless((votes | saved) <= seen.sent, "something is there that nobody sent")
            + unless(bool(seen.voted and seen.saved), "nothing was written"),
            f"{len(seen.voted)} votes, {len(seen.saved)} saved",
        ),
    ]


def _judge_digests(site: Site, stage: Stage, *, is_over: bool, mails: int, in_hand: int) -> Claim:
    doubles, lost, states = site.postbox.doubles(), stage.lost(), stage.states()
    threads = settings.IO_THREADS
    return Claim(
        "a worker machine is killed: digests go on, none twice, none lost",
        unless(is_over, f"issues stayed open: {dict(states)}")
        + unless(not doubles, f"{doubles} came twice")
        + unless(not lost, f"{lost} readers lost")
        + unless(not stage.sent_but_not_taken(), "some are called sent and never came")
        + unless(states["unknown"] <= threads, f"{states['unknown']} unknown, of {threads} threads")
        + unless(mails < stage.readers(), "all were out before the kill"),
        f"{mails} of {stage.readers()} out and {in_hand} in hand at the kill; "
        f"{states['sent']} sent, {states['unknown']} unknown, {doubles} twice",
    )


def _compare_followers(site: Site) -> Claim:
    def is_level(machine: Machine) -> bool:
        search = machine.ready().get("search", {})
        said = (search.get("papers_behind"), search.get("papers"))
        return said == (0, Paper.objects.count())

    are_level = wait_for(lambda: all(map(is_level, site.webs)), 60)
    found = [_search(site, machine.port) for machine in site.webs]
    return Claim(
        "both followers agree: each index holds every paper, searches are the same",
        unless(are_level, f"they say {[machine.ready() for machine in site.webs]}")
        + unless(found[0] == found[1], f"they found {found}")
        + unless(len(found[0]) == 20, f"{len(found[0])} found of 20 that came meanwhile"),
        f"{Paper.objects.count()} papers, {len(found[0])} of them new",
    )


def _search(site: Site, port: int) -> list[str]:
    """Return the papers one machine finds, in its order."""
    address = urlsplit(site.shared["SITE_URL"])
    headers = {"Host": address.netloc, "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.1.1"}
    url = f"http://127.0.0.1:{port}/search/?q={_WORD}"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        links: list[str] = re.findall(r'href="(/paper/[\d.]+/)"', answer.read().decode())
    return list(dict.fromkeys(links))
