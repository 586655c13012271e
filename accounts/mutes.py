"""What a reader mutes, as they type it: one word, author or category a line.

It decides what can be muted and keeps it; what a mute hides is decided in digest/muting.py.
"""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.digest.muting import in_a_row
from accounts.models import Mute, User
from papers.models import Category

MOST = 200  # of one kind
MOST_ERRORS = 5  # told at once
Kind = Mute.Kind


def listed(user: User) -> dict[str, list[str]]:
    """Return the mutes of `user` by kind, in order."""
    by_kind: dict[str, list[str]] = {kind: [] for kind in Kind.values}
    for kind, value in Mute.objects.filter(user=user).values_list("kind", "value"):
        by_kind[kind].append(value)
    return by_kind


def read_lines(kind: str, text: str) -> list[str]:
    """Return what the lines of `text` name, each once. Raises ValidationError in words."""
    values: dict[str, str] = {}
    errors: list[ValidationError] = []
    for line in filter(None, (" ".join(line.split()) for line in text.splitlines())):
        try:
            value = check(kind, line)
        except ValidationError as error:
            errors.append(error)
        else:
            values[value.casefold()] = value
    if errors:
        raise ValidationError(errors[:MOST_ERRORS])
    if len(values) > MOST:
        raise ValidationError(_("More than %s lines cannot be kept.") % MOST)
    return list(values.values())


def check(kind: str, value: str) -> str:
    """Return `value` as it is kept. Raises ValidationError in words for what cannot be muted."""
    if "\0" in value:
        raise ValidationError(_("This holds a character that is no text."))
    if len(value) > Mute.LONGEST:
        raise ValidationError(
            _("“%(value)s…” is longer than %(most)s characters.")
            % {"value": value[:30], "most": Mute.LONGEST}
        )
    if kind == Kind.CATEGORY:
        return _known_category(value)
    if not in_a_row(value):
        raise ValidationError(_("“%s” has no word in it.") % value)
    return value


@transaction.atomic
def replace(user: User, by_kind: Mapping[str, Sequence[str]]) -> None:
    """Let these, and no others, be the mutes of `user` of the kinds named."""
    Mute.objects.filter(user=user, kind__in=by_kind).delete()
    pairs = [(kind, value) for kind, values in by_kind.items() for value in values]
    Mute.objects.bulk_create(
        [Mute(user=user, kind=kind, value=value) for kind, value in pairs], ignore_conflicts=True
    )


def add(user: User, kind: str, value: str) -> None:
    """Mute one more; again does no harm. Raises ValidationError in words."""
    value = check(kind, " ".join(value.split()))
    if Mute.objects.filter(user=user, kind=kind).count() >= MOST:
        raise ValidationError(_("More than %s lines cannot be kept.") % MOST)
    Mute.objects.bulk_create([Mute(user=user, kind=kind, value=value)], ignore_conflicts=True)


def _known_category(value: str) -> str:
    codes = list(Category.objects.values_list("code", flat=True))
    archives = {code.partition(".")[0] for code in codes}
    known = {code.casefold(): code for code in (*archives, *codes)}
    try:
        return known[value.casefold()]
    except KeyError:
        raise ValidationError(
            _("“%s” is no category of a paper here: write it as cs.CL, or cs for all of them.")
            % value
        ) from None
