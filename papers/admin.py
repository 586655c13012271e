from django.contrib import admin

from papers.models import Batch, Paper, Source


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


@admin.register(Batch)
class BatchAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["announced_on", "source", "category", "state", "received", "rejected"]
    list_filter = ["state"]
