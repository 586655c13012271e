"""Deleting one's account: what goes is said first, and who asks proves who they are."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import leaving
from accounts.models import User


class DeleteForm(forms.Form):
    sure = forms.BooleanField(
        label=_("Delete my account with everything, for good"),
        error_messages={"required": _("Tick the box if you are sure.")},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def delete_account(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, pk=request.user.pk)
    form = DeleteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            leaving.refuse_last_superuser(user)
            leaving.delete_account(user)
        except leaving.CannotLeave as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            return redirect("accounts:account_deleted")
    return _page(request, user, form)


@never_cache
@require_safe
def account_deleted(request: HttpRequest) -> HttpResponse:
    context = {"mail_leaves": settings.EMAIL_CONFIGURED}
    return render(request, "accounts/account_deleted.html", context)


def _page(request: HttpRequest, user: User, form: forms.Form) -> HttpResponse:
    try:
        leaving.refuse_last_superuser(user)
        refused = ""
    except leaving.CannotLeave as error:
        refused = str(error)
    context = {
        "form": form,
        "reader": user,
        "loss": leaving.loss_of(user),
        "refused": refused,
        "section": "settings",
    }
    return render(
        request, "accounts/delete_account.html", context, status=422 if form.errors else 200
    )
