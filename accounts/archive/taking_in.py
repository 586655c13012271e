"""What of an archive becomes the reader's here: merged with what they have, all or nothing.

It decides how what is there and what comes are joined; never changes the address, and settings
only where the reader asked for it. What each rule is for: docs/archive.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from accounts import follows, mutes
from accounts.archive import waiting
from accounts.archive.naming import PaperName, find_papers
from accounts.archive.read import (
    LONGEST_TEXT,
    Archive,
    Item,
    ListRow,
    PublicList,
    SettingsRow,
)
from accounts.archive.wishes import Known, Wishes, grant
from accounts.digest.schedule import reschedule
from accounts.models import Mute, User
from accounts.schedule_form import LONGEST_PAUSE
from papers import seen
from readinglists.bringing import Brought, Details, bring_list
from readinglists.models import ReadingState

LEFT_SHOWN = 50
TITLES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """What an archive holds. `titles` of lists, the first twenty, with how many papers each has;
    `papers` that it names: `known` are known here, `nameless` can be found nowhere."""

    site: str
    written_at: datetime
    lists: int
    titles: tuple[tuple[str, int], ...]
    follows: int
    votes: int
    states: int
    seen: int
    mutes: int
    papers: int
    known: int
    nameless: int
    followed: tuple[PublicList, ...]


@dataclass(slots=True)
class TakenIn:
    """`waiting`: papers that are to be fetched; `left`: what could not be taken in, in words;
    `long`: notes longer than may be typed here, in words; `followed`: lists of the other site."""

    lists: int = 0
    known: int = 0
    waiting: int = 0
    left: list[str] = field(default_factory=list)
    long: list[str] = field(default_factory=list)
    followed: tuple[PublicList, ...] = ()


def preview(archive: Archive) -> Preview:
    names = archive.papers()
    known = find_papers(names)
    sizes = (
        (each.title, sum(item.paper is not None for item in each.items))
        for each in archive.lists[:TITLES_SHOWN]
    )
    return Preview(
        site=archive.site,
        written_at=archive.written_at,
        lists=len(archive.lists),
        titles=tuple(sizes),
        follows=len(archive.follows),
        votes=len(archive.votes),
        states=len(archive.states),
        seen=len(archive.seen),
        mutes=len(archive.mutes),
        papers=len(names),
        known=len(known),
        nameless=sum(name not in known and not name.names for name in names),
        followed=archive.list_follows,
    )


@transaction.atomic
def take_in(user: User, archive: Archive, *, with_settings: bool, now: datetime) -> TakenIn:
    """Take the archive in, in one transaction; papers not known here wait (waiting.py)."""
    # Two windows at once wait for each other, and so do changes of the reader's lists.
    reader = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    known = find_papers(archive.papers())
    result = TakenIn(known=len(known), followed=archive.list_follows)
    wishes = _wishes(archive)
    for each in archive.lists:
        _bring(reader, each, known, wishes)
        result.lists += 1
    grant(reader, [Known(known[name], wish) for name, wish in wishes.items() if name in known])
    unknown = {name: wish for name, wish in wishes.items() if name not in known}
    result.waiting = waiting.wait_for(reader, unknown)
    result.left += [
        _("“%s” has no name by which it can be found.") % (name.title[:100] or "?")
        for name in unknown
        if not name.names
    ]
    _follow(reader, archive, result)
    _mute(reader, archive.mutes, result)
    if with_settings:
        _settings(reader, archive.settings, now, result)
    result.left = _first(result.left)
    result.long = _first(_long_notes(reader, archive, known))
    return result


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - LEFT_SHOWN
    return lines if more <= 0 else [*lines[:LEFT_SHOWN], _("… and %d more.") % more]


def _long_notes(reader: User, archive: Archive, known: Mapping[PaperName, int]) -> list[str]:
    """They are kept whole; but the forms take no more than 5,000 characters."""
    lengths = {name: len(note) for name, note in _notes(archive) if len(note) > LONGEST_TEXT}
    # Joined with what was there, short ones may have become long.
    names = {known[row.paper]: row.paper for row in archive.states if row.paper in known}
    mine = ReadingState.objects.filter(user=reader, paper_id__in=names)
    joined = mine.annotate(length=Length("own_note")).filter(length__gt=LONGEST_TEXT)
    lengths |= {names[pk]: length for pk, length in joined.values_list("paper_id", "length")}
    words = _("“%(title)s”: a note of %(length)s characters.")
    return [
        words % {"title": (name.title or name.names[0][1])[:100], "length": length}
        for name, length in lengths.items()
        if name.title or name.names
    ]


def _notes(archive: Archive) -> Iterator[tuple[PaperName, str]]:
    for row in archive.states:
        yield row.paper, row.own_note
    for each in archive.lists:
        for item in each.items:
            if item.paper is not None:
                yield item.paper, item.note


def _wishes(archive: Archive) -> dict[PaperName, Wishes]:
    wishes: dict[PaperName, Wishes] = {name: Wishes() for name in archive.papers()}
    for name, moment in archive.votes:
        wishes[name].voted_at = moment
    for name, moment in archive.seen:
        wishes[name].seen_at = moment
    for name, more, moment in archive.feedback:
        wishes[name].wants_more, wishes[name].given_at = more, moment
    for row in archive.states:
        wish = wishes[row.paper]
        wish.state, wish.own_note, wish.changed_at = row.state, row.own_note, row.changed_at
    return wishes


def _bring(
    reader: User,
    each: ListRow,
    known: Mapping[PaperName, int],
    wishes: Mapping[PaperName, Wishes],
) -> None:
    details = Details(
        each.title,
        each.description,
        each.byline,
        each.is_default,
        each.is_archived,
        each.is_in_bin,
    )
    made, keys = bring_list(reader, details, [_brought(item, known) for item in each.items])
    for item, key in zip(each.items, keys, strict=True):
        if item.paper is not None and item.paper not in known:
            wishes[item.paper].add_entry(made.pk, key, item)


def _brought(item: Item, known: Mapping[PaperName, int]) -> Brought:
    paper_id = known.get(item.paper) if item.paper else None
    return Brought(item.heading, paper_id, item.note, item.tags, item.added_at)


def _follow(reader: User, archive: Archive, result: TakenIn) -> None:
    for row in archive.follows:
        try:
            made = follows.follow(reader, row.query, row.name)
        except follows.CannotFollow as error:
            result.left.append(f"“{row.name or row.query[:100]}”: {error}")
            continue
        if made.in_digest and not row.in_digest and made.name == follows.clean_name(row.name):
            made.in_digest = False
            made.save(update_fields=["in_digest"])


def _mute(reader: User, rows: Iterable[tuple[str, str]], result: TakenIn) -> None:
    for kind, value in rows:
        try:
            if kind not in Mute.Kind.values:
                raise ValidationError(_("“%s” cannot be muted here.") % kind)
            mutes.add(reader, kind, value)
        except ValidationError as error:
            result.left += error.messages


def _settings(reader: User, row: SettingsRow, now: datetime, result: TakenIn) -> None:
    seen.set_hidden(reader, hidden=row.hides_seen)
    if not row.values:
        return
    for name, value in row.values.items():
        setattr(reader, name, sorted(set(value)) if name == "digest_days" else value)
    reader.paused_until = _pause(row.paused_until, now.date())
    reader.switch_digest(on=bool(reader.digest_enabled and reader.digest_sections))
    wanted = [*row.values, "paused_until"]
    try:
        others = {key.name for key in User._meta.concrete_fields} - set(wanted)
        reader.clean_fields(exclude=others)
    except ValidationError as error:
        result.left.append(_("The settings are not possible here: %s") % " ".join(error.messages))
        return
    reader.save(update_fields=wanted)
    reschedule(reader, now)


def _pause(until: date | None, today: date) -> date | None:
    return min(until, today + LONGEST_PAUSE) if until and until > today else None
