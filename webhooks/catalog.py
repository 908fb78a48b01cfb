"""Which events there are. Adding one: a line here, and a receiver that orders it (`webhooks.receivers`).

The names and the data of an event are a contract: data may gain fields; what would break a receiver is a new `VERSION`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from publishing.states import PostState

VERSION = 1
TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event. `subject` names the builder of its data, `status` what the data say it is about."""

    name: str
    label: str
    means: str
    subject: str
    status: str = ""


_TYPES: dict[str, EventType] = {}


def register(*types: EventType) -> None:
    """Offer types of events."""
    _TYPES.update({each.name: each for each in types})


def types() -> Mapping[str, EventType]:
    """Every type that an endpoint can subscribe to, in the order of their registration."""
    return _TYPES


def find(name: str) -> EventType | None:
    """The type of a name; None for one that is not known (any more)."""
    return _TYPES.get(name)


def _post(state: PostState, label: str, means: str) -> EventType:
    return EventType(f"post.{state.value}", label, means, "post", state.value)


register(
    _post(PostState.SCHEDULED, "Post scheduled", "Something of the post has a time, and nothing is under way."),
    _post(PostState.PUBLISHED, "Post published", "The post is live on every account."),
    _post(PostState.PARTIALLY_PUBLISHED, "Post partially published", "It is live on some accounts, and not on others."),
    _post(PostState.FAILED, "Post failed", "The post could not be published anywhere."),
    _post(PostState.NEEDS_YOU, "Post needs a person", "It waits for a person: to reconnect, or to answer a question."),
    _post(PostState.UNCONFIRMED, "Post unconfirmed", "A platform did not say whether it is live; we look for it."),
    _post(PostState.IN_INBOX, "Post in an inbox", "A draft waits in the platform's app for a person to post it."),
    _post(PostState.CANCELLED, "Post cancelled", "The post was cancelled."),
    _post(PostState.NEEDS_APPROVAL, "Post waits for approval", "It is planned, and goes out once it is approved."),
    EventType("target.published", "Published on an account", "The post is live on one account.", "target", "published"),
    EventType("target.failed", "Failed on an account", "The post failed on one account.", "target", "failed"),
    EventType("analysis.finished", "Analysis finished", "A video was measured.", "video", "processed"),
    EventType("analysis.failed", "Analysis failed", "The video could not be read or measured.", "video", "failed"),
    EventType("edit.finished", "Edit finished", "The files of an edit are there, or some of them (`partial`).", "edit"),
    EventType("edit.failed", "Edit failed", "No file of an edit could be made.", "edit", "failed"),
    EventType("approval.requested", "Approval requested", "A post was sent for approval.", "approval", "open"),
    EventType("approval.approved", "Post approved", "A post was approved at its last level.", "approval", "approved"),
    EventType(
        "approval.changes_requested",
        "Changes requested",
        "Somebody asked for changes to a post.",
        "approval",
        "changes_requested",
    ),
    EventType("account.lost", "Connection lost", "A connected account needs a new consent.", "account"),
)
