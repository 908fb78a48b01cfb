"""The rows of publishing: connections, posts with their targets and receipts, quotas."""

from publishing.models.connections import AccountStatus, Grant, GrantState, OAuthState, Platform, SocialAccount
from publishing.models.deliveries import Delivery, DeliveryState
from publishing.models.posts import Attempt, AttemptOutcome, Post, PostMedia, PostTarget, in_group
from publishing.models.quota import QuotaWindow, RateSlot

__all__ = [
    "AccountStatus",
    "Attempt",
    "AttemptOutcome",
    "Delivery",
    "DeliveryState",
    "Grant",
    "GrantState",
    "OAuthState",
    "Platform",
    "Post",
    "PostMedia",
    "PostTarget",
    "QuotaWindow",
    "RateSlot",
    "SocialAccount",
    "in_group",
]
