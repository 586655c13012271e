"""A mail server that refuses, hangs or talks nonsense loses nobody (RELIABILITY P5, P7).

    python -m tests.faults.digest_smtp [--readers 20]

Each fault lasts ten minutes on the readers' clock: the time between two attempts is skipped in the
database. Afterwards the server is well again. At last it takes mails without answering. Exits 1
when somebody got no mail or two, or after more than five attempts.
"""

import argparse
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.site import run
from tests.accounts.digest.smtp_server import HANG_UP
from tests.faults.digest_site import digest_stage
from tests.faults.figures import Row, gather, report, unless
from tests.faults.workers import wait_for

if TYPE_CHECKING:
    from accounts.models import Delivery
    from tests.faults.stage import Stage

PROMISES = (5, 7)
AWAY = timedelta(minutes=10)
MOST_ATTEMPTS = 5
# The site gives a silent server 20 seconds.
ATTEMPT_SECONDS = 60.0
HEAD = ("fault for 10 min", "away min", "taken", "sent", "other", "attempts", "doubles", "seconds")


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    answers: dict[bytes, bytes] = field(default_factory=dict)
    hangs_at: bytes = b""
    is_closed: bool = False
    over_tls: bool = False


FAULTS = (
    Fault("connection refused", is_closed=True),
    Fault("421 at the banner", {b"BANNER": b"421 too busy"}),
    Fault("450 greylisting", {b"RCPT": b"450 greylisted"}),
    Fault("time-out", hangs_at=b"BANNER"),
    Fault("garbage banner", {b"BANNER": b"\x00\xffgarbage"}),
    Fault("STARTTLS not offered", {b"EHLO": b"250 test"}, over_tls=True),
    Fault("STARTTLS cut off", {b"STAR": HANG_UP}, over_tls=True),
)


def play(stage: "Stage", fault: Fault) -> tuple[Row, list[str]]:
    from accounts.models import Delivery

    began = time.monotonic()
    stage.begin()
    with faulty(stage, fault):
        away = endure(stage)
    is_over = stage.finish(ATTEMPT_SECONDS, age=False)
    states, doubles = stage.states(), stage.postbox.doubles()
    sent = states.pop("sent", 0)
    attempts = max(Delivery.objects.values_list("attempts", flat=True))
    minutes = f"{away.total_seconds() / 60:.0f}"
    figures = (len(stage.postbox.mails), sent, dict(states) or "-", attempts, doubles)
    row = (fault.name, minutes, *map(str, figures), f"{time.monotonic() - began:.0f}")
    return row, [
        *unless(is_over and not states, f"P5, {fault.name}: not all delivered: {dict(states)}"),
        *unless(len(stage.postbox.mails) == sent, f"P5, {fault.name}: {sent} sent"),
        *unless(2 <= attempts <= MOST_ATTEMPTS, f"P5, {fault.name}: {attempts} attempts"),
        *unless(not doubles, f"P5, {fault.name}: {doubles} doubles"),
    ]


@contextmanager
def faulty(stage: "Stage", fault: Fault) -> Iterator[None]:
    """Let the server have the fault, and be well again afterwards."""
    postbox = stage.postbox
    postbox.answers = dict(fault.answers)
    postbox.at = hang(fault.hangs_at) if fault.hangs_at else lambda phase: None
    if fault.is_closed:
        postbox.close()
    try:
        yield
    finally:
        postbox.answers, postbox.at = {}, lambda phase: None
        if fault.is_closed:
            postbox.open()


def hang(at: bytes) -> Callable[[bytes], None]:
    def look(phase: bytes) -> None:
        if phase == at:
            time.sleep(25.0)
            raise OSError("hung up at last")

    return look


def endure(stage: "Stage") -> timedelta:
    """Let attempt follow attempt until ten minutes have passed; return how many did."""
    away, attempts = timedelta(), 0
    while away < AWAY:
        attempts += 1
        stage.nudge()
        tried = partial(stage.all_wait_after, attempts)
        assert wait_for(tried, ATTEMPT_SECONDS), stage.states()
        away += stage.skip_to_next_attempt()
    return away


def take_without_answer(stage: "Stage") -> tuple[Row, list[str]]:
    """The final dot and no reply (P7): unknown, told to the reader, and not sent again."""
    from accounts.models import Delivery

    run("collectstatic", "--noinput", "--verbosity=0")
    began = time.monotonic()
    stage.begin()
    stage.postbox.answers = {b"DOT": HANG_UP}
    is_over = stage.finish(ATTEMPT_SECONDS, age=False)
    stage.postbox.answers = {}
    stage.skip_to_next_attempt()
    stage.nudge()
    time.sleep(5.0)  # for a second mail, were there one to come
    states, taken = stage.states(), len(stage.postbox.mails)
    told = sum("did not answer" in issues_page(row) for row in Delivery.objects.all())
    attempts = max(Delivery.objects.values_list("attempts", flat=True))
    figures = (taken, states["sent"], dict(states), attempts, stage.postbox.doubles())
    row = ("dot, no reply", "-", *map(str, figures), f"{time.monotonic() - began:.0f}")
    return row, [
        *unless(is_over and states == {"unknown": stage.readers()}, f"P7: {dict(states)}"),
        *unless(told == stage.readers(), f"P7: only {told} readers are told"),
        *unless(not stage.postbox.doubles() and taken == stage.readers(), f"P7: {taken} mails"),
    ]


def issues_page(delivery: "Delivery") -> str:
    """What the reader of `delivery` sees under /issues/."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(delivery.user)
    return client.get("/issues/").content.decode()


def certificate(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1 and its key into one file; return the file."""
    key, made = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    with made.open("a") as both:
        both.write(key.read_text())
    return made


def rounds(stage: "Stage") -> Iterator[tuple[Row, list[str]]]:
    plain = stage.crew.worker()
    for fault in FAULTS:
        if not fault.over_tls:
            yield play(stage, fault)
    yield take_without_answer(stage)
    plain.kill()
    trusted = certificate(stage.crew.folder)
    stage.postbox.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    stage.postbox.tls.load_cert_chain(trusted)
    url = f"smtp+tls://127.0.0.1:{stage.postbox.port}"
    stage.crew.worker(EMAIL_URL=url, SSL_CERT_FILE=str(trusted))
    for fault in FAULTS:
        if fault.over_tls:
            yield play(stage, fault)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=20)
    options = parser.parse_args()
    with digest_stage(options.readers) as stage:
        rows, broken = gather(rounds(stage))
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
