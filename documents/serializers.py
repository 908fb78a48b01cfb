"""Shapes that the APIs of all kinds of documents share."""

from typing import Any

from rest_framework import serializers

from core.serializers import InputSerializer, PageQuery, VersionField


class FilterSerializer(PageQuery):
    """Filters of the list."""

    search = serializers.CharField(default="", allow_blank=True, max_length=200)
    platform = serializers.CharField(default="", allow_blank=True, max_length=20)
    status = serializers.CharField(default="", allow_blank=True, max_length=12)


class UpdateSerializer(InputSerializer):
    """`version` is the one that was read. A kind adds a field of its own name that holds what to replace."""

    version = VersionField()
    title = serializers.CharField(max_length=200, required=False)


class VersionSerializer(serializers.ModelSerializer[Any]):
    """A version without its content. A kind adds its model."""

    created_by = serializers.CharField(source="created_by.email", default=None)

    class Meta:
        fields = ("number", "reason", "note", "provenance", "created_by", "created_at")
        read_only_fields = fields


class RestoreSerializer(InputSerializer):
    """`version`, when given, must still be the newest."""

    version = VersionField(required=False, allow_null=True, default=None)


class RegenerateSerializer(InputSerializer):
    version = VersionField()


class VersionQuerySerializer(InputSerializer):
    """Which version to show; the newest one without it."""

    version = VersionField(required=False, help_text="An older version; default the newest.")


class PendingSerializer(serializers.Serializer[Any]):
    """The answer while a job still works on it."""

    id = serializers.UUIDField()
    task_id = serializers.UUIDField()
    status = serializers.CharField()
    estimated_completion = serializers.DateTimeField()
