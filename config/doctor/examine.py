"""Looks at everything a site needs, in the order in which one thing needs another.

It changes nothing and sends nothing. What asks other machines (the mail server, the DNS, a source)
can be left out, as the page does, which must not wait for them.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.conf import settings
from django.core.checks import run_checks
from django.core.checks.messages import ERROR, WARNING
from django.db import Error
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.backup.last import last_backup
from config.doctor import clock, database, mail, redis_server
from config.doctor.findings import Finding, Level, fault, warning, well
from config.health.parts import Part, read_disk, read_mail, read_search, read_workers
from papers import arming
from papers.health import source_lines
from papers.sentences import in_language
from papers.spoken import spoken

Look = Callable[[], Iterable[Finding]]
OLDEST_BACKUP = timedelta(hours=36)
# Sources are asked at least daily; arXiv says nothing at weekends and on holidays.
OLDEST_SUCCESS = timedelta(days=4)


def examine(*, asks_others: bool) -> list[Finding]:
    """Return a finding or more for each thing; without the database what lies in it is left out."""
    of_database = list(database.look())
    found = [*look_at_settings(), *of_database]
    has_database = of_database[0].level != Level.FAULT
    looks: list[Look] = [redis_server.look, look_at_disk]
    if has_database:
        looks += [look_at_backups, look_at_search, look_at_workers]
        looks += [look_at_sources, look_at_issues]
    looks.append(lambda: clock.look(has_database=has_database, asks_others=asks_others))
    looks.append(lambda: mail.look(asks_others=asks_others))
    for look in looks:
        try:
            found += look()
        except Error as error:
            words = str(error).strip().partition("\n")[0]
            found.append(fault(_("Database"), words, _("Look into its own log.")))
    return found


def is_healthy(found: Iterable[Finding]) -> bool:
    return all(each.level != Level.FAULT for each in found)


def look_at_settings() -> list[Finding]:
    name = _("Settings")
    said = run_checks(include_deployment_checks=not settings.LOCAL)
    found = [
        (fault if each.level >= ERROR else warning)(name, str(each.msg), str(each.hint or ""))
        for each in said
        if each.level >= WARNING and not each.is_silenced()
    ]
    return found or [well(name, _("They fit together."))]


def look_at_disk() -> list[Finding]:
    part = read_disk()
    advice = _("Postgres stops when nothing is free. Delete old backups, or give it a larger disk.")
    return [_of_part(_("Disk"), part, advice)]


def look_at_search() -> list[Finding]:
    advice = _("Start the follower on this machine: “manage.py start” keeps it running.")
    return [_of_part(_("Search index"), read_search(), advice)]


def look_at_workers() -> list[Finding]:
    advice = _(
        "Start worker and beat: “manage.py start” keeps them running. Where they run, look for "
        "their last words in the log."
    )
    return [_of_part(part.name, part, advice) for part in read_workers()]


def look_at_issues() -> list[Finding]:
    """Of a restored copy that nobody armed yet, and of issues that do not go out; else nothing."""
    if not arming.is_armed():
        advice = _("Where this is the site from now on: “manage.py armmail”.")
        return [warning(_("Restored copy"), _("It sends no mail."), advice)]
    part = read_mail()
    advice = _("They are tried again by themselves. What mends it stands in the mail server's log.")
    return [] if part.is_well else [_of_part(_("Issues"), part, advice)]


def look_at_sources() -> list[Finding]:
    now, name = timezone.now(), _("Sources")
    lines = [line for line in source_lines(now=now) if line.look != "paused"]
    found = [
        warning(
            f"{name}: {line.label}",
            " ".join(filter(None, [spoken(line.why) or line.why, line.pause])) or _("It fails."),
            _("It is tried again by itself. Try it, or pause it, at /sources/. %s")
            % _last_success(line.last_success_at),
        )
        for line in lines
        if line.look == "failing"
        or (line.last_success_at is not None and now - line.last_success_at > OLDEST_SUCCESS)
    ]
    if found:
        return found
    if not lines:
        advice = _("Those that the settings name come with the first tick of the worker.")
        return [warning(name, _("There are none."), advice)]
    newest = max((line.last_success_at for line in lines if line.last_success_at), default=None)
    words = ngettext("%s is read and works.", "%s are read and work.", len(lines)) % len(lines)
    return [well(name, f"{words} {_last_success(newest)}")]


def look_at_backups() -> list[Finding]:
    name, newest = _("Backups"), last_backup()
    if newest is None:
        if settings.LOCAL:
            return [well(name, _("There are none; this site is a private one."))]
        advice = _("Run “manage.py backup” every night, and keep a copy on another machine.")
        return [warning(name, _("None was made yet."), advice)]
    age = timezone.now() - newest.made_at
    words = _("The newest is %(hours)d hours old: %(file)s.") % {
        "hours": age // timedelta(hours=1),
        "file": newest.name,
    }
    if age > OLDEST_BACKUP:
        return [warning(name, words, _("Look why “manage.py backup” did not run last night."))]
    return [well(name, words)]


def _of_part(name: str, part: Part, advice: str) -> Finding:
    words = in_language(part.words)
    if part.is_well:
        return well(name, words)
    return fault(name, f"{words} {part.detail}".strip(), advice)


def _last_success(moment: object) -> str:
    if moment is None:
        return _("It has never worked.")
    return _("It last worked on %s.") % date_format(moment, "j M, H:i")  # type: ignore[arg-type]
