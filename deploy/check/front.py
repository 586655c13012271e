"""The shipped nginx before two web machines, where nginx is there to be run.

Imported once Django is set up as one more machine of the site.
"""

import http.client
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from accounts.models import User
from deploy.check import nginx
from deploy.check.claims import Claim
from deploy.check.load import Load, Reader
from deploy.check.scenario import READERS_AT_WORK, log_in, unless
from deploy.check.site import Site
from papers.models import Paper
from tests.faults.workers import wait_for

KEY = "Ab3dE_-PI3Q94LD_4oBoY8x3FQ-103xoQmktuMX-nPJ"
AWAY_HEADERS = (
    *("retry-after", "strict-transport-security", "x-content-type-options"),
    *("content-security-policy", "referrer-policy"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def check_front(site: Site) -> list[Claim]:
    """Run nginx, look at single answers, then kill a web machine behind it."""
    if nginx.program() is None:
        return [Claim("nginx before two web machines", left_out="no nginx here")]
    wait_for(lambda: all(machine.ready() for machine in site.webs), 60)
    with _running(site) as folder:
        readers = [log_in(user) for user in User.objects.order_by("-pk")[:READERS_AT_WORK]]
        return [
            _check_compression(site, readers[0]),
            _check_log(site, folder),
            _kill_behind(site, readers),
            _check_away(site),
        ]


@contextmanager
def _running(site: Site) -> Iterator[Path]:
    """Yield the folder of an nginx that answers by TLS on the last port of the site."""
    program = nginx.program()
    assert program
    folder = site.folder / "nginx"
    path = nginx.write_configuration(
        folder,
        http=site.first_port + 4,
        https=site.first_port + 5,
        upstreams=[f"127.0.0.1:{machine.port}" for machine in site.webs],
    )
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(path)])
    try:
        wait_for(lambda: _answers(site), 20)
        yield folder
    finally:
        process.terminate()
        process.wait()


def _ask(site: Site, path: str, **headers: str) -> Answer:
    """Ask nginx by TLS, as a browser that is told the site is here."""
    tls = ssl._create_unverified_context()  # noqa: S323 - a certificate of its own
    connection = http.client.HTTPSConnection(
        "127.0.0.1", site.first_port + 5, timeout=30, context=tls
    )
    host = urlsplit(site.shared["SITE_URL"]).netloc
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers={"Host": host, **given})
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, found, answer.read())


def _answers(site: Site) -> bool:
    try:
        return _ask(site, "/readyz/serve").status == http.client.OK
    except OSError:
        return False


def _check_compression(site: Site, reader: Reader) -> Claim:
    page = _ask(site, "/", Accept_Encoding="gzip")
    cookie = f"__Host-session={reader.session}"
    own = _ask(site, "/", Accept_Encoding="gzip", Cookie=cookie)
    styles = _static_address(_ask(site, "/").body)
    files = [
        _ask(site, styles, Accept_Encoding=accepted)
        for accepted in ("gzip, deflate, br", "gzip", "identity") * 2
    ]
    kinds = [each.headers.get("content-encoding", "plain") for each in files]
    return Claim(
        "nginx: visitors' pages compressed, readers' not; static files as Brotli, gzip and plain",
        unless(page.headers.get("content-encoding") == "gzip", "a visitor's page is not")
        + unless("content-encoding" not in own.headers, "a reader's page is")
        + unless(own.status == page.status == http.client.OK, f"{own.status}, {page.status}")
        + unless({each.status for each in files} == {http.client.OK}, f"no {styles}")
        + unless(kinds == ["br", "gzip", "plain"] * 2, f"static files came as {kinds}"),
        f"{len(page.body):,} bytes of a visitor's front page",
    )


def _static_address(body: bytes) -> str:
    """Return the address of a stylesheet that the page names."""
    start = body.index(b"/static/css/")
    return body[start : body.index(b'"', start)].decode()


def _check_log(site: Site, folder: Path) -> Claim:
    for path in (f"/l/{KEY}/?page=2", f"/f/{KEY}.atom", f"/accounts/login/?next=%2Fl%2F{KEY}%2F"):
        _ask(site, path, Referer=f"https://papers.example.org/l/{KEY}/")

    def log() -> str:
        return "".join(path.read_text() for path in (folder / "log").iterdir())

    wait_for(lambda: log().count("Ab3dE_...") == 3, 5)
    return Claim(
        "nginx: no key of a link or feed gets into its logs",
        unless(KEY[6:] not in log(), "one did")
        + unless(log().count("Ab3dE_...") == 3, "cut ones are missing"),
    )


def _kill_behind(site: Site, readers: list[Reader]) -> Claim:
    papers = list(Paper.objects.order_by("-pk").values_list("pk", flat=True))
    ports = [site.first_port + 5]
    with Load(site.shared["SITE_URL"], ports, readers, papers, tls=True) as load:
        wait_for(lambda: load.seen.total() > 100)
        site.webs[1].kill()
        before = load.seen.total()
        wait_for(lambda: load.seen.total() > before + 200)
    seen = load.seen
    pages = [fault for fault in seen.faults if " to GET " in fault]
    writes = [fault for fault in seen.faults if " to GET " not in fault]
    return Claim(
        "nginx: a web machine is killed: no page fails, a write in hand is told to come again",
        tuple(pages[:5])
        + unless(not seen.lost, f"{len(seen.lost)} got no answer")
        + unless(all(fault.startswith("503 ") for fault in writes), f"{writes[:5]}")
        + unless(len(writes) <= READERS_AT_WORK, f"{len(writes)} writes were refused"),
        f"{seen.total()} answered, {len(writes)} writes told to come again",
    )


def _check_away(site: Site) -> Claim:
    site.webs[0].kill()
    wait_for(lambda: _ask(site, "/").status == http.client.SERVICE_UNAVAILABLE, 10)
    answer = _ask(site, "/")
    missing = [name for name in AWAY_HEADERS if name not in answer.headers]
    return Claim(
        "nginx: with every web machine away, 503 in words with Retry-After and the site's headers",
        unless(answer.status == http.client.SERVICE_UNAVAILABLE, str(answer.status))
        + unless(not missing, f"no {', '.join(missing)}")
        + unless(b"try again" in answer.body, "no words"),
    )
