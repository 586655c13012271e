"""A reader's archive out, and one of another site in."""

from tempfile import TemporaryFile

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.archive import places, uploads
from accounts.archive.values import BadArchive
from accounts.archive.write import write
from accounts.models import User, WaitingPaper

WAITING_SHOWN = 50


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("The ZIP file, or its broadsheet.json"),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("This file is empty."),
        },
    )


@never_cache
@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/export.html", {"section": "settings"})


@never_cache
@require_safe
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def download(request: HttpRequest) -> HttpResponseBase:
    user = get_object_or_404(User, pk=request.user.pk)
    now = timezone.now()
    try:
        places.take_download(user)
    except places.TooManyArchives as error:
        context = {"refused": str(error), "section": "settings"}
        return render(request, "accounts/export.html", context, status=429)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write(user, file, now=now)
    file.seek(0)
    name = f"broadsheet-{now:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_archive(request: HttpRequest) -> HttpResponse:
    """The form for a file; one that can be read is kept for a day, and shown."""
    user = get_object_or_404(User, pk=request.user.pk)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            places.take_upload(user)
            uploads.keep(user, form.cleaned_data["file"], now=timezone.now())
        except (BadArchive, places.TooManyArchives) as error:
            form.add_error("file", str(error))
        else:
            return redirect("accounts:import_preview")
    waiting = WaitingPaper.objects.filter(user=user)
    context = {
        "form": form,
        "waiting": waiting.order_by("pk")[:WAITING_SHOWN],
        "waiting_count": waiting.count(),
        "section": "settings",
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/import.html", context, status=status)


@never_cache
@require_safe
@login_required
def import_preview(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, pk=request.user.pk)
    preview = uploads.find_preview(user, now=timezone.now())
    if preview is None:
        return redirect("accounts:import_archive")
    context = {"preview": preview, "section": "settings"}
    return render(request, "accounts/import_preview.html", context)


@never_cache
@require_POST
@login_required
def take_in(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, pk=request.user.pk)
    wants = bool(request.POST.get("with_settings"))
    try:
        result = uploads.take_in_kept(user, with_settings=wants, now=timezone.now())
    except BadArchive as error:
        messages.info(request, str(error))
        return redirect("accounts:import_archive")
    context = {"result": result, "section": "settings"}
    return render(request, "accounts/import_done.html", context)
