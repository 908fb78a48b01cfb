"""Shapes of the publishing API."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.fields import BoundField, WallTimeField, WhenField, ZoneField
from core.serializers import InputSerializer, PageQuery, VersionField
from publishing import selectors
from publishing.models import Attempt, Platform, Post, PostMedia, PostTarget, SocialAccount
from publishing.posts.option_serializers import PlatformOptionsSerializer
from publishing.schedule import lateness
from publishing.states import PostState


class AccountSerializer(serializers.ModelSerializer[SocialAccount]):
    """A connected account. Never a token."""

    username = serializers.CharField(source="handle")
    expires_in_days = serializers.SerializerMethodField()
    missing_scopes = serializers.SerializerMethodField()
    missing_permissions = serializers.SerializerMethodField(help_text="What the missing scopes allow, in words.")

    class Meta:
        model = SocialAccount
        fields = (
            "id", "platform", "via", "username", "name", "avatar_url", "profile_url", "follower_count", "status",
            "problem", "is_default", "connected_at", "checked_at", "expires_in_days", "missing_scopes",
            "missing_permissions",
        )  # fmt: skip

    def get_expires_in_days(self, row: SocialAccount) -> int | None:
        return selectors.expires_in_days(row)

    def get_missing_scopes(self, row: SocialAccount) -> list[str]:
        return selectors.missing_scopes(row)

    def get_missing_permissions(self, row: SocialAccount) -> list[str]:
        return selectors.missing_permissions(row)


class ChoosableSerializer(serializers.Serializer[Any]):
    """An account that a consent reaches. `problem` says why it cannot be chosen, and the way out."""

    id = serializers.CharField(source="info.external_id")
    username = serializers.CharField(source="info.username")
    name = serializers.CharField(source="info.name")
    network = serializers.CharField(source="info.network", help_text="Where its posts appear, behind a service.")
    problem = serializers.CharField(source="info.problem")
    connected = serializers.BooleanField(source="known")


class ChoiceSerializer(serializers.Serializer[Any]):
    """A consent that waits for a choice. Never a token."""

    id = serializers.UUIDField(source="choice_id")
    platform = serializers.CharField()
    expires_at = serializers.DateTimeField(source="until")
    accounts = ChoosableSerializer(many=True, source="options")


class KeySerializer(InputSerializer):
    """An API key, as its service shows it. It is never given back."""

    api_key = serializers.CharField(write_only=True, allow_blank=True, max_length=500)


class ChosenSerializer(InputSerializer):
    """Which accounts to connect, by the platform's ids."""

    account_ids = serializers.ListField(child=serializers.CharField(max_length=128), max_length=200)


class AccountsSerializer(serializers.Serializer[Any]):
    """A page of accounts, by both names."""

    accounts = AccountSerializer(many=True)
    items = AccountSerializer(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    limit = serializers.IntegerField()


class ChosenAnswerSerializer(serializers.Serializer[Any]):
    """The accounts that are connected now."""

    accounts = AccountSerializer(many=True)


class ConnectSerializer(serializers.Serializer[Any]):
    """Where to send the person, and what to tell them beforehand."""

    auth_url = serializers.URLField()
    state = serializers.CharField()
    needs = serializers.CharField(help_text="What must be true of the account beforehand.")
    steps = serializers.ListField(child=serializers.CharField())


class ConfirmSerializer(InputSerializer):
    """Whether the consequences were seen."""

    confirm = serializers.BooleanField(required=False, default=False)


class StakeSerializer(serializers.ModelSerializer[PostTarget]):
    """A post that disconnecting its account would stop."""

    text = serializers.CharField(source="post.text")
    status = serializers.CharField(source="state")
    scheduled_at = serializers.DateTimeField(source="due_at", allow_null=True)

    class Meta:
        model = PostTarget
        fields = ("id", "post_id", "text", "status", "scheduled_at")


class StatsSerializer(serializers.Serializer[Any]):
    """What an account has, and what disconnecting it would stop."""

    account_id = serializers.UUIDField()
    follower_count = serializers.IntegerField(allow_null=True)
    published = serializers.IntegerField()
    scheduled = serializers.IntegerField()
    in_flight = serializers.IntegerField()
    would_stop = StakeSerializer(many=True, help_text="What disconnecting would stop: the first 50.")


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


_WHEN = "An instant; without an offset, the local time of `timezone`."

# What comes in --------------------------------------------------------------------------------------------------------


class PlatformQuery(PageQuery):
    """The accounts or posts of one platform; `x` is accepted for `twitter`."""

    platform = serializers.ChoiceField(choices=[*Platform.choices, ("x", "X")], required=False, default="")

    def validate_platform(self, value: str) -> str:
        return "twitter" if value == "x" else value


class PostQuerySerializer(PlatformQuery):
    """Filters of the list of posts."""

    status = serializers.ChoiceField(choices=PostState.choices, required=False, default="")
    campaign = serializers.CharField(required=False, allow_blank=True, default="", max_length=80)
    search = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class ConnectQuerySerializer(InputSerializer):
    """Which way of consent, where a platform has several."""

    login = serializers.CharField(required=False, default="", max_length=40)


class TargetInputSerializer(InputSerializer):
    """One account's own share of a post."""

    account_id = serializers.UUIDField()
    content = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=20_000)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    options = serializers.DictField(required=False)


