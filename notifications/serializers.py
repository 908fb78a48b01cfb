"""Shapes of the notifications API."""

from typing import Any

from rest_framework import serializers

from core.serializers import InputSerializer, PageQuery
from notifications.models import Notice


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """One event, as told to the person who asks. `url` is a path on this product's site, or empty."""

    url = serializers.CharField(source="link")

    class Meta:
        model = Notice
        fields = ("id", "kind", "title", "text", "url", "read_at", "created_at")


class NoticeQuerySerializer(PageQuery):
    """Filters of the list."""

    unread = serializers.BooleanField(required=False, default=False)
    kind = serializers.CharField(required=False, default="")


class ReadSerializer(InputSerializer):
    """Which notices were read: some, or all of this workspace."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100, default=list)
    all = serializers.BooleanField(required=False, default=False)


class ReadResultSerializer(serializers.Serializer[Any]):
    """How many were unread before, and how many still are (counted up to 100)."""

    marked = serializers.IntegerField()
    unread = serializers.IntegerField()
