"""Shapes of the library in answers of the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.formatting import excerpt
from library import hashtags, selectors, variables
from library.content import content_of, parts_of
from library.input_serializers import DRAFT, TEMPLATE, TYPES
from library.models import HashtagGroup, Signature, Template
from publishing.models import Post
from publishing.posts.preflight_serializers import ProblemSerializer
from publishing.posts.serializers import MediaSerializer, PostSerializer


class LibraryPartSerializer(serializers.Serializer[Any]):
    """One platform's own part; of a draft, one account's. `content` null means the shared text."""

    platform = serializers.CharField()
    account_id = serializers.UUIDField(allow_null=True)
    content = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_blank=True)
    options = serializers.DictField()


class VariableSerializer(serializers.Serializer[variables.Wanted]):
    """A variable of a template; a required one is asked for."""

    name = serializers.CharField()
    is_required = serializers.BooleanField()
    default = serializers.CharField(allow_null=True)


class LibraryItemSerializer(serializers.Serializer[Any]):
    """A template or a draft."""

    id = serializers.UUIDField(source="pk")
    type = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField(help_text="Of a draft the beginning of its text.")
    content = serializers.CharField(source="text")
    title = serializers.SerializerMethodField()
    campaign = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()
    tags = serializers.SerializerMethodField()
    platforms = serializers.SerializerMethodField()
    variables = serializers.SerializerMethodField()
    media = MediaSerializer(many=True)
    version = serializers.IntegerField()
    owner = serializers.SerializerMethodField()
    source_type = serializers.CharField()
    source_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(choices=TYPES))
    def get_type(self, row: Template | Post) -> str:
        return TEMPLATE if isinstance(row, Template) else DRAFT

    def get_name(self, row: Template | Post) -> str:
        return row.name if isinstance(row, Template) else excerpt(row.text)

    def get_title(self, row: Template | Post) -> str:
        return row.title if isinstance(row, Template) else ""

    def get_campaign(self, row: Template | Post) -> str:
        return row.campaign if isinstance(row, Post) else ""

    def get_notes(self, row: Template | Post) -> str:
        return row.notes if isinstance(row, Template) else ""

    def get_tags(self, row: Template | Post) -> list[str]:
        return selectors.tag_names(row)

    @extend_schema_field(LibraryPartSerializer(many=True))
    def get_platforms(self, row: Template | Post) -> list[dict[str, Any]]:
        if isinstance(row, Template):
            return [
                {"platform": key, "account_id": None, "content": part.text, "title": part.title,
                 "options": part.options}
                for key, part in parts_of(row).items()
            ]  # fmt: skip
        return [
            {"platform": share.platform, "account_id": share.account_id, "content": share.text, "title": share.title,
             "options": share.options}
            for share in row.targets.all()
        ]  # fmt: skip

    @extend_schema_field(VariableSerializer(many=True))
    def get_variables(self, row: Template | Post) -> list[dict[str, Any]]:
        found = content_of(row).variables() if isinstance(row, Template) else []
        return [dict(VariableSerializer(each).data) for each in found]

    @extend_schema_field(serializers.CharField(allow_null=True, help_text="Whoever made it."))
    def get_owner(self, row: Template | Post) -> str | None:
        return row.created_by.get_short_name() if row.created_by else None


class TemplateReportSerializer(serializers.Serializer[Any]):
    """One platform's part as it would go out, counted as the platform counts."""

    platform = serializers.CharField()
    content = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    used = serializers.IntegerField()
    limit = serializers.IntegerField(help_text="0: no limit.")
    problems = ProblemSerializer(many=True)


class TemplatePreviewSerializer(serializers.Serializer[Any]):
    """A template with values as far as they are given."""

    content = serializers.CharField()
    title = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())
    platforms = TemplateReportSerializer(many=True)


class TemplateUsedSerializer(serializers.Serializer[Any]):
    """The draft that was made, and what a person should know of it."""

    id = serializers.UUIDField(source="post.pk")
    notes = serializers.ListField(child=serializers.CharField())
    post = PostSerializer()


class HashtagGroupSerializer(serializers.ModelSerializer[HashtagGroup]):
    """A hashtag group; `notes` say which platforms do not take as many."""

    hashtags = serializers.ListField(child=serializers.CharField())
    text = serializers.SerializerMethodField(help_text="As it goes into a post.")
    notes = serializers.SerializerMethodField()

    class Meta:
        model = HashtagGroup
        fields = ("id", "name", "hashtags", "text", "notes", "version", "created_at", "updated_at")

    def get_text(self, row: HashtagGroup) -> str:
        return hashtags.as_text(row.hashtags)

    def get_notes(self, row: HashtagGroup) -> list[str]:
        return hashtags.notes(row.hashtags)


class SignatureSerializer(serializers.ModelSerializer[Signature]):
    """A signature: of all accounts, of a platform's, or of one account."""

    class Meta:
        model = Signature
        fields = (
            "id", "name", "text", "platform", "account_id", "is_default", "version", "created_at", "updated_at",
        )  # fmt: skip
