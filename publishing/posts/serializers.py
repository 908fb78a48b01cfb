"""Shapes of posts in answers of the API."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from publishing import selectors
from publishing.models import Attempt, Post, PostMedia, PostTarget
from publishing.schedule import lateness


class MediaSerializer(serializers.ModelSerializer[PostMedia]):
    """A file of a post; duration in seconds."""

    id = serializers.UUIDField(source="file_id")
    name = serializers.CharField(source="file.original_name")
    content_type = serializers.CharField(source="file.content_type")
    size_bytes = serializers.IntegerField(source="file.size_bytes")
    duration = serializers.FloatField(source="file.duration_s", allow_null=True)
    width = serializers.IntegerField(source="file.width", allow_null=True)
    height = serializers.IntegerField(source="file.height", allow_null=True)

    class Meta:
        model = PostMedia
        fields = ("id", "name", "content_type", "size_bytes", "duration", "width", "height")


class TargetErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    platform_message = serializers.CharField()


class TargetSerializer(serializers.ModelSerializer[PostTarget]):
    """One account's share. `post_id` is the platform's id of the live post."""

    account = serializers.CharField(source="account.handle")
    status = serializers.CharField(source="state")
    status_group = serializers.CharField()
    content = serializers.CharField(source="effective_text")
    scheduled_at = serializers.DateTimeField(source="due_at", allow_null=True)
    timezone = serializers.CharField(source="zone")
    post_id = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    asks_whether_live = serializers.BooleanField(source="waits_for_answer")
    late = serializers.SerializerMethodField(help_text="Null while on time; else `{seconds, reasons, message}`.")

    class Meta:
        model = PostTarget
        fields = (
            "id", "account_id", "account", "platform", "status", "status_group", "content", "title", "options",
            "scheduled_at", "timezone", "wall_time", "wait_reason", "next_at", "progress_pct", "post_id", "url", "note",
            "error", "late", "asks_whether_live", "published_at", "started_at", "finished_at",
        )  # fmt: skip

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_late(self, row: PostTarget) -> dict[str, Any] | None:
        found = lateness.of(row)
        return {"seconds": found.seconds, "reasons": found.reasons, "message": found.sentence} if found else None

    def get_post_id(self, row: PostTarget) -> str | None:
        return row.external_id or None

    def get_url(self, row: PostTarget) -> str | None:
        return row.permalink or None

    @extend_schema_field(TargetErrorSerializer(allow_null=True))
    def get_error(self, row: PostTarget) -> dict[str, str] | None:
        if not row.error_code:
            return None
        return {"code": row.error_code, "message": row.error_sentence, "platform_message": row.error_words}


class PostSerializer(serializers.ModelSerializer[Post]):
    """A post with the truth about each account."""

    status = serializers.CharField(source="state")
    content = serializers.CharField(source="text")
    media = MediaSerializer(many=True)
    targets = TargetSerializer(many=True)
    summary = serializers.SerializerMethodField()
    scheduled_at = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = (
            "id", "status", "content", "campaign", "version", "media", "targets", "summary", "scheduled_at",
            "source_type", "source_id", "created_at", "updated_at",
        )  # fmt: skip

    def get_summary(self, row: Post) -> str:
        return selectors.summary(row)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_scheduled_at(self, row: Post) -> Any:
        return min((item.due_at for item in row.targets.all() if item.due_at), default=None)


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """The receipt of one outside call."""

    target_id = serializers.UUIDField()
    platform = serializers.CharField(source="target.platform")
    account = serializers.CharField(source="target.account.handle")

    class Meta:
        model = Attempt
        fields = (
            "id", "target_id", "platform", "account", "step", "effect", "started_at", "completed_at", "outcome",
            "http_status", "platform_code", "platform_message", "sentence", "next_at",
        )  # fmt: skip


class ScheduledSerializer(TargetSerializer):
    """A target still to come, with its post."""

    post = serializers.UUIDField(source="post_id")
    campaign = serializers.CharField(source="post.campaign")

    class Meta:
        model = PostTarget
        fields: ClassVar = ("post", "campaign", *TargetSerializer.Meta.fields)


class SentSerializer(serializers.Serializer[Any]):
    """One account's share in the answer of publish and schedule."""

    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    platform = serializers.CharField()
    status = serializers.CharField()
    scheduled_at = serializers.DateTimeField(allow_null=True)
    wall_time = serializers.CharField(allow_null=True, help_text="The same time on the clocks of `timezone`.")
    timezone = serializers.CharField(allow_null=True)
    post_id = serializers.CharField(allow_null=True)
    url = serializers.URLField(allow_null=True)


class PublishedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    task_id = serializers.UUIDField(allow_null=True)
    status = serializers.CharField()
    estimated_completion = serializers.DateTimeField(allow_null=True)
    posts = SentSerializer(many=True)


class ScheduledAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    scheduled_at = serializers.DateTimeField(help_text="The first of its accounts' times.")
    wall_time = serializers.CharField(help_text="The same time on the clocks of `timezone`.")
    timezone = serializers.CharField()
    status = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())
    posts = SentSerializer(many=True)


class RetriedSerializer(serializers.Serializer[Any]):
    """How many accounts' shares went on."""

    retried = serializers.IntegerField()


class DeletedSerializer(serializers.Serializer[Any]):
    stays_live = serializers.BooleanField()
    message = serializers.CharField()
