"""Operator console of analyses, patterns and scores. All are written by the product."""

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from core.errors import DomainError
from media.admin import WrittenByTheProduct, operator_actor
from patterns import services
from patterns.levels import shown
from patterns.models import Analysis, FormerAnalysis, Meaning, Pattern, PatternScore


@admin.register(Analysis)
class AnalysisAdmin(WrittenByTheProduct):
    list_display = ("video", "state", "workspace", "engine_version", "pattern_count", "measured_at", "error")
    list_filter = ("state", "engine_version", "measured_at")
    search_fields = ("=id", "=video__id", "video__title", "workspace__name")
    list_select_related = ("video", "workspace")
    ordering = ("-created_at", "-id")
    actions = ("measure_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Analysis]:
        rows = super().get_queryset(request).annotate(counted=Count("patterns"))
        # Features are large; the list does not show them.
        is_list = request.resolver_match is not None and str(request.resolver_match.url_name).endswith("_changelist")
        return rows.defer("features") if is_list else rows

    @admin.display(description="patterns", ordering="counted")
    def pattern_count(self, analysis: Analysis) -> int:
        return int(getattr(analysis, "counted", 0))

    @admin.action(description="Measure again", permissions=["view"])
    def measure_again(self, request: HttpRequest, queryset: QuerySet[Analysis]) -> None:
        count = 0
        for analysis in queryset:
            try:
                services.analyze(actor=operator_actor(request, analysis.workspace_id), video_id=analysis.video_id)
                count += 1
            except DomainError as error:
                self.message_user(request, error.message, messages.WARNING)
        self.message_user(request, f"{count} started.")


@admin.register(Pattern)
class PatternAdmin(WrittenByTheProduct):
    list_display = ("type", "shown", "bucket", "video", "workspace", "source", "confidence", "created_at")
    list_filter = ("type", "source", "bucket", "created_at")
    search_fields = ("=id", "=video__id", "video__title", "workspace__name")
    list_select_related = ("video", "workspace")
    ordering = ("-created_at", "-id")

    @admin.display(description="value", ordering="value")
    def shown(self, pattern: Pattern) -> str:
        return shown(pattern.type, pattern.value, pattern.bucket)


@admin.register(Meaning)
class MeaningAdmin(WrittenByTheProduct):
    list_display = (
        "video", "state", "workspace", "source", "provider", "model", "is_stored", "dropped_count", "frames", "read_at",
        "error",
    )  # fmt: skip
    list_filter = ("state", "source", "provider", "error_code", "read_at")
    search_fields = ("=id", "=video__id", "video__title", "workspace__name")
    list_select_related = ("video", "workspace")
    ordering = ("-created_at", "-id")
    actions = ("read_again",)

    @admin.display(description="dropped")
    def dropped_count(self, meaning: Meaning) -> int:
        return len(meaning.dropped)

    @admin.action(description="Read again", permissions=["view"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[Meaning]) -> None:
        count = 0
        for meaning in queryset:
            try:
                services.read_meaning(actor=operator_actor(request, meaning.workspace_id), video_id=meaning.video_id)
                count += 1
            except DomainError as error:
                self.message_user(request, error.message, messages.WARNING)
        self.message_user(request, f"{count} started.")


@admin.register(FormerAnalysis)
class FormerAnalysisAdmin(WrittenByTheProduct):
    list_display = ("video", "part", "workspace", "made_by", "made_at", "replaced_at")
    list_filter = ("part", "replaced_at")
    search_fields = ("=video__id", "video__title", "workspace__name", "made_by")
    list_select_related = ("video", "workspace")
    ordering = ("-id",)


@admin.register(PatternScore)
class PatternScoreAdmin(WrittenByTheProduct):
    list_display = ("type", "level", "platform", "workspace", "score", "interval", "sample_size", "as_of", "label")
    list_filter = ("platform", "type", "as_of")
    search_fields = ("=run_id", "workspace__name", "level")
    list_select_related = ("workspace",)
    ordering = ("-id",)

    @admin.display(description="interval")
    def interval(self, score: PatternScore) -> str:
        if score.interval_low is None or score.interval_high is None:
            return "—"
        return f"{score.interval_low:.0f} to {score.interval_high:.0f}"
