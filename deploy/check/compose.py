"""Reads the compose files as Compose does, and says what in them leads nowhere.

It starts nothing. Source of the format: the Compose specification (extends, secrets, depends_on).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.core.management import get_commands

from config.settings_table.described import GROUPS
from config.supervisor.children import NAMES

DEPLOY = Path(__file__).resolve().parent.parent
FILES = ("compose.yaml", "machines/servers.yaml", "machines/web.yaml", "machines/worker.yaml")
OWN_IMAGE = "broadsheet:"
# A published port without an address, or with that of all of IPv6.
BY_IPV6 = re.compile(r"(?:\[::\]:)?[\d-]+(?::[\d-]+)?(?:/tcp)?")
# What only images of others know.
FOREIGN = ("POSTGRES_",)
MERGED = ("environment",)


@dataclass(frozen=True, slots=True)
class Service:
    """One service of one file with what it extends merged in."""

    file: str
    name: str
    options: dict[str, Any]

    @property
    def is_ours(self) -> bool:
        return str(self.options.get("image", "")).startswith(OWN_IMAGE)

    def __str__(self) -> str:
        return f"{self.file}, {self.name}"


def read_services(folder: Path = DEPLOY) -> Iterator[Service]:
    """Yield every service of every file; raises KeyError where `extends` names none."""
    for file in FILES:
        for name, options in _read(folder / file)["services"].items():
            yield Service(file, name, _resolve(folder / file, options))


def find_problems(folder: Path = DEPLOY) -> list[str]:
    """Return in words what names something that is not there, or may do more than it must."""
    problems = []
    for service in read_services(folder):
        document = _read(folder / service.file)
        found = [
            *_undeclared(service, document),
            *_too_much_allowed(service),
            *_hidden_visitors(service, document),
            *(_unknown_words(service) if service.is_ours else []),
        ]
        problems += [f"{service}: {problem}" for problem in found]
    started = {service.options["command"][1] for service in _processes(folder)}
    problems += [f"{FILES[0]}: nothing runs {name}" for name in NAMES if name not in started]
    return problems


def commands() -> set[str]:
    return {*get_commands()}


def setting_names() -> set[str]:
    return {setting.name for group in GROUPS for setting in group.settings}


def is_setting(name: str) -> bool:
    return name in setting_names() or name.removesuffix("_FILE") in setting_names()


def _processes(folder: Path) -> Iterator[Service]:
    for service in read_services(folder):
        if service.file == FILES[0] and service.options.get("command", [""])[0] == "run":
            yield service


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document


def _resolve(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    extended = options.get("extends")
    if extended is None:
        return options
    if isinstance(extended, str):
        extended = {"service": extended}
    source = path.parent / extended["file"] if "file" in extended else path
    base = _resolve(source, _read(source)["services"][extended["service"]])
    merged = {**base, **options}
    for key in MERGED:
        merged[key] = {**(base.get(key) or {}), **(options.get(key) or {})}
    return merged


def _undeclared(service: Service, document: dict[str, Any]) -> Iterator[str]:
    options = service.options
    for kind, names in (
        ("secrets", options.get("secrets", [])),
        ("networks", options.get("networks", [])),
        ("volumes", [volume.partition(":")[0] for volume in options.get("volumes", [])]),
        ("services", list(options.get("depends_on", []))),
    ):
        declared = document.get(kind, {})
        yield from (
            f"{kind}: {name} is not declared"
            for name in names
            if not name.startswith(".") and name not in declared
        )


def _too_much_allowed(service: Service) -> Iterator[str]:
    options = service.options
    if options.get("cap_drop") != ["ALL"]:
        yield "keeps capabilities"
    if "no-new-privileges:true" not in options.get("security_opt", []):
        yield "may gain privileges"
    if options.get("read_only") is not True:
        yield "may write to its image"
    if not service.is_ours and str(options.get("user", "0")).startswith(("0", "root")):
        yield "runs as root"
    if "." in str(options.get("image", "")).partition("/")[0].partition(":")[0]:
        yield "names the host of a registry"


def _hidden_visitors(service: Service, document: dict[str, Any]) -> Iterator[str]:
    networks = document.get("networks") or {}
    names = service.options.get("networks", ["default"])
    if any((networks.get(name) or {}).get("enable_ipv6") for name in names):
        return
    for port in service.options.get("ports", []):
        if BY_IPV6.fullmatch(str(port)):
            yield f"port {port}: by IPv6 all visitors would have one address"


def _unknown_words(service: Service) -> Iterator[str]:
    command, *arguments = service.options.get("command") or [""]
    if command not in commands():
        yield f"there is no command {command!r} of manage.py"
    elif command == "run" and arguments not in [[name] for name in NAMES]:
        yield f"there is no process {' '.join(arguments)!r}"
    for name in service.options["environment"]:
        if not is_setting(name) and not name.startswith(FOREIGN):
            yield f"there is no setting {name}"
        elif name in setting_names():
            yield f"{name} would go before that of broadsheet.env"
    for name in service.options.get("secrets", []):
        if f"/run/secrets/{name}" not in service.options["environment"].values():
            yield f"no setting reads the secret {name}"