class TimedTargetInputSerializer(TargetInputSerializer):
    """One account's own share of a post, at a time of its own if wanted."""

    scheduled_at = WhenField(required=False, help_text=f"{_WHEN} Default: the time of the post.")
    timezone = ZoneField(required=False, help_text="Default: the time zone of the post.")


class PostInputSerializer(InputSerializer):
    """A post as a caller writes it: files by `media_ids`, `video_id` or `rendition_id`; accounts by platform or id."""

    hints: ClassVar = {
        "images": "media_ids", "image": "media_ids", "media": "media_ids", "media_urls": "media_ids",
        "files": "media_ids", "videos": "media_ids", "video": "video_id", "rendition": "rendition_id",
        "text": "content", "message": "content", "body": "content", "description": "content", "tags": "hashtags",
        "options": "platform_options", "accounts": "account_ids", "account_id": "account_ids", "platform": "platforms",
        "publish": "publish_now", "publish_at": "scheduled_at", "schedule_at": "scheduled_at",
        "schedule_time": "scheduled_at", "time": "scheduled_at",
    }  # fmt: skip
    video_id = serializers.UUIDField(required=False)
    rendition_id = serializers.UUIDField(required=False)
    media_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=35)
    caption = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    content = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    hashtags = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=60)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    platforms = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=20)
    account_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50)
    platform_options = PlatformOptionsSerializer(required=False)
    targets = TargetInputSerializer(many=True, required=False)
    campaign = serializers.CharField(required=False, allow_blank=True, max_length=80)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Two names of one thing must not say different things."""
        if "content" in attrs and attrs.get("caption", attrs["content"]) != attrs["content"]:
            raise serializers.ValidationError({"caption": ["Give content or caption: they are the same thing."]})
        return attrs


class PostChangeSerializer(PostInputSerializer):
    """Changes to a post that has not gone out; `version` is the one that was read."""

    version = VersionField(required=False)


class PublishSerializer(PostInputSerializer):
    publish_now = serializers.BooleanField(default=True)


class WhenSerializer(InputSerializer):
    """One time: an instant, or a time on the wall clock of a zone."""

    scheduled_at = WhenField(required=False, help_text=_WHEN)
    scheduled_for = WhenField(required=False, help_text="Another name of `scheduled_at`.")
    wall_time = WallTimeField(required=False, help_text="The local time of `timezone`, always without an offset.")
    timezone = ZoneField(required=False, help_text="IANA name. Default: the person's own time zone.")
    accept_conflicts = serializers.BooleanField(
        default=True,
        help_text="false: answer 409 with the code `schedule_conflict` instead of scheduling into a conflict.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two times of which one would be dropped."""
        given = [name for name in ("scheduled_at", "scheduled_for", "wall_time") if attrs.get(name)]
        if len({attrs[name] for name in given}) > 1:
            raise serializers.ValidationError({given[-1]: [f"Give one time: {' or '.join(given)}."]})
        return attrs


class ScheduleSerializer(PostInputSerializer, WhenSerializer):
    """A post with its time."""

    targets = TimedTargetInputSerializer(many=True, required=False)


class ScheduledFilterSerializer(PlatformQuery):
    """Which of the posts still to come; [start, end)."""

    start = BoundField(required=False, help_text=f"{_WHEN} A day alone is its midnight.")
    end = BoundField(required=False, help_text=f"{_WHEN} A day alone is its midnight.")
    timezone = ZoneField(required=False, help_text="IANA name. Default: the person's own time zone.")


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


class ResolveSerializer(InputSerializer):
    """The answer to "Is it live?": its link, or `live: false` to send it again."""

    live = serializers.BooleanField()
    url = serializers.CharField(required=False, allow_blank=True, max_length=500)


class RetriedSerializer(serializers.Serializer[Any]):
    """How many accounts' shares went on."""

    retried = serializers.IntegerField()


class DeletedSerializer(serializers.Serializer[Any]):
    stays_live = serializers.BooleanField()
    message = serializers.CharField()


# Before sending -------------------------------------------------------------------------------------------------------
