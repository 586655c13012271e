"""Proving who one is once more, by a mailed code; and what operators are told who must."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import BaseReauthenticateView
from allauth.core.exceptions import ReauthenticationRequired
from django import forms
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import proof
from accounts.models import User


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class Prove(BaseReauthenticateView):  # type: ignore[misc]
    """Allauth's own page of this kind goes on to what was asked for; the code is ours."""

    form_class = CodeForm
    template_name = "accounts/prove.html"

    def form_valid(self, form: CodeForm) -> HttpResponse:
        user = get_object_or_404(User, pk=self.request.user.pk)
        try:
            proof.check_code(self.request, user, form.cleaned_data["code"])
        except proof.CannotProve as error:
            form.add_error("code", str(error))
            response: HttpResponse = self.form_invalid(form)
            return response
        proof.note_proof(self.request, user)
        answer: HttpResponse = super().form_valid(form)
        return answer

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)
        return {
            **context,
            "next": get_next_redirect_url(self.request) or "",
            "code_sent": proof.was_sent(self.request),
            "section": "settings",
        }


prove = never_cache(login_required(Prove.as_view()))


@never_cache
@require_POST
@login_required
def mail_code(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, pk=request.user.pk)
    if proof.needs_code(user):
        try:
            proof.send_code(request, user)
        except proof.CannotProve as error:
            messages.error(request, str(error))
    back = get_next_redirect_url(request) or reverse("accounts:settings")
    return redirect(f"{reverse('accounts:prove')}?{urlencode({REDIRECT_FIELD_NAME: back})}")


def proved_first(view: Callable[..., Any]) -> Callable[..., Any]:
    """Ask for proof as `reauthentication_required` does, and keep nothing of what was posted: a
    password must not lie in the session meanwhile.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        try:
            is_due = is_reauthentication_required(request, app="allauth.account")
        except ReauthenticationRequired:
            is_due = True
        if not is_due:
            return view(request, *args, **kwargs)
        way = get_adapter(request).get_reauthentication_methods(request.user)[0]["url"]
        return redirect(f"{way}?{urlencode({REDIRECT_FIELD_NAME: request.path})}")

    return guarded


@never_cache
@require_safe
@login_required
def staff_second_step(request: HttpRequest) -> HttpResponse:
    """What STAFF_NEEDS_MFA asks of an operator who has no second step yet."""
    return render(request, "accounts/staff_second_step.html", {"section": "settings"})
