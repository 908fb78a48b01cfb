"""Codes of refusals that flows raise."""

from enum import StrEnum


class FlowError(StrEnum):
    FORMAT_UNKNOWN = "format_unknown"
    PLATFORM_UNKNOWN = "platform_unknown"
    NOT_CONNECTED = "not_connected"
    STEP_FAILED = "step_failed"
    TOO_LONG = "too_long"
    FILE_UNREADABLE = "file_unreadable"
    ROWS_WRONG = "rows_wrong"
    PATTERN_INVALID = "pattern_invalid"
    CONSENT_REFUSED = "consent_refused"
