"""Whether an answer, or the time it takes, tells that an address has an account (promise 34).

    python -m benchmarks.enumeration [FOLDER] [--times 500] [--forms "log in" share]

Each form is sent --times for addresses that have an account and as often for others, in turn, each
from a browser and a network of its own, so that no limit answers. Requests go through the whole
middleware, without a network in between; mail is rendered and kept in memory. Prints the medians
of the milliseconds, their difference, and the middle half of both, which says what the machine's
other work makes of it. Target: medians differ by less than 5 ms, and of each two answers status,
redirect and names of cookies are the same, and the lengths of their bodies within 16 bytes.

Times tell where the medians differ by 5 ms or more, which somebody over a network can use, and the
sample's noise does not explain it: a bootstrap interval of 99 % of the difference leaves out 0.
Where half of that interval is wider than 5 ms, the sample is too noisy to show anything, which
counts as not held. Exits 1 where a form tells, or could not be measured.
"""

import argparse
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from benchmarks.site import run, running_site
from tests.faults.figures import report

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

TARGET_MS = 5.0
# Addresses and numbers that a page shows are not all equally long.
ALIKE_BYTES = 16
REFUSALS = (403, 429)  # of a limit or for a token: nothing was measured
RESAMPLES = 2000
HEAD = ("form", "known ms", "unknown ms", "differ by", "99 % ms", "middle half ms", "answers", "")
PASSWORD = "a wrong passphrase"  # noqa: S105 - of nobody
Form = tuple[str, Callable[[str], dict[str, str]]]
FORMS: dict[str, Form] = {
    "log in": ("/accounts/login/", lambda email: {"login": email, "password": PASSWORD}),
    "sign up": ("/accounts/signup/", lambda email: {"email": email, "password1": PASSWORD}),
    "reset": ("/accounts/password/reset/", lambda email: {"email": email}),
    "code": ("/accounts/login/code/", lambda email: {"email": email}),
    "subscribe": ("/subscribe/", lambda email: {"email": email, "timezone": "UTC"}),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--times", type=int, default=500)
    every = [*FORMS, "share", "unsubscribe"]
    parser.add_argument("--forms", nargs="+", choices=every, default=every)
    asked = parser.parse_args()
    with running_site(asked.folder):
        run("collectstatic", "--noinput")
        django.setup()
        prepare()
        rows = [measure(name, asked.times) for name in asked.forms]
    report(HEAD, rows, [f"P34, {row[0]}: {row[-1]}" for row in rows if row[-1]])


def prepare() -> None:
    from django.conf import settings

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ALLOWED_HOSTS = ["testserver"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody sees of an answer: numbers in the address of a redirect do not count."""

    status: int
    redirect: str
    cookies: tuple[str, ...]
    length: int

    @classmethod
    def of(cls, answer: "HttpResponse") -> "Seen":
        redirect = re.sub(r"\d+", "N", answer.headers.get("Location", ""))
        cookies = tuple(sorted(answer.cookies))
        return cls(answer.status_code, redirect, cookies, len(answer.content))

    def is_like(self, other: "Seen") -> bool:
        same = (self.status, self.redirect, self.cookies)
        near = abs(self.length - other.length) <= ALIKE_BYTES
        return near and same == (other.status, other.redirect, other.cookies)


def measure(name: str, times: int) -> tuple[str, ...]:
    ask = asking(name)
    spent: dict[bool, list[float]] = {True: [], False: []}
    statuses, unlike = Counter[int](), list[dict[bool, Seen]]()
    for number in range(-3, times):  # the first few find caches empty
        seen: dict[bool, Seen] = {}
        for known in (True, False) if number % 2 else (False, True):
            request = ask(number, known)
            began = time.perf_counter()
            answer = request()
            if number >= 0:
                spent[known].append((time.perf_counter() - began) * 1000)
            seen[known] = Seen.of(answer)
            statuses[answer.status_code] += 1
        if not seen[True].is_like(seen[False]):
            unlike.append(seen)
    if unlike:
        print(f"{name}: {len(unlike)} of {times + 3} pairs differ, such as {unlike[0]}")
    of_known, of_unknown = (statistics.median(spent[each]) for each in (True, False))
    apart, interval = of_unknown - of_known, difference(spent[True], spent[False])
    quarters = statistics.quantiles([*spent[True], *spent[False]], n=4)
    return (
        name,
        f"{of_known:.1f}",
        f"{of_unknown:.1f}",
        f"{apart:.1f}",
        f"{interval[0]:.1f} to {interval[1]:.1f}",
        f"{quarters[0]:.1f} to {quarters[2]:.1f}",
        ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items())),
        _verdict(statuses, len(unlike)) or of_times(apart, interval),
    )


def difference(known: list[float], unknown: list[float]) -> tuple[float, float]:
    """Return the bootstrap interval of 99 % of the difference of medians, in milliseconds."""
    draw = random.Random(34)
    found = sorted(
        statistics.median(draw.choices(unknown, k=len(unknown)))
        - statistics.median(draw.choices(known, k=len(known)))
        for _ in range(RESAMPLES)
    )
    cut = RESAMPLES // 200
    return found[cut], found[-cut - 1]


def of_times(apart: float, interval: tuple[float, float]) -> str:
    """Return "" where the times tell nothing; `apart` and `interval` in milliseconds."""
    low, high = interval
    if abs(apart) >= TARGET_MS and not low <= 0 <= high:
        return "TIMES TELL"
    return "TOO NOISY" if (high - low) / 2 > TARGET_MS else ""


def _verdict(statuses: Counter[int], unlike: int) -> str:
    if any(status in REFUSALS or status >= 500 for status in statuses):
        return "REFUSED"
    return "ANSWERS TELL" if unlike else ""


def asking(name: str) -> Callable[[int, bool], Callable[[], Any]]:
    """Return what prepares one request, unmeasured, and gives it back to be sent."""
    if name == "share":
        return _invite
    if name == "unsubscribe":
        return _unsubscribe
    url, fields = FORMS[name]

    def prepare_one(number: int, known: bool) -> Callable[[], Any]:
        client, email = _browser(), _address(name, number, known=known)
        client.get(url)
        return lambda: client.post(url, fields(email), headers={"Sec-Fetch-Site": "same-origin"})

    return prepare_one


def _address(name: str, number: int, *, known: bool) -> str:
    """Make the account, or one of somebody else, with a password as slow to check as any.

    Made either way: what Postgres does after a write would else slow down one of the two.
    """
    from allauth.account.models import EmailAddress

    from accounts.models import User

    kind = "known" if known else "other"
    email = f"{kind}-{name.replace(' ', '')}-{number + 3}@example.org"
    theirs = email if known else f"spare-{email}"
    user = User.objects.create(email=theirs, password=_hash())
    EmailAddress.objects.create(user=user, email=theirs, verified=True, primary=True)
    return email


_hashes: list[str] = []


def _hash() -> str:
    from django.contrib.auth.hashers import make_password

    if not _hashes:
        _hashes.append(make_password("the right passphrase"))
    return _hashes[0]


def _browser() -> "Client":
    from django.core.cache import cache
    from django.test import Client

    cache.clear()  # limits are counted there
    return Client()


def _invite(number: int, known: bool) -> Callable[[], Any]:
    from accounts.models import User
    from readinglists.keeping import make_list

    owner = User.objects.create(email=f"owner-{number + 3}-{known}@example.org", password=_hash())
    shown, client = make_list(owner, "A list"), _browser()
    client.force_login(owner)
    email = _address("share", number, known=known)
    url = f"/lists/{shown.pk}/people/invite/"
    return lambda: client.post(url, {"email": email, "role": "viewer"})


def _unsubscribe(number: int, known: bool) -> Callable[[], Any]:
    """Links with the number of a reader, and of nobody, which nobody signed."""
    from accounts.digest import unsubscribe
    from accounts.models import User

    _address("unsubscribe", number, known=known)
    newest = User.objects.latest("pk").pk
    path = unsubscribe.url_path(newest if known else newest + 10**6)
    forged, client = f"{path.rstrip('/')[:-1]}_/", _browser()
    return lambda: client.post(forged, {"List-Unsubscribe": "One-Click"})


if __name__ == "__main__":
    main()
