from typing import Any

from allauth.account.views import ConfirmEmailView
from django.http import HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse

from accounts import first_minute


class ConfirmEmail(ConfirmEmailView):  # type: ignore[misc]
    """Allauth's page, but opening it logs nobody out: only the button acts.

    Whoever confirmed their first address and asked for no other page is led to the first minute,
    through the login where they come from another browser.
    """

    def logout_other_user(self, confirmation: object) -> None:
        if self.request.method == "POST":
            super().logout_other_user(confirmation)

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        address = self.object.email_address
        if not (response.has_header("Location") and first_minute.is_new_here(address)):
            return response
        welcome = reverse("accounts:welcome")
        if response["Location"] == resolve_url("account_login"):
            return redirect(f"{response['Location']}?next={welcome}")
        if self.request.user.is_authenticated and response["Location"] == reverse("papers:home"):
            first_minute.begin(self.request.session)
            return redirect(welcome)
        return response
