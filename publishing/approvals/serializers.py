"""Shapes of approvals in the API."""

from typing import Any

from rest_framework import serializers

from core.actor import Actor
from core.serializers import InputSerializer, PageQuery
from publishing.approvals import comments, decisions, requests, selectors
from publishing.approvals.selectors import View
from publishing.models import (
    ApprovalComment,
    ApprovalDecision,
    ApprovalMode,
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalState,
)


class LevelSerializer(InputSerializer):
    """Who approves together: one of them is enough."""

    name = serializers.CharField(required=False, allow_blank=True, max_length=60, default="")
    roles = serializers.ListField(
        child=serializers.CharField(max_length=10), required=False, max_length=3, default=list
    )
    user_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50, default=list)


class PolicyChangeSerializer(InputSerializer):
    """Changes of the rules; `version` is the one that was read."""

    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="0 while none were ever set.")
    mode = serializers.ChoiceField(choices=ApprovalMode.choices, required=False)
    levels = LevelSerializer(many=True, required=False)
    allow_own = serializers.BooleanField(required=False, help_text="Whoever wrote a post may approve it.")
    deadline_hours = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=720)
    reminder_hours = serializers.IntegerField(required=False, min_value=0, max_value=719)
    deputy_id = serializers.UUIDField(required=False, allow_null=True)


class PolicySerializer(serializers.ModelSerializer[ApprovalPolicy]):
    """The rules of approval; levels come one after the other."""

    levels = LevelSerializer(many=True)
    deputy_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = ApprovalPolicy
        fields = ("mode", "levels", "allow_own", "deadline_hours", "reminder_hours", "deputy_id", "version")


class ApprovalQuery(PageQuery):
    """Which requests."""

    view = serializers.ChoiceField(
        choices=[(each.value, each.value) for each in View], required=False, default=View.ALL
    )
    state = serializers.ChoiceField(choices=ApprovalState.choices, required=False, default="")
    post_id = serializers.UUIDField(required=False, default=None, allow_null=True)


class SubmitSerializer(InputSerializer):
    """What a person says with a post that they send for approval."""

    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=requests.LONGEST_NOTE)


class ApproveSerializer(InputSerializer):
    """What a person says with an approval."""

    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=decisions.LONGEST_TEXT)


class ChangesSerializer(InputSerializer):
    """What is to be changed."""

    text = serializers.CharField(max_length=decisions.LONGEST_TEXT)


class CommentInputSerializer(InputSerializer):
    """A remark: about all of it, at a field of a share, or at a second of the video."""

    text = serializers.CharField(max_length=comments.LONGEST)
    field = serializers.ChoiceField(
        choices=[(name, name) for name in comments.FIELDS], required=False, allow_blank=True, default=""
    )
    account_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    time_s = serializers.FloatField(
        required=False, allow_null=True, default=None, min_value=0, help_text="Seconds from the video's beginning."
    )


class ResolvedSerializer(InputSerializer):
    """Whether a remark is dealt with."""

    resolved = serializers.BooleanField(required=False, default=True)


class CommentSerializer(serializers.ModelSerializer[ApprovalComment]):
    """A remark. `by` is how its writer is called; `outside`: they came by a link."""

    by = serializers.CharField(source="name")
    outside = serializers.SerializerMethodField()
    account_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = ApprovalComment
        fields = ("id", "text", "field", "account_id", "time_s", "by", "outside", "created_at", "resolved_at")

    def get_outside(self, row: ApprovalComment) -> bool:
        return row.reviewer_id is not None


class DecisionSerializer(serializers.ModelSerializer[ApprovalDecision]):
    """What somebody decided, at which level (counted from 1)."""

    by = serializers.CharField(source="name")
    outside = serializers.SerializerMethodField()
    level = serializers.SerializerMethodField()

    class Meta:
        model = ApprovalDecision
        fields = ("verdict", "level", "text", "by", "outside", "at")

    def get_outside(self, row: ApprovalDecision) -> bool:
        return row.reviewer_id is not None

    def get_level(self, row: ApprovalDecision) -> int:
        return row.level + 1


class ApprovalSerializer(serializers.ModelSerializer[ApprovalRequest]):
    """A post as it was sent for approval. `level` is counted from 1, of `levels`."""

    post_id = serializers.UUIDField()
    status = serializers.CharField(source="state")
    level = serializers.SerializerMethodField()
    levels = serializers.SerializerMethodField()
    requested_by = serializers.SerializerMethodField()

    class Meta:
        model = ApprovalRequest
        fields = (
            "id", "post_id", "number", "status", "level", "levels", "note", "requested_by", "created_at",
            "deadline_at", "escalated_at", "decided_at",
        )  # fmt: skip

    def get_level(self, row: ApprovalRequest) -> int:
        return row.level + 1

    def get_levels(self, row: ApprovalRequest) -> list[str]:
        return [level["name"] for level in row.levels]

    def get_requested_by(self, row: ApprovalRequest) -> str:
        return row.requested_by.get_full_name() if row.requested_by else ""


class ApprovalDetailSerializer(ApprovalSerializer):
    """A request with what would be sent to each account, and everything said of it."""

    targets = serializers.SerializerMethodField()
    decisions = DecisionSerializer(many=True)
    comments = CommentSerializer(many=True)
    may_decide = serializers.SerializerMethodField(help_text="Whether you may approve it now, or ask for changes.")

    class Meta:
        model = ApprovalRequest
        fields = (*ApprovalSerializer.Meta.fields, "targets", "decisions", "comments", "may_decide")

    def get_targets(self, row: ApprovalRequest) -> list[dict[str, Any]]:
        return [{name: value for name, value in share.items() if name != "digest"} for share in row.snapshot]

    def get_may_decide(self, row: ApprovalRequest) -> bool:
        actor: Actor = self.context["actor"]
        return selectors.may_decide(actor, row)
