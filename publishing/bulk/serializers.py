"""Shapes of changes to many posts in the API."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.serializers import InputSerializer
from publishing.services import bulk
from publishing.services.bulk import Change

# The fields that an action takes beside the posts; the first is needed.
_FIELDS = {"move": ("days", "accept_conflicts"), "set_campaign": ("campaign",)}
ACTIONS = ("move", "unschedule", "duplicate", "set_campaign", "delete")


class BulkSerializer(InputSerializer):
    """One change to many posts."""

    hints: ClassVar = {"ids": "post_ids", "posts": "post_ids", "do": "action", "verb": "action"}
    action = serializers.ChoiceField(choices=[(name, name) for name in ACTIONS])
    post_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=bulk.MOST)
    days = serializers.IntegerField(
        required=False, min_value=-bulk.FARTHEST_DAYS, max_value=bulk.FARTHEST_DAYS,
        help_text="Of `move`: by how many days, not 0. The time of day stays.",
    )  # fmt: skip
    campaign = serializers.CharField(
        required=False, allow_blank=True, max_length=80, help_text="Of `set_campaign`; empty takes it away."
    )
    accept_conflicts = serializers.BooleanField(
        required=False, help_text="Of `move`. false: a post that would meet another one stays. Default: true."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what the action does not take, and what it lacks."""
        taken = _FIELDS.get(attrs["action"], ())
        for name in {"days", "campaign", "accept_conflicts"} & attrs.keys() - set(taken):
            raise serializers.ValidationError({name: [f"{attrs['action']} does not take this."]})
        if taken and taken[0] not in attrs:
            raise serializers.ValidationError({taken[0]: [f"{attrs['action']} needs this."]})
        return attrs


def change_of(body: dict[str, Any]) -> Change:
    """The change that a body asks for."""
    match body["action"]:
        case "move":
            return bulk.MoveByDays(body["days"], body.get("accept_conflicts", True))
        case "unschedule":
            return bulk.Unschedule()
        case "duplicate":
            return bulk.Duplicate()
        case "set_campaign":
            return bulk.SetCampaign(body["campaign"])
        case _:
            return bulk.Delete()


class BulkUndoSerializer(InputSerializer):
    """The key of a change."""

    key = serializers.CharField(max_length=1_000_000)


class BulkResultSerializer(serializers.Serializer[Any]):
    """What became of one post."""

    post_id = serializers.UUIDField()
    done = serializers.BooleanField()
    repeated = serializers.BooleanField(help_text="An earlier call with this Idempotency-Key has done it.")
    code = serializers.CharField(help_text="Why nothing was done; empty when it was.")
    message = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())
    copy_id = serializers.UUIDField(allow_null=True, help_text="Of `duplicate`: the new draft.")


class BulkResultsSerializer(serializers.Serializer[Any]):
    """What became of each post, in the order of the request."""

    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    items = BulkResultSerializer(many=True)
    undo = serializers.CharField(help_text="The key that takes it back; empty when there is nothing to take back.")
