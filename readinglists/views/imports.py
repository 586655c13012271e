"""Papers from files: given, looked at, imported; and what a list still waits for."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from papers.numerals import grouped
from readinglists.access import (
    Rank,
    lists_to_edit,
    open_list,
    own_import,
    reader_of,
    reader_posts,
    reader_required,
)
from readinglists.import_forms import ImportForm, TargetForm
from readinglists.imports import planning, reading, steps
from readinglists.models import ImportRow, ListImport
from readinglists.views.lost_texts import keeps_what_was_typed

PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed(partial(ImportForm, lists=[]))
@reader_required
def imports(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    form = ImportForm.of(request, lists_to_edit(reader))
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("readinglists:show_import", _take(request, form).pk)
        except ValueError as error:
            form.add_error(None, str(error))
    unfinished = list(steps.unfinished(reader).defer("data"))
    context = {
        "section": "lists",
        "form": form,
        "unfinished": unfinished,
        "is_full": len(unfinished) >= steps.MOST_OPEN and not form.errors,
    }
    status = 422 if form.errors else 200
    return render(request, "readinglists/imports.html", context, status=status)


def _take(request: HttpRequest, form: ImportForm) -> ListImport:
    return steps.take_file(
        reader_of(request),
        form.data_given,
        file_name=form.file_name,
        into=form.target,
        new_title=form.cleaned_data["new_title"],
        now=timezone.now(),
    )


@require_safe
@vary_on_headers("HX-Request")
@reader_required
def show_import(request: HttpRequest, pk: int) -> HttpResponse:
    found = own_import(request.user, pk)
    context = {"section": "lists", "import": found, "format": reading.FORMATS.get(found.format)}
    if "HX-Request" in request.headers:
        if not found.is_at_work:
            return HttpResponseClientRefresh()
        return render(request, "readinglists/_import_progress.html", context)
    if found.state == ListImport.State.READY:
        context |= _preview(request, found)
    elif found.state == ListImport.State.DONE and found.reading_list:
        context |= {"waiting": planning.waiting_of(found.reading_list)}
        context |= {"counts": steps.counts_of(found)}
    return render(request, "readinglists/import.html", context)


def _preview(
    request: HttpRequest, found: ListImport, form: TargetForm | None = None
) -> dict[str, object]:
    plan = planning.plan_of(found, found.reading_list)
    tabs = [(each, plan.counts[each]) for each in ImportRow.Outcome if plan.counts[each]]
    wanted = request.GET.get("show", "")
    chosen = wanted if wanted in dict(tabs) else next(iter(dict(tabs)), "")
    rows = Paginator(found.rows.filter(outcome=chosen), PAGE_SIZE)
    page = rows.get_page(request.GET.get("page"))
    return {
        "plan": plan,
        "tabs": tabs,
        "chosen": chosen,
        "page": page,
        "rows": planning.with_papers(list(page.object_list)),
        "form": form or _target_form(request, found),
    }


def _target_form(request: HttpRequest, found: ListImport) -> TargetForm:
    return TargetForm(
        request.POST if request.method == "POST" else None,
        lists=lists_to_edit(reader_of(request)),
        into=str(found.reading_list_id or ""),
        initial={"new_title": found.new_title},
    )


@reader_posts
def write_import(request: HttpRequest, pk: int) -> HttpResponse:
    found = own_import(request.user, pk)
    form = _target_form(request, found)
    if not form.is_valid():
        context = {"section": "lists", "import": found, **_preview(request, found, form)}
        return render(request, "readinglists/import.html", context, status=422)
    steps.ask_to_write(found, into=form.target, new_title=form.cleaned_data["new_title"])
    return redirect("readinglists:show_import", found.pk)


@reader_posts
def delete_import(request: HttpRequest, pk: int) -> HttpResponse:
    steps.throw_away(own_import(request.user, pk))
    messages.success(request, _("The import was deleted; what it put into a list is still there."))
    return redirect("readinglists:imports")


@reader_posts
def forget_not_found(request: HttpRequest, pk: int) -> HttpResponse:
    reading_list = open_list(request.user, pk, Rank.EDIT).reading_list
    count = planning.forget_not_found(reading_list)
    words = ngettext(
        "%s paper is not waited for any more.", "%s papers are not waited for any more.", count
    )
    messages.success(request, words % grouped(count))
    return redirect(reading_list)
