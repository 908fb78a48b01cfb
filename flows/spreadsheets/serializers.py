"""Shapes of posts in spreadsheets in the API."""

from typing import Any, ClassVar

from rest_framework import serializers

import platforms
from core.fields import ZoneField
from core.serializers import InputSerializer
from flows.spreadsheets import columns
from flows.spreadsheets.reading import MOST_BYTES
from publishing.posts.option_serializers import PlatformOptionsSerializer
from publishing.states import PostState


class ExportQuery(InputSerializer):
    """Filters of the list of posts."""

    status = serializers.ChoiceField(choices=PostState.choices, required=False, default="")
    platform = serializers.ChoiceField(choices=platforms.names(), required=False, default="")
    campaign = serializers.CharField(required=False, allow_blank=True, default="", max_length=80)
    search = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)

    def validate_platform(self, value: str) -> str:
        return platforms.canonical(value)


class ImportSerializer(InputSerializer):
    """A CSV file and how it is read."""

    hints: ClassVar = {"file": "csv", "text": "csv", "data": "csv", "mapping": "columns", "tz": "timezone"}
    csv = serializers.CharField(trim_whitespace=False, max_length=MOST_BYTES, help_text="The text of the file.")
    columns = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=80), required=False,
        help_text="What a column holds, by its heading, where that is not recognised: `text`, `date`, "
        "`option:tiktok.privacy_level`; empty leaves it out.",
    )  # fmt: skip
    timezone = ZoneField(required=False, help_text="Of times without an offset. Default: your own.")
    platform_options = PlatformOptionsSerializer(
        required=False, help_text="For rows that do not choose these themselves."
    )
    dry_run = serializers.BooleanField(default=False, help_text="true: only say what would be made.")
    only_right = serializers.BooleanField(
        default=False, help_text="true: make the rows without a mistake. Else one mistake means that nothing is made."
    )

    def validate_columns(self, value: dict[str, str]) -> dict[str, str]:
        odd = next((role for role in value.values() if not columns.is_role(role)), None)
        if odd is not None:
            known = ", ".join(columns.Role)
            raise serializers.ValidationError(f"{odd!r} is nothing that a column can hold. Known: {known}.")
        return value


class MistakeSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="As a spreadsheet counts: the headings are row 1.")
    column = serializers.CharField(help_text="The column's heading; empty when it is about the row.")
    code = serializers.CharField()
    message = serializers.CharField()


class ImportedPostSerializer(serializers.Serializer[Any]):
    """What became, or would become, of the rows of one post."""

    rows = serializers.ListField(child=serializers.IntegerField())
    status = serializers.CharField(
        help_text="`scheduled` or `draft`: made, or would be. `here`: was made before. `wrong`: has a mistake."
    )
    post_id = serializers.UUIDField(allow_null=True)
    notes = serializers.ListField(child=serializers.CharField())


class ColumnSerializer(serializers.Serializer[Any]):
    heading = serializers.CharField()
    role = serializers.CharField(help_text="Empty: left out.")
    note = serializers.CharField()


class ImportedSerializer(serializers.Serializer[Any]):
    """What was made of a file, or with `dry_run` would be."""

    checksum = serializers.CharField(help_text="SHA-256 of the text, hex.")
    dry_run = serializers.BooleanField()
    timezone = serializers.CharField()
    columns = ColumnSerializer(many=True)
    made = serializers.IntegerField()
    here = serializers.IntegerField(help_text="Made by an earlier import, and left as they are.")
    mistakes = MistakeSerializer(many=True)
    items = ImportedPostSerializer(many=True)
    undo = serializers.CharField(help_text="The key for `POST /posts/bulk/undo`; empty when nothing was made.")
