from functools import cache
from zoneinfo import available_timezones

UTC = "UTC"


@cache
def known_timezones() -> frozenset[str]:
    # Reads some 600 files, so once a process.
    return frozenset(available_timezones())


def timezone_or_utc(name: str) -> str:
    """Return `name` when it is a time zone we know, else "UTC": a guess is never an error."""
    return name if name in known_timezones() else UTC


def timezone_choices(*, current: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the zones for a select, in groups by area: UTC (and `current`, if it is one of the
    short names such as EST5EDT) first, then Africa, America and so on.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(known_timezones()):
        area, slash, place = name.partition("/")
        if slash and area != "Etc":
            groups.setdefault(area, []).append((name, place.replace("_", " ").replace("/", ", ")))
    short = [(name, name) for name in dict.fromkeys([UTC, current]) if _is_short(name)]
    return [("UTC", short), *groups.items()]


def _is_short(name: str) -> bool:
    return "/" not in name or name.startswith("Etc/")
