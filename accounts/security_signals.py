"""What Django and allauth tell of logins, proofs and accounts, and the admin of what it wrote, as
lines of the security log (security_log.py).
"""

from functools import wraps
from typing import Any

from allauth.account import signals as of_accounts
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa import signals as of_mfa
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.db.models.signals import post_save
from django.dispatch import Signal, receiver
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.security_log import note

# Of these a line says no more than whose account it was.
_PLAIN: dict[Signal, str] = {
    of_accounts.password_set: "password_set",
    of_accounts.password_changed: "password_changed",
    of_accounts.password_reset: "password_reset",
    of_accounts.email_added: "email_added",
    of_accounts.email_changed: "email_changed",
    of_accounts.email_removed: "email_removed",
}
_OF_SECOND_STEP: dict[Signal, str] = {
    of_mfa.authenticator_added: "second_step_added",
    of_mfa.authenticator_removed: "second_step_removed",
    of_mfa.authenticator_reset: "second_step_reset",
}
_OF_ADMIN = {ADDITION: "admin_added", CHANGE: "admin_changed", DELETION: "admin_deleted"}


@receiver(list(_PLAIN))
def note_account(request: HttpRequest, user: User, signal: Signal, **_more: Any) -> None:
    note(_PLAIN[signal], user_id=user.pk, request=request)


@receiver(list(_OF_SECOND_STEP))
def note_second_step(
    request: HttpRequest, user: User, authenticator: Authenticator, signal: Signal, **_more: Any
) -> None:
    kind = str(authenticator.type)
    note(_OF_SECOND_STEP[signal], user_id=user.pk, request=request, by=kind)


@receiver(post_save, sender=User)
def note_new_account(instance: User, created: bool, **_more: Any) -> None:
    """However it came about: sign-up, Subscribe box, admin or command."""
    if created:
        note("account_created", user_id=instance.pk)


@receiver(of_accounts.email_confirmed)
def note_confirmed(request: HttpRequest, email_address: EmailAddress, **_more: Any) -> None:
    note("email_confirmed", user_id=email_address.user_id, request=request)


@receiver(user_logged_in)
def note_login(request: HttpRequest, user: User, **_more: Any) -> None:
    records = get_authentication_records(request, user)
    by = [str(record.get("type") or record["method"]) for record in records]
    note("logged_in", user_id=user.pk, request=request, by="+".join(by) or "other")


@receiver(user_logged_out)
def note_logout(request: HttpRequest, user: User | None, **_more: Any) -> None:
    if user is not None:
        note("logged_out", user_id=user.pk, request=request)


@receiver(user_login_failed)
def note_wrong_password(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_more: Any
) -> None:
    """Of a login, or of somebody who is logged in and gives their password once more."""
    reader = getattr(request, "user", None)
    if reader is not None and reader.is_authenticated:
        event, user_id = "proof_failed", reader.pk
    else:
        event, user_id = "login_failed", _owner_of(str(credentials.get("email", "")))
    note(event, user_id=user_id, request=request, is_refusal=True, by="password")


def _owner_of(email: str) -> int | None:
    """Whose account was tried. One question for known and unknown addresses alike."""
    rows = EmailAddress.objects.filter(email=email.lower()).order_by("-verified", "pk")
    owner: int | None = rows.values_list("user_id", flat=True).first()
    return owner


@receiver(of_accounts.login_code_rejected)
def note_wrong_code(request: HttpRequest, user: User, **_more: Any) -> None:
    note("login_failed", user_id=user.pk, request=request, is_refusal=True, by="code")


@receiver(of_mfa.authentication_failed)
def note_wrong_second_step(
    request: HttpRequest,
    user: User,
    authenticator: Authenticator,
    reauthentication: bool = False,
    **_more: Any,
) -> None:
    event = "proof_failed" if reauthentication else "second_step_failed"
    kind = str(authenticator.type)
    note(event, user_id=user.pk, request=request, is_refusal=True, by=kind)


@receiver(of_accounts.authentication_step_completed)
def note_proof(request: HttpRequest, user: User, method: str, **more: Any) -> None:
    """Steps of a login stand in its line; this is for whoever proves once more who they are."""
    if more.get("reauthenticated"):
        note("proved", user_id=user.pk, request=request, by=str(more.get("type") or method))


@receiver(post_save, sender=LogEntry)
def note_change_in_admin(instance: LogEntry, created: bool, **_more: Any) -> None:
    if not created or instance.content_type_id is None:
        return
    kind = ContentType.objects.get_for_id(instance.content_type_id)
    event, model = _OF_ADMIN[instance.action_flag], f"{kind.app_label}.{kind.model}"
    note(event, user_id=instance.user_id, model=model, row=instance.object_id or "")


@wraps(delete_selected)  # with its name and the right that it asks for
def delete_selected_and_tell(
    model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """The admin's own action. It writes the entries of several rows at once, without a signal."""
    numbers = [str(pk) for pk in queryset.values_list("pk", flat=True)]
    page: HttpResponse | None = delete_selected(model_admin, request, queryset)
    if page is None and len(numbers) > 1:
        model = model_admin.model._meta.label_lower
        for number in numbers:
            note("admin_deleted", user_id=request.user.pk, request=request, model=model, row=number)
    return page


admin.site.add_action(delete_selected_and_tell, "delete_selected")
