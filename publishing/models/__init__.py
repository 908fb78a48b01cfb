"""The rows of publishing: connections, posts with their targets and receipts, queues, recurring posts, quotas."""

from publishing.models.approvals import (
    ApprovalComment,
    ApprovalDecision,
    ApprovalMode,
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalState,
    ApprovalVerdict,
    ReviewLink,
)
from publishing.models.connections import (
    AccountStatus,
    Grant,
    GrantState,
    OAuthState,
    SocialAccount,
)
from publishing.models.deliveries import Delivery, DeliveryState
from publishing.models.feeds import CalendarFeed
from publishing.models.posts import Attempt, Post, PostMedia, PostTarget, in_group
from publishing.models.queues import BlackoutDay, Queue, QueuePlace
from publishing.models.quota import PlatformClock, QuotaWindow, RateSlot
from publishing.models.recurring import (
    RecurringMedia,
    RecurringOccurrence,
    RecurringPost,
    RecurringState,
    Rhythm,
)
from publishing.states import AttemptOutcome

__all__ = [
    "AccountStatus",
    "ApprovalComment",
    "ApprovalDecision",
    "ApprovalMode",
    "ApprovalPolicy",
    "ApprovalRequest",
    "ApprovalState",
    "ApprovalVerdict",
    "Attempt",
    "AttemptOutcome",
    "BlackoutDay",
    "CalendarFeed",
    "Delivery",
    "DeliveryState",
    "Grant",
    "GrantState",
    "OAuthState",
    "PlatformClock",
    "Post",
    "PostMedia",
    "PostTarget",
    "Queue",
    "QueuePlace",
    "QuotaWindow",
    "RateSlot",
    "RecurringMedia",
    "RecurringOccurrence",
    "RecurringPost",
    "RecurringState",
    "ReviewLink",
    "Rhythm",
    "SocialAccount",
    "in_group",
]
