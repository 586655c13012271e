from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from papers import nudges, source_changes
from papers.identifiers import parse_arxiv_id
from papers.models import (
    AnswerCount,
    Batch,
    CalendarYear,
    FetchedDocument,
    Harvest,
    Heartbeat,
    Holiday,
    Paper,
    PaperRequest,
    PaperVersion,
    RefusedSignal,
    Repository,
    RestoredCopy,
    Source,
    WeightChange,
)
from papers.source_forms import SourceAdminForm
from papers.tasks import follow_trending
from papers.trending import weights


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that the site writes by itself: to be looked at."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PaperAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_arxiv_id(self) -> str | None:
        """The one spelling under which sources find it; none where the field was left empty."""
        text: str | None = self.cleaned_data["arxiv_id"]
        try:
            return parse_arxiv_id(text).base if text else None
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


@admin.register(Paper)
class PaperAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = PaperAdminForm
    list_display = ["title", "arxiv_id", "primary_category", "announced_on"]
    search_fields = ["arxiv_id__exact"]
    search_help_text = "An arXiv id."
    raw_id_fields = ["primary_category"]
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Paper | None = None) -> list[str]:
        # A paper's other names would go on leading to it: the next paper of the old id, too.
        return ["arxiv_id"] if obj else []


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = SourceAdminForm
    list_display = ["kind", "key", "is_active", "state", "last_success_at", "next_due_at"]
    list_filter = ["kind", "state", "is_active"]
    search_fields = ["key", "title"]
    readonly_fields = [
        "state",
        "last_error",
        "failures",
        "failing_since",
        "last_attempt_at",
        "last_success_at",
        "last_full_at",
        "lease_token",
        "leased_until",
        "etag",
        "last_modified",
        "moved_to",
    ]
    actions = ["pause", "resume"]

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> list[str]:
        # Another address is another source: its validators and its ledger are not this one's.
        return [*self.readonly_fields, *(["kind", "key"] if obj else [])]

    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and not (obj and source_changes.is_named_by_settings(obj))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # Many at once would take those with them that the settings make again.
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.action(description=_("Pause"))
    def pause(self, request: HttpRequest, rows: QuerySet[Source]) -> None:
        rows.update(is_active=False)

    @admin.action(description=_("Resume"))
    def resume(self, request: HttpRequest, rows: QuerySet[Source]) -> None:
        rows.update(is_active=True)


@admin.register(FetchedDocument)
class FetchedDocumentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["source", "for_day", "fetched_at", "attempts", "last_error"]
    actions = ["try_again"]

    @admin.action(description=_("Try to store these again"))
    def try_again(self, request: HttpRequest, rows: QuerySet[FetchedDocument]) -> None:
        rows.update(attempts=0, leased_until=None)


@admin.register(Batch)
class BatchAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["announced_on", "source", "category", "state", "received", "rejected"]
    list_filter = ["state"]


@admin.register(Harvest)
class HarvestAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "state", "pages", "received", "created", "failures", "last_error"]
    list_filter = ["state", "interface"]


@admin.register(PaperRequest)
class PaperRequestAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "state", "reason", "attempts", "requested_at"]
    list_filter = ["state", "scheme"]


@admin.register(PaperVersion)
class PaperVersionAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "submitted_at", "size_bytes"]
    search_fields = ["paper__arxiv_id__exact"]
    search_help_text = "An arXiv id."
    list_select_related = ["paper"]


@admin.register(Repository)
class RepositoryAdmin(ReadOnlyAdmin):
    list_display = ["name", "stars", "checked_at", "next_due_at", "problem"]
    search_fields = ["name"]


@admin.register(CalendarYear)
class CalendarYearAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["year"]


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["day", "name"]
    date_hierarchy = "day"


@admin.register(AnswerCount)
class AnswerCountAdmin(ReadOnlyAdmin):
    list_display = ["day", "host", "outcome", "answers", "received_bytes"]
    list_filter = ["outcome"]
    date_hierarchy = "day"
    ordering = ["-day", "host", "outcome"]


@admin.register(WeightChange)
class WeightChangeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Weights are changed by adding a row: who, when and why stay, and the page tells them."""

    list_display = ["changed_at", "changed_by", "reason"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        by = weights.current()
        values = {"vote": by.vote, "saved": by.save, "upvote": by.upvote}
        return {**values, "star": by.star, "citation": by.citation}

    def save_model(self, request: HttpRequest, obj: WeightChange, form: Any, change: bool) -> None:
        obj.changed_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        nudges.nudge(follow_trending.name)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RefusedSignal)
class RefusedSignalAdmin(ReadOnlyAdmin):
    list_display = ["paper_id", "kind", "observed_on", "value", "believed", "refused_at"]
    ordering = ["-refused_at"]
    list_select_related = False


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["queue", "beat_at"]


@admin.register(RestoredCopy)
class RestoredCopyAdmin(ReadOnlyAdmin):
    list_display = ["backup_made_at", "restored_at"]
