from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.admin import EmailAddressAdmin
from allauth.account.decorators import secure_admin_login
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts import (
    by_operator,
    leaving,
    rights,
    second_step_admin,  # noqa: F401 - registers its own
)
from accounts.bounces import suppression
from accounts.bounces.addresses import hash_address
from accounts.digest.schedule import reschedule
from accounts.models import ApiToken, Bounce, Delivery, Follow, StandingQuery, Suppression, User
from accounts.views.prove import proved_first
from papers.models import PaperRequest

# By these an operator takes over an account, or makes another operator.
NEED_PROOF = frozenset({"email", "is_staff", "is_superuser", "groups", "user_permissions"})

# Allauth's limits and codes guard its own login page only, so the admin's form is not used.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


def _lead_to_own_password(_request: HttpRequest, _context: object = None) -> HttpResponse:
    return redirect("account_change_password")


# Wrong old passwords are counted, logged and slowed down on the site's own page only.
admin.site.password_change = _lead_to_own_password  # type: ignore[method-assign,assignment]


class ReaderForm(UserChangeForm):  # type: ignore[type-arg]
    """Takes no address that another reader proved to be theirs: nobody could confirm it. Nor does
    it lock out the last who can run the site.
    """

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] | None = super().clean()
        changed = set(rights.SWITCHES) & set(self.changed_data)
        if any(not self.cleaned_data[name] for name in changed):
            # Two who take them from each other at the same moment wait here.
            superusers = User.objects.filter(is_superuser=True).order_by("pk")
            list(superusers.select_for_update(no_key=True).values_list("pk", flat=True))
            if leaving.is_last_superuser(self.instance):
                raise forms.ValidationError(
                    _(
                        "No other account is open and has both entry to the administration and all "
                        "its rights: give them to another one first, or nobody could run this site."
                    )
                )
        return cleaned

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        proved = EmailAddress.objects.filter(email=email, verified=True)
        if proved.exclude(user_id=self.instance.pk).exists():
            raise get_adapter().validation_error("email_taken")
        return email


