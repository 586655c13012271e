from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from readinglists import keeping, publishing
from readinglists.access import reader_of
from readinglists.models import ReadingList, ShareLink

if TYPE_CHECKING:
    ListModelAdmin = admin.ModelAdmin[ReadingList]
    LinkModelAdmin = admin.ModelAdmin[ShareLink]
else:
    ListModelAdmin = LinkModelAdmin = admin.ModelAdmin


@admin.register(ReadingList)
class ReadingListAdmin(ListModelAdmin):
    """Entries are not edited here: their order and the count of saves follow rules."""

    list_display = ["title", "owner", "published_at", "changed_at", "deleted_at"]
    list_filter = [("published_at", admin.EmptyFieldListFilter)]
    actions = ["make_private"]
    list_select_related = ["owner"]
    search_fields = ["title", "owner__email"]
    fields = ["title", "description", "byline", "owner", "published_at", "created_at", "changed_at"]
    readonly_fields = ["owner", "published_at", "created_at", "changed_at"]

    @admin.action(description=_("Make the selected lists private"))
    def make_private(self, request: HttpRequest, queryset: QuerySet[ReadingList]) -> None:
        count = publishing.withdraw(queryset)
        self.message_user(request, _("%s lists are no longer public.") % count)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ReadingList, form: Any, change: bool) -> None:
        """As its owner would: written into the history, and undone there."""
        details = {name: form.cleaned_data[name] for name in form.changed_data}
        keeping.set_details(obj, details, by=reader_of(request), seen=obj.version)

    def delete_model(self, request: HttpRequest, obj: ReadingList) -> None:
        keeping.delete_list(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ReadingList]) -> None:
        for reading_list in queryset:
            keeping.delete_list(reading_list)


@admin.register(ShareLink)
class ShareLinkAdmin(LinkModelAdmin):
    """To see which links there are and to revoke them; a key is never shown."""

    list_display = ["reading_list", "created_at", "revoked_at"]
    list_select_related = ["reading_list"]
    fields = ["reading_list", "generation", "created_at", "revoked_at"]
    readonly_fields = ["reading_list", "generation", "created_at", "revoked_at"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke the selected links"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ShareLink]) -> None:
        queryset.filter(revoked_at=None).update(revoked_at=Now())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
