"""Pages of a long list without counting it: one item more than a page tells if it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

LAST_PAGE = 50

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`number` counts from 1; `first_rank` is the rank of the first item, from 1."""

    items: Sequence[Row]
    number: int
    size: int
    has_next: bool

    @property
    def first_rank(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def previous_number(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next_number(self) -> int | None:
        return self.number + 1 if self.has_next and self.number < LAST_PAGE else None


def page_number(request: HttpRequest) -> int:
    """Return the page asked for by `?page=`, from 1 to 50; what is not a number is page 1."""
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), LAST_PAGE)


def get_page(rows: "QuerySet[Row]", *, number: int, size: int) -> Page[Row]:
    """Return one page of `rows`, which must have a fixed order, with one query."""
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    return Page(items=found[:size], number=number, size=size, has_next=len(found) > size)
