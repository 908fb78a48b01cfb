"""Shapes of the accounts API."""

from typing import Any

from rest_framework import serializers

from accounts.models import Invitation, Membership, Preferences, Role, User, Workspace
from accounts.services import profile
from core.serializers import InputSerializer


class WorkspaceSerializer(serializers.ModelSerializer[Workspace]):
    class Meta:
        model = Workspace
        fields = ("id", "name", "is_personal", "created_at")
        read_only_fields = ("is_personal",)


class WorkspaceWriteSerializer(InputSerializer):
    name = serializers.CharField(max_length=120, allow_blank=True)


class UserSerializer(serializers.ModelSerializer[User]):
    """The signed-in person. `current_workspace` is the default: where requests act unless X-Workspace
    names another. It changes only by `PATCH /auth/me`."""

    email_verified = serializers.BooleanField(read_only=True)
    avatar_url = serializers.SerializerMethodField()
    timezone = serializers.CharField(source="preferences.timezone", read_only=True)
    current_workspace = serializers.UUIDField(source="current_workspace_id", read_only=True, allow_null=True)

    class Meta:
        model = User
        fields = ("id", "email", "name", "email_verified", "avatar_url", "timezone", "current_workspace")

    def get_avatar_url(self, user: User) -> str | None:
        """Null until the person has uploaded a picture."""
        return None


class RegisterSerializer(InputSerializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    timezone = serializers.CharField(max_length=64, required=False, default="UTC", help_text="IANA name")


class LoginSerializer(InputSerializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class RefreshSerializer(InputSerializer):
    refresh_token = serializers.CharField(required=False, max_length=4096)


class TokenSerializer(serializers.Serializer[Any]):
    """Answer of register, login and refresh. `expires_in` in seconds."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    refresh_token = serializers.CharField()
    user = UserSerializer()


class LinkTokenSerializer(InputSerializer):
    token = serializers.CharField(max_length=1024)


class EmailSerializer(InputSerializer):
    email = serializers.CharField(max_length=254)


class MessageSerializer(serializers.Serializer[Any]):
    message = serializers.CharField(help_text="A sentence for a person.")


class ResetSerializer(InputSerializer):
    token = serializers.CharField(max_length=1024)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class ProfileSerializer(InputSerializer):
    name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    email = serializers.CharField(
        max_length=254, required=False, help_text="Taken when its owner opens the mailed link; needs current_password."
    )
    current_password = serializers.CharField(max_length=1024, trim_whitespace=False, required=False)
    default_workspace = serializers.UUIDField(
        required=False, help_text="Where requests act that name no workspace, and where new sessions begin."
    )


class PreferencesSerializer(serializers.ModelSerializer[Preferences]):
    notifications = serializers.SerializerMethodField()

    class Meta:
        model = Preferences
        fields = ("language", "timezone", "week_start", "hour_format", "theme", "notifications")

    def get_notifications(self, preferences: Preferences) -> dict[str, dict[str, bool]]:
        """Event → channel → on."""
        return profile.notification_choices(preferences)


class PreferencesChangeSerializer(InputSerializer):
    language = serializers.CharField(required=False)
    timezone = serializers.CharField(required=False)
    week_start = serializers.CharField(required=False)
    hour_format = serializers.CharField(required=False)
    theme = serializers.CharField(required=False)
    notifications = serializers.DictField(required=False)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    user_id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "user_id", "email", "name", "role", "created_at")


class RoleSerializer(InputSerializer):
    role = serializers.ChoiceField(choices=Role.choices)


class InviteSerializer(InputSerializer):
    email = serializers.CharField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices)


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    class Meta:
        model = Invitation
        fields = ("id", "email", "role", "expires_at", "created_at")
