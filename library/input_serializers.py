"""Shapes of the library in requests to the API."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from rest_framework import serializers

import platforms
from core.serializers import InputSerializer, PageQuery, VersionField
from library.selectors import TEMPLATE_ORDERINGS

DRAFT, TEMPLATE = "draft", "template"
TYPES = [(DRAFT, "Drafts"), (TEMPLATE, "Templates")]
# Fields that only one of the two types has.
OF_TEMPLATES = ("name", "title", "notes", "platforms", "post_id")
OF_DRAFTS = ("campaign", "account_ids", "signature_id", "hashtag_group_ids")


def refuse_others(attrs: Mapping[str, Any], type_: str, names: Iterable[str]) -> None:
    """Refuse fields that belong to the other type, by name."""
    other = TEMPLATE if type_ == DRAFT else DRAFT
    wrong = {name: [f"{name} is a field of a {other}, and this is a {type_}."] for name in names if name in attrs}
    if wrong:
        raise serializers.ValidationError(wrong)


class LibraryQuery(PageQuery):
    """Which part of the library."""

    type = serializers.ChoiceField(choices=TYPES, required=False, default=TEMPLATE)
    search = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    tag = serializers.UUIDField(required=False, default=None, allow_null=True, help_text="A tag's id (`GET /tags`).")
    platform = serializers.ChoiceField(choices=platforms.names(), required=False, default="", allow_blank=True)
    campaign = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=80, help_text="Of drafts only."
    )
    account_id = serializers.UUIDField(required=False, default=None, allow_null=True, help_text="Of drafts only.")
    ordering = serializers.ChoiceField(
        choices=sorted(TEMPLATE_ORDERINGS), required=False, default="-created_at", help_text="`name` is of templates."
    )

    def validate_platform(self, value: str) -> str:
        """The key of a platform, by its name or an alias."""
        return platforms.canonical(value)


class SearchQuery(PageQuery):
    """Which of the groups or signatures."""

    search = serializers.CharField(required=False, allow_blank=True, default="", max_length=80)


class LibraryPartInputSerializer(InputSerializer):
    """One platform's own part of a template."""

    platform = serializers.ChoiceField(choices=platforms.names())
    content = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=20_000, help_text="Null or empty: the shared one."
    )
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    options = serializers.DictField(required=False, help_text="As `platform_options` of posts.")


class LibraryItemInputSerializer(InputSerializer):
    """What a draft or a template holds."""

    hints: ClassVar = {
        "text": "content", "caption": "content", "media": "media_ids", "files": "media_ids", "accounts": "account_ids",
        "platform_options": "platforms", "targets": "platforms",
    }  # fmt: skip
    name = serializers.CharField(required=False, max_length=120)
    content = serializers.CharField(required=False, allow_blank=True, max_length=20_000, trim_whitespace=False)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    platforms = LibraryPartInputSerializer(many=True, required=False, help_text="The chosen ones, each once.")
    media_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=35)
    tags = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=100)
    notes = serializers.CharField(required=False, allow_blank=True, max_length=5_000)
    campaign = serializers.CharField(required=False, allow_blank=True, max_length=80)
    account_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50)

    def validate_platforms(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each platform once, by its key."""
        keys = [platforms.canonical(row["platform"]) for row in rows]
        if len(set(keys)) < len(keys):
            raise serializers.ValidationError("Name each platform once.")
        return [{**row, "platform": key} for row, key in zip(rows, keys, strict=True)]


class LibraryItemChangeSerializer(LibraryItemInputSerializer):
    """What may be changed of a draft or a template; `version` is the one that was read."""

    version = VersionField()


class LibraryItemCreateSerializer(LibraryItemInputSerializer):
    """A new draft or template. `post_id` makes a template of a post; what else is given replaces what that says."""

    type = serializers.ChoiceField(choices=TYPES, required=False, default=TEMPLATE)
    post_id = serializers.UUIDField(required=False, help_text="The post to save as a template.")
    signature_id = serializers.UUIDField(required=False, help_text="Added to the draft's text.")
    hashtag_group_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=10, help_text="Added to the draft's text."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A field of the other type is refused by name."""
        refuse_others(attrs, attrs["type"], OF_DRAFTS if attrs["type"] == TEMPLATE else OF_TEMPLATES)
        if attrs["type"] == TEMPLATE and "name" not in attrs and "post_id" not in attrs:
            raise serializers.ValidationError({"name": ["Give it a name."]})
        return attrs


class TemplateValuesSerializer(InputSerializer):
    """Values for a template's variables."""

    hints: ClassVar = {"values": "variables", "vars": "variables"}
    variables = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=2_000, trim_whitespace=False), required=False,
        help_text="By name, without braces.",
    )  # fmt: skip


class TemplateUseSerializer(TemplateValuesSerializer):
    """What a draft of a template is made with."""

    account_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=50,
        help_text="Default: of each of its platforms the default account, or the only one.",
    )  # fmt: skip
    campaign = serializers.CharField(required=False, allow_blank=True, max_length=80)
    signature_id = serializers.UUIDField(required=False, help_text="The signature to add. Nothing is added by itself.")
    hashtag_group_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=10)


class HashtagGroupInputSerializer(InputSerializer):
    """A hashtag group."""

    hints: ClassVar = {"tags": "hashtags"}
    name = serializers.CharField(max_length=80)
    hashtags = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=200, help_text="With or without the sign before them."
    )


class HashtagGroupChangeSerializer(HashtagGroupInputSerializer):
    version = VersionField()
    name = serializers.CharField(max_length=80, required=False)
    hashtags = serializers.ListField(child=serializers.CharField(max_length=200), max_length=200, required=False)


class SignatureInputSerializer(InputSerializer):
    """A signature: of all accounts, of a platform's, or of one account."""

    hints: ClassVar = {"content": "text", "default": "is_default", "account": "account_id"}
    name = serializers.CharField(max_length=80)
    text = serializers.CharField(max_length=1_000)
    platform = serializers.ChoiceField(choices=platforms.names(), required=False, allow_blank=True)
    account_id = serializers.UUIDField(required=False, allow_null=True)
    is_default = serializers.BooleanField(required=False)


class SignatureChangeSerializer(SignatureInputSerializer):
    version = VersionField()
    name = serializers.CharField(max_length=80, required=False)
    text = serializers.CharField(max_length=1_000, required=False)
