"""Kinds of values that the API takes, with their bounds, as its documentation says them."""

from datetime import date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

LARGEST_NUMBER = 2**63 - 1
MOST_ITEMS = 100

# Postgres can hold every character but NUL.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Number = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Asked(Schema):
    """What bodies are made of: no value of another type nor name is let through."""

    model_config = ConfigDict(strict=True, extra="forbid")


def _read_day(value: Any) -> date:
    # By itself pydantic takes "0" for a day of 1970.
    if isinstance(value, date):
        return value
    try:
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(_("A day is written as 2026-03-04.")) from None


Day = Annotated[
    date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})
]


def _read_moment(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(_("A moment is written as 2026-03-04T05:06:07Z."))
    return moment


Moment = Annotated[
    datetime,
    BeforeValidator(_read_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Limit = Annotated[int, Field(ge=1, le=MOST_ITEMS, description="How many items at most.")]
After = Annotated[
    Text,
    Field(
        max_length=500,
        description="Where to go on: taken from `next` of the page before, never made up.",
    ),
]
Category = Annotated[
    str, Field(pattern=r"^[ -.0-~]{1,40}$", description="An arXiv category such as `cs.LG`.")
]
