from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from papers.models import Batch, FetchedDocument, Paper, Source


@admin.register(Paper)
class PaperAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["title", "arxiv_id", "primary_category", "announced_on"]
    search_fields = ["arxiv_id__exact"]
    search_help_text = "An arXiv id."
    raw_id_fields = ["primary_category"]
    show_full_result_count = False


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["kind", "key", "is_active", "state", "last_success_at", "next_due_at"]
    list_filter = ["kind", "state"]
    readonly_fields = ["lease_token", "leased_until", "etag", "last_modified"]


@admin.register(FetchedDocument)
class FetchedDocumentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["source", "for_day", "fetched_at", "attempts", "last_error"]
    actions = ["try_again"]

    @admin.action(description="Try to store these again")
    def try_again(self, request: HttpRequest, rows: QuerySet[FetchedDocument]) -> None:
        rows.update(attempts=0, leased_until=None)


@admin.register(Batch)
class BatchAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["announced_on", "source", "category", "state", "received", "rejected"]
    list_filter = ["state"]
