"""Codes of every refusal this app gives; the sentence is written where it is raised."""

from enum import StrEnum


class PublishingError(StrEnum):
    """What exactly was refused."""

    PLATFORM_UNKNOWN = "platform_unknown"
    PLATFORM_NOT_CONFIGURED = "platform_not_configured"
    STATE_INVALID = "oauth_state_invalid"
    STATE_EXPIRED = "oauth_state_expired"
    STATE_FOREIGN = "oauth_state_foreign"
    CONSENT_REFUSED = "consent_refused"
    CONNECT_FAILED = "connect_failed"
    NO_CHANNEL = "no_channel"
    ACCOUNT_TYPE = "account_type"
    CHOICE_GONE = "choice_gone"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_NOT_CONNECTED = "account_not_connected"
    ACCOUNT_IN_USE = "account_in_use"
    ACCOUNT_CHOICE = "account_choice_needed"
    NO_TARGETS = "no_targets"
    OPTION_UNKNOWN = "option_unknown"
    TEXT_MISSING = "text_missing"
    MEDIA_UNKNOWN = "media_unknown"
    NOT_READY = "not_ready_to_publish"
    ALREADY_GOING_OUT = "already_going_out"
    STALE_VERSION = "stale_version"
    DUPLICATE_CONTENT = "duplicate_content"
    SCHEDULE_CONFLICT = "schedule_conflict"
    DUE_IN_PAST = "due_in_past"
    DUE_TOO_FAR = "due_too_far"
    ZONE_UNKNOWN = "zone_unknown"
    WRONG_STATE = "wrong_state"
    LINK_INVALID = "link_invalid"
    PAST_COMMIT = "past_commit"


class TargetError(StrEnum):
    """Why a target stopped or waits, kept on the row."""

    TRANSIENT = "transient"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    AUTH_EXPIRED = "auth_expired"
    ACCOUNT_TYPE = "account_type"
    SPAM_HOLD = "spam_hold"
    REJECTED = "rejected"
    UNSUPPORTED_FORMAT = "unsupported_format"
    DUPLICATE_CONTENT = "duplicate_content"
    UNCONFIRMED = "unconfirmed"
    NOT_READY = "not_ready_to_publish"
    INTERNAL = "internal"
