"""What operators may do with readers' second steps: see that there is one, and take it away.

Allauth's own pages show the keys themselves, and search by a user name that nobody has here.
"""

from typing import Any

from allauth.mfa import admin as _mfa_admin  # noqa: F401 - registers what is taken out below
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as _sessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

from accounts import by_operator

admin.site.unregister(Authenticator)
admin.site.unregister(UserSession)


@admin.register(Authenticator)
class SecondStepAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """For a reader who lost phone and codes, once the operator is sure who asks."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    search_fields = ["user__email"]
    list_select_related = ["user"]
    readonly_fields = ["user", "type", "created_at", "last_used_at"]
    exclude = ["data"]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        user = obj.user
        super().delete_model(request, obj)
        by_operator.end_second_step(request, user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for each in queryset.select_related("user"):
            self.delete_model(request, each)
