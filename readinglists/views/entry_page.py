"""All that can be done with one entry: a page, of which the list shows the panel."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from readinglists.access import entry_to_edit, lists_to_edit, reader_of, reader_required
from readinglists.forms import HeadingForm, TagsForm
from readinglists.states import states_of
from readinglists.tags import write_tags
from readinglists.views.going_back import address_of


@require_safe
@reader_required
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    reader = reader_of(request)
    found = entry_to_edit(reader, pk)
    context = {
        "section": "lists",
        "entry": found,
        "reading_list": found.reading_list,
        "own": states_of(reader, [found.paper_id]).get(found.paper_id),
        "tags_form": TagsForm(initial={"tags": write_tags(found.tags), "seen": found.version}),
        "heading_form": HeadingForm(auto_id=f"id_%s_{pk}"),
        "sections": found.reading_list.headings.order_by("position", "pk"),
        "targets": [each for each in lists_to_edit(reader) if each.pk != found.reading_list_id],
        "back": address_of(found),
    }
    return render(request, "readinglists/entry.html", context)
