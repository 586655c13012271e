from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from papers.row_numbers import read_row_number
from readinglists.access import (
    Rank,
    open_list,
    reader_of,
    reader_required,
)
from readinglists.history_page import get_history_page


@require_safe
@reader_required
def history(request: HttpRequest, pk: int) -> HttpResponse:
    access = open_list(request.user, pk, Rank.EDIT)
    number = read_row_number(request.GET.get("before", ""))
    page = get_history_page(access.reading_list, reader_of(request), number)
    context = {
        "section": "lists",
        "access": access,
        "reading_list": access.reading_list,
        "page": page,
        "is_first": number is None,
    }
    return render(request, "readinglists/history.html", context)
