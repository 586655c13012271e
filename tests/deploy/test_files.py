"""deploy/ against the code it starts: what is named there must be here."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pytest_django import Settings

from config.backup.make import project_version
from config.log_lines import _BEFORE_KEY, SHOWN_CHARACTERS
from config.supervisor.children import WEB_GRACE_ALONE_SECONDS
from deploy.check import compose, image, nginx, units
from deploy.check.compose import DEPLOY
from papers.meaning.vectors import MOST_BUILD_BYTES
from tests.security.test_headers import FIXED

KEY = "Ab3dE_-PI3Q94LD_4oBoY8x3FQ-103xoQmktuMX-nPJ"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(DEPLOY, tmp_path / "deploy", ignore=shutil.ignore_patterns("secrets", "tls"))
    return tmp_path / "deploy"


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def test_all_that_is_shipped_for_pages_believes_the_proxy_in_front() -> None:
    # Else an https site sends each page on to itself.
    serving = [
        *(
            DEPLOY / "systemd" / name
            for name in ("broadsheet-web.service", "one-machine/broadsheet.service")
        ),
        DEPLOY / "broadsheet.env.sample",
    ]
    assert all("TRUSTED_PROXIES=1" in path.read_text() for path in serving)


def test_the_sample_of_settings_names_nothing_that_is_not_there() -> None:
    """Those that are commented out included."""
    text = (DEPLOY / "broadsheet.env.sample").read_text()
    names = re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE)
    assert {"SITE_URL", "HOST"} <= set(names)
    assert [name for name in names if not compose.is_setting(name)] == []


def test_compose_files_name_nothing_that_is_not_there() -> None:
    assert compose.find_problems() == []


@pytest.mark.parametrize(
    ("file", "before", "after", "problem"),
    [
        ("compose.yaml", "[run, beat]", "[run, bet]", "there is no process 'bet'"),
        ("compose.yaml", "[run, beat]", "[run, web]", "nothing runs beat"),
        ("compose.yaml", "[prepare]", "[prepair]", "there is no command 'prepair' of manage.py"),
        ("compose.yaml", "  link_key: {file: secrets/link_key}\n", "", "link_key is not declared"),
        ("base.yaml", "LINK_KEY_FILE", "LINK_KEE_FILE", "there is no setting LINK_KEE_FILE"),
        (
            "base.yaml",
            "LINK_KEY_FILE:",
            "WEB_PROCESSES: 8\n      LINK_KEY_FILE:",
            "of broadsheet.env",
        ),
        ("base.yaml", "secrets/link_key", "secrets/link", "no setting reads the secret link_key"),
        ("base.yaml", "read_only: true", "read_only: false", "may write to its image"),
        ("base.yaml", "cap_drop: [ALL]", "cap_drop: []", "keeps capabilities"),
        ("base.yaml", 'user: "999:999"', 'user: "0:0"', "runs as root"),
        ("base.yaml", "pgvector/pgvector", "registry.example.org/pgvector", "host of a registry"),
        ("base.yaml", "0.0.0.0:443:443", "443:443", "nginx: port 443:443: by IPv6 all visitors"),
        ("base.yaml", "0.0.0.0:80:80", "[::]:80:80", "nginx: port [::]:80:80: by IPv6"),
    ],
)
def test_a_fault_in_a_compose_file_is_named(
    copy: Path, file: str, before: str, after: str, problem: str
) -> None:
    change(copy / file, before, after)
    assert any(problem in found for found in compose.find_problems(copy))


def test_a_network_with_ipv6_may_be_reached_by_it(copy: Path) -> None:
    change(copy / "compose.yaml", "front: {}", "front: {enable_ipv6: true}")
    change(copy / "base.yaml", "0.0.0.0:443:443", "443:443")
    assert compose.find_problems(copy) == []


@pytest.mark.parametrize("file", ["compose.yaml", "machines/worker.yaml"])
def test_backups_of_containers_lie_outside_of_their_volume(file: str) -> None:
    (backup,) = [
        each for each in compose.read_services() if (each.file, each.name) == (file, "backup")
    ]
    *command, folder = backup.options["command"]
    mounted = dict(volume.split(":")[:2][::-1] for volume in backup.options["volumes"])
    assert command == ["backup", "--keep", "30"]
    assert mounted[folder].startswith(".")


def test_a_restore_before_all_else_is_up_finds_a_database() -> None:
    services = {
        each.name: each.options for each in compose.read_services() if each.file == "compose.yaml"
    }
    assert services["backup"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_an_index_built_in_parallel_finds_room_in_shared_memory() -> None:
    services = {each.name: each.options for each in compose.read_services()}
    gigabytes = re.fullmatch(r"(\d+)g", services["postgres"]["shm_size"])
    assert gigabytes
    assert int(gigabytes[1]) * 2**30 > MOST_BUILD_BYTES


def test_secrets_of_the_compose_files_are_those_that_are_made(copy: Path) -> None:
    subprocess.run([copy / "make-secrets"], check=True, capture_output=True)
    made = {path.name for path in (copy / "secrets").iterdir()}
    wanted = {name for each in compose.read_services() for name in each.options.get("secrets", [])}
    assert made == wanted


def test_secrets_fit_together_and_stay(copy: Path) -> None:
    subprocess.run([copy / "make-secrets", "db.example.org"], check=True, capture_output=True)
    secrets = {path.name: path.read_text() for path in (copy / "secrets").iterdir()}
    owner = secrets["postgres_owner"].strip()
    assert f"broadsheet:{owner}@db.example.org:5432/" in secrets["database_url"]
    assert secrets["valkey_password"].split()[1] in secrets["redis_url"]
    assert len({secrets[name] for name in ("secret_key", "link_key", "address_key")}) == 3
    assert (copy / "secrets").stat().st_mode & 0o077 == 0
    subprocess.run([copy / "make-secrets"], check=True, capture_output=True)
    assert {path.name: path.read_text() for path in (copy / "secrets").iterdir()} == secrets


def test_the_image_is_small_and_rootless() -> None:
    assert image.find_problems() == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("USER 10001:10001", "USER root", "the last USER"),
        ("WORKDIR /opt/broadsheet\nUSER", "RUN apt-get install gcc\nUSER", "builds something"),
        ("--require-hashes ", "", "not installed by hashes"),
        ("HEALTHCHECK ", "LABEL ", "no HEALTHCHECK"),
    ],
)
def test_a_fault_in_the_dockerfile_is_named(
    copy: Path, before: str, after: str, problem: str
) -> None:
    change(copy / "Dockerfile", before, after)
    assert any(problem in found for found in image.find_problems(copy / "Dockerfile"))


def test_the_image_gets_what_the_site_is_made_of_and_no_more() -> None:
    project = DEPLOY.parent
    names = [name for name in image.copied_names() if not name.startswith("**")]
    assert all((project / name).exists() for name in names)
    apps = {path.parent.name for path in project.glob("*/apps.py")}
    assert apps <= set(names)
    assert not {"tests", "benchmarks", "deploy", ".git", ".env", "var"} & set(names)


def test_an_image_can_be_built_for_a_providers_api() -> None:
    build = {each.name: each.options.get("build") for each in compose.read_services()}["web"]
    text = image.DOCKERFILE.read_text()
    assert build
    for name in build["args"]:
        assert f"ARG {name}=" in text
    assert "${ANYMAIL:+-r requirements-anymail.txt}" in text
    copied = re.search(r"^COPY (requirements.*) \./$", text, re.MULTILINE)
    assert copied
    assert set(copied[1].split()) <= set(image.copied_names())


def test_the_image_knows_which_version_it_is(tmp_path: Path, settings: Settings) -> None:
    for name in image.copied_names():
        if (DEPLOY.parent / name).is_file():
            shutil.copy(DEPLOY.parent / name, tmp_path)
    settings.BASE_DIR = tmp_path
    assert project_version()


def test_units_name_nothing_that_is_not_there() -> None:
    assert units.find_problems() == []


@pytest.mark.parametrize(
    ("file", "before", "after", "problem"),
    [
        ("broadsheet-beat.service", "run beat", "run bet", "there is no process bet"),
        ("broadsheet-beat.service", "run beat", "run web", "no unit runs beat"),
        ("broadsheet-prepare.service", "prepare --", "prepair --", "no command 'prepair'"),
        ("broadsheet-web.service", "WEB_WORKERS", "WEB_WORKER", "no setting WEB_WORKER"),
        ("one-machine/broadsheet.service", "py start", "py strt", "no command 'strt'"),
        ("one-machine/broadsheet.service", "PROXIES=1", "PROXY=1", "no setting TRUSTED_PROXY"),
        ("broadsheet-backup.service", "manage.py backup", "backup", "no ExecStart, or one"),
        ("broadsheet-backup.service", "ExecStart=", "ExecStop=", "no ExecStart, or one"),
    ],
)
def test_a_fault_in_a_unit_is_named(
    copy: Path, file: str, before: str, after: str, problem: str
) -> None:
    change(copy / "systemd" / file, before, after)
    assert any(problem in found for found in units.find_problems(copy / "systemd"))


def test_a_backup_that_fails_is_tried_again_and_not_for_ever() -> None:
    unit = (units.UNITS / "broadsheet-backup.service").read_text()
    assert "\nRestart=on-failure\nRestartSec=5min\n" in unit
    drop_ins = [*units.UNITS.glob("broadsheet-.service.d/*.conf")]
    drop_ins += units.UNITS.glob("broadsheet-backup.service.d/*.conf")
    # By name, whichever folder they are in, the last one wins (systemd.unit, 5).
    last = [
        limit
        for path in sorted(drop_ins, key=lambda path: path.name)
        for limit in re.findall(r"^StartLimit\w+=.*$", path.read_text(), re.MULTILINE)
    ]
    assert last == ["StartLimitIntervalSec=0", "StartLimitIntervalSec=20h", "StartLimitBurst=6"]


def test_who_stops_a_web_server_waits_longer_than_its_requests_may_take() -> None:
    common = (units.UNITS / "broadsheet-.service.d" / "10-common.conf").read_text()
    unit = re.search(r"^TimeoutStopSec=(\d+)$", common, re.MULTILINE)
    services = {each.name: each.options for each in compose.read_services()}
    container = re.fullmatch(r"(\d+)s", services["web"]["stop_grace_period"])
    assert unit
    assert container
    assert min(int(unit[1]), int(container[1])) > WEB_GRACE_ALONE_SECONDS + 5


@pytest.mark.skipif(not units.can_verify(), reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_the_units() -> None:
    assert units.verify()[0] == []


@pytest.mark.skipif(not units.can_verify(), reason="no systemd here")
def test_systemd_is_asked_about_the_one_unit_too(copy: Path) -> None:
    unit = copy / "systemd" / "one-machine" / "broadsheet.service"
    change(unit, "KillMode=mixed", "KillMode=soft")
    assert any(
        "one-machine/broadsheet.service" in line for line in units.verify(copy / "systemd")[0]
    )


# --- nginx --------------------------------------------------------------------------------------


def shown(address: str) -> str:
    """What nginx writes of an address: the first pattern of the map that fits."""
    for pattern, written in re.findall(r'^    "~(\^.*)" "(.*)";$', read_nginx(), re.MULTILINE):
        found = re.match(pattern.replace("(?<shown>", "(?P<shown>"), address)
        if found:
            return str(written).replace("$shown", found["shown"])
    return address


def read_nginx() -> str:
    return nginx.CONFIGURATION.read_text()


@pytest.mark.promise(33)
@pytest.mark.parametrize("before", _BEFORE_KEY)
@pytest.mark.parametrize("slash", ["/", "%2F", "%252f"])
def test_nginx_cuts_each_kind_of_key(before: str, slash: str) -> None:
    kind = re.sub(r"\(\?:[^()]*(?:\([^()]*\)[^()]*)*\)", "/", before)
    address = f"/x/{kind}/{KEY}/?page={KEY}".replace("/", slash)
    assert shown(address) == f"/x/{kind}/{KEY[:SHOWN_CHARACTERS]}...".replace("/", slash)


@pytest.mark.promise(33)
def test_nginx_cuts_tokens() -> None:
    assert shown(f"/search/?q=bsh_{KEY}&page=2") == "/search/?q=bsh_Ab3dE_..."


@pytest.mark.parametrize(
    "address",
    ["/lists/12345678901/", "/l/", "/follows/12345678/", "/search/?q=l/decoder-only", "/l/Ab3dE_"],
)
def test_nginx_shows_other_addresses_whole(address: str) -> None:
    assert shown(address) == address


def test_nginx_logs_no_address_but_the_cut_one() -> None:
    text = re.sub(r"(?m)^\s*#.*$", "", read_nginx())
    form = re.search(r"log_format broadsheet (.*?);\n", text, re.DOTALL)
    assert form
    assert not set(re.findall(r"\$\w+", form[1])) & {"$request", "$request_uri", "$http_referer"}
    servers = re.split(r"^server \{", text, flags=re.MULTILINE)[1:]
    assert all("access_log /var/log/nginx/access.log broadsheet;" in server for server in servers)
    # A line of the error log holds the whole address.
    assert "error_log /var/log/nginx/error.log crit;" in servers[1]


@pytest.mark.promise(35)
def test_nginx_passes_on_no_address_that_a_client_wrote() -> None:
    _http, https = re.split(r"^server \{", read_nginx(), flags=re.MULTILINE)[1:]
    server, *locations = re.sub(r"(?m)^\s*#.*$", "", https).split("\n    location ")
    # A place that sets any header has none of the server's.
    setting = [server, *(place for place in locations if "proxy_set_header" in place)]
    assert len(setting) == 2
    assert all("proxy_set_header X-Forwarded-For $remote_addr;" in place for place in setting)


def test_nginx_asks_every_machine_for_a_static_file() -> None:
    place = read_nginx().partition("location /static/ {")[2].partition("\n    }\n")[0]
    assert "\n        proxy_next_upstream error timeout http_404;\n" in place
    assert "\n        proxy_next_upstream_tries 0;\n" in place


def test_nginx_compresses_no_readers_page_whatever_it_inherits() -> None:
    _http, https = re.split(r"^server \{", read_nginx(), flags=re.MULTILINE)[1:]
    before_locations = https.partition("\n    location ")[0]
    assert "\n    gzip off;\n" in before_locations
    compressing = [part for part in https.split("\n    location ") if "gzip on;" in part]
    assert [part.partition(" {")[0] for part in compressing] == ["/"]


def test_what_nginx_says_while_the_site_is_away_bears_the_sites_headers() -> None:
    place = read_nginx().partition("location @away {")[2].partition("\n    }\n")[0]
    pattern = r"^\s+add_header (\S+) (?:\"(.*)\"|(\S+)) always;$"
    found = re.findall(pattern, place, re.MULTILINE)
    headers = {name: quoted or plain for name, quoted, plain in found}
    assert len(found) == place.count("add_header")
    same = {"Strict-Transport-Security", "X-Content-Type-Options", "Referrer-Policy"}
    assert all(headers[name] in FIXED[name] for name in same)
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_all_that_nginx_reads_is_there_in_its_container() -> None:
    services = {each.name: each.options for each in compose.read_services()}
    mounted = {volume.split(":")[1] for volume in services["nginx"]["volumes"]}
    read = set(re.findall(r"^\s+root (/\S+);", read_nginx(), re.MULTILINE))
    files = re.findall(r"^\s+ssl_certificate(?:_key)? (/\S+);", read_nginx(), re.MULTILINE)
    read |= {str(Path(file).parent) for file in files}
    assert read == {"/var/www/acme", "/etc/nginx/tls"}
    assert read <= mounted


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away, as certbot's hook")
def test_a_new_certificate_is_taken_and_nginx_told(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lineage, programs = tmp_path / "live", tmp_path / "bin"
    for folder in (lineage, programs, copy / "tls"):
        folder.mkdir()
    for name in ("fullchain.pem", "privkey.pem"):
        (lineage / name).write_text(f"new {name}")
        (copy / "tls" / name).write_text("old")
    docker = programs / "docker"
    docker.write_text(f'#!/bin/sh\necho "$PWD $*" | tee -a {tmp_path}/told\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("RENEWED_LINEAGE", str(lineage))
    subprocess.run([copy / "take-certificate"], check=True, cwd="/")
    taken = {path.name: path for path in (copy / "tls").iterdir()}
    assert {name: path.read_text() for name, path in taken.items()} == {
        "fullchain.pem": "new fullchain.pem",
        "privkey.pem": "new privkey.pem",
    }
    assert {(path.stat().st_uid, path.stat().st_mode & 0o777) for path in taken.values()} == {
        (101, 0o400)
    }
    told = (tmp_path / "told").read_text().splitlines()
    assert told[-1] == f"{copy} compose exec -T nginx nginx -s reload"


@pytest.mark.skipif(nginx.program() is None, reason="no nginx here")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    assert nginx.find_problems(tmp_path) == []
