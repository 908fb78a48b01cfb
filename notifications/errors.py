"""Codes of notifications."""

from enum import StrEnum


class NotificationError(StrEnum):
    """Why a request about notices or mails is refused."""

    NOTICE_UNKNOWN = "notice_unknown"
    NOTICES_MISSING = "notices_missing"
    MAIL_NOT_FAILED = "mail_not_failed"
    MAIL_GONE = "mail_gone"
