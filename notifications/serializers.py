"""Shapes of the notifications API."""

from typing import Any

from rest_framework import serializers

from core.serializers import InputSerializer, PageQuery
from notifications.models import NoticeKind


class NoticeSerializer(serializers.Serializer[Any]):
    """One event, or several of a kind that went well (`count`), as told to the person who asks.

    `url` is a path on this product's site, or empty.
    """

    id = serializers.UUIDField(source="notice.pk")
    kind = serializers.ChoiceField(choices=NoticeKind.choices, source="notice.kind")
    title = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField(source="link")
    count = serializers.IntegerField()
    read_at = serializers.DateTimeField(source="notice.read_at", allow_null=True)
    created_at = serializers.DateTimeField(source="notice.created_at")


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