@admin.register(User)
class ReaderAdmin(UserAdmin):  # type: ignore[type-arg]
    form = ReaderForm
    ordering = ["-date_joined"]
    list_display = ["email", "digest_enabled", "timezone", "next_due_at", "is_active", "is_staff"]
    list_filter = ["digest_enabled", "is_active", "is_staff"]
    search_fields = ["email"]
    readonly_fields = [
        *("date_joined", "last_login", "next_due_at"),
        *("mail_stopped_at", "mail_stopped_why"),
    ]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (
            _("Digest"),
            {
                "fields": [
                    "digest_enabled",
                    "digest_hour",
                    "timezone",
                    "digest_days",
                    "digest_size",
                    "digest_sections",
                    "digest_only_matches",
                    "digest_backlog",
                    "digest_text_only",
                    "paused_until",
                    "next_due_at",
                    "mail_stopped_at",
                    "mail_stopped_why",
                ]
            },
        ),
        (
            _("Permissions"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # What nobody may delete alone goes with its reader.
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        going_along = {
            model._meta.verbose_name
            for model in (ApiToken, Bounce, Delivery, EmailAddress, Follow, PaperRequest)
        }
        return deleted, counts, missing - going_along, [*protected, *_who_may_not_go(objs)]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        # One's own is changed under Addresses: a slip here would lock the operator out.
        is_own = obj is not None and obj.pk == request.user.pk
        return [*super().get_readonly_fields(request, obj), *(["email"] if is_own else [])]

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        if unquote(id) == str(request.user.pk):
            return redirect("account_change_password")
        return self._set_password(request, id, form_url)

    @method_decorator(proved_first)
    def _set_password(self, request: HttpRequest, id: str, form_url: str) -> HttpResponse:
        before = self.get_object(request, unquote(id))
        page = super().user_change_password(request, id, form_url)
        after = self.get_object(request, unquote(id))
        if before is not None and after is not None and before.password != after.password:
            by_operator.end_old_password(request, after)
        return page

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change and not NEED_PROOF.isdisjoint(form.changed_data):
            raise_if_reauthentication_required(request, app="allauth.account")
        super().save_model(request, obj, form, change)
        before = str(form.initial.get("email", obj.email)).lower()
        if change and obj.email != before:
            by_operator.replace_address(request, obj, before)
            obj.refresh_from_db()
        reschedule(obj, timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            of_rights = rights.compare(form.initial, form.cleaned_data)
            by_operator.tell_of_rights(request, form.instance, of_rights)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        leaving.delete_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)


def _who_may_not_go(users: Iterable[User]) -> Iterator[str]:
    for user in users:
        try:
            leaving.refuse_last_superuser(user)
        except leaving.CannotLeave as error:
            yield f"{user}: {error}"


class _ForLooking(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class AddressAdmin(_ForLooking, EmailAddressAdmin):  # type: ignore[misc]
    """For looking, and for confirming by hand where no mail arrives: it opens the account."""

    @admin.action(
        permissions=["confirm"], description=EmailAddressAdmin.make_verified.short_description
    )
    def make_verified(self, request: HttpRequest, queryset: QuerySet[EmailAddress]) -> None:
        raise_if_reauthentication_required(request, app="allauth.account")
        super().make_verified(request, queryset)

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("account.change_emailaddress")


@admin.register(Delivery)
class DeliveryAdmin(_ForLooking):
    """For looking only: the ledger's rows are changed by the ledger."""

    list_display = ["user", "local_date", "state", "attempts", "due_at", "finished_at", "reason"]
    list_filter = ["state"]
    search_fields = ["user__email"]
    date_hierarchy = "local_date"
    list_select_related = ["user"]


@admin.register(Follow)
class FollowAdmin(_ForLooking):
    """For looking only: what somebody follows is theirs to change."""

    list_display = ["user", "name", "query", "in_digest", "created_at"]
    list_filter = ["in_digest"]
    search_fields = ["user__email", "query"]
    list_select_related = ["user"]
    exclude = ["feed_key_hash"]


@admin.register(ApiToken)
class ApiTokenAdmin(_ForLooking):
    """For looking only: nobody can make a token in another's name."""

    list_display = ["user", "name", "beginning", "scopes", "last_used_at", "revoked_at"]
    search_fields = ["user__email", "name", "beginning"]
    list_select_related = ["user"]
    exclude = ["token_hash"]


@admin.register(StandingQuery)
class StandingQueryAdmin(_ForLooking):
    """For looking only: rows come and go with the follows."""

    list_display = ["text", "followers", "created_at", "seeded_at"]
    search_fields = ["text"]
    ordering = ["-followers"]


@admin.register(Bounce)
class BounceAdmin(_ForLooking):
    """For looking only: what other mail servers said."""

    list_display = ["user", "kind", "happened_at", "said"]
    list_filter = ["kind"]
    search_fields = ["user__email"]
    list_select_related = ["user"]
    exclude = ["address_hash"]


class SuppressionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Takes an address and keeps its hash, from which nobody reads the address again."""

    address = forms.EmailField(label=_("Address"))

    class Meta:
        model = Suppression
        fields = ["said"]
        labels = {"said": _("Why, for other operators")}

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"])
        if suppression.suppressed_among([address]):
            raise forms.ValidationError(_("This address is on the list."))
        return address


@admin.register(Suppression)
class SuppressionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Addresses that get no digest; removing one lets its reader's digest go on."""

    list_display = ["__str__", "why", "said", "created_at"]
    list_filter = ["why"]
    form = SuppressionForm

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        obj.address_hash = hash_address(form.cleaned_data["address"])
        obj.why = Suppression.Why.OPERATOR
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Suppression) -> None:
        super().delete_model(request, obj)
        suppression.release(bytes(obj.address_hash), timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for entry in queryset:
            self.delete_model(request, entry)
