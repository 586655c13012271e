"""Addresses of allauth's, under its names, that this site answers otherwise: they come first."""

from allauth.account.views import password_set
from django.urls import path
from django.views.generic import RedirectView

from accounts.views import recovery_codes
from accounts.views.confirm_email import ConfirmEmail
from accounts.views.prove import proved_first

urlpatterns = [
    # Theirs logs another reader out when it is only opened.
    path("confirm-email/<str:key>/", ConfirmEmail.as_view(), name="account_confirm_email"),
    # Theirs asks nothing of whoever sits at a reader's computer, and a password stays.
    path("password/set/", proved_first(password_set), name="account_set_password"),
    # Theirs write a row when they are only opened.
    path("2fa/recovery-codes/", recovery_codes.show, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/download/", recovery_codes.download, name="mfa_download_recovery_codes"
    ),
    path(
        "sessions/",
        RedirectView.as_view(pattern_name="accounts:sessions"),
        name="usersessions_list",
    ),
]
