"""Pages of a list's entries in its own order, for its readers and for everybody."""

from django.db.models import Q, QuerySet

from papers.api.paging import Values
from readinglists.models import Entry


def page_after(
    rows: QuerySet[Entry], since: Values | None, limit: int
) -> tuple[list[Entry], Values | None]:
    """Return `limit` of `rows` in order, after what `read_after` returned, and what `link_after`
    takes: None at the end of the list."""
    if since is not None:
        position, pk = since
        rows = rows.filter(Q(position__gt=position) | Q(position=position, pk__gt=pk))
    found = list(rows.order_by("position", "pk")[: limit + 1])
    page = found[:limit]
    return page, (page[-1].position, page[-1].pk) if len(found) > limit else None
