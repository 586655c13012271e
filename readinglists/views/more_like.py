from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from papers import marks, seen
from papers.latex import to_text
from papers.models import Paper
from papers.related import Proposed, propose
from papers.search.reader import IndexNotReady
from readinglists.access import open_list, reader_required
from readinglists.models import ReadingList

PROPOSED = 30


@dataclass(frozen=True, slots=True)
class Row:
    paper: Paper
    reason: str


@require_safe
@reader_required
def more_like(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = open_list(request.user, pk).reading_list
    rows, why = _find(reading_list)
    context = {
        "section": "lists",
        "reading_list": reading_list,
        "rows": rows,
        "why": why,
        "marks": marks.collect(request.user, [row.paper.pk for row in rows]),
        "seen": seen.choice_of(request.user),
    }
    return render(request, "readinglists/more_like.html", context)


def _find(reading_list: ReadingList) -> tuple[list[Row], str]:
    """The proposals, or a sentence on why there are none."""
    newest_first = reading_list.entries.order_by("-pk").values_list("paper_id", flat=True)
    try:
        proposed = propose(list(newest_first), limit=PROPOSED)
    except IndexNotReady as error:
        return [], str(error)
    return [_row(one) for one in proposed], _("Save some papers in this list first.")


def _row(one: Proposed) -> Row:
    if one.because_of is None:
        return Row(one.paper, "")
    reason = _("Because you saved “%(title)s”") % {"title": to_text(one.because_of.title)}
    return Row(one.paper, reason)
