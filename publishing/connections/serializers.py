"""Shapes of accounts and consents in the API."""

from typing import Any

from rest_framework import serializers

import platforms
from core.serializers import InputSerializer, PageQuery
from publishing import selectors
from publishing.models import PostTarget, SocialAccount


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


class PlatformQuery(PageQuery):
    """The accounts or posts of one platform; `x` is accepted for `twitter`."""

    platform = serializers.ChoiceField(choices=platforms.names(), required=False, default="")

    def validate_platform(self, value: str) -> str:
        return platforms.canonical(value)


class ConnectQuerySerializer(InputSerializer):
    """Which way of consent, where a platform has several."""

    login = serializers.CharField(required=False, default="", max_length=40)
