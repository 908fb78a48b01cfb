"""Error codes of scripts."""

from enum import StrEnum


class ScriptError(StrEnum):
    """Which case a `DomainError` of this app is."""

    INPUT_INVALID = "script_input_invalid"
    PATTERN_UNKNOWN = "script_pattern_unknown"
    STRATEGY_UNKNOWN = "script_strategy_unknown"
    CONTENT_INVALID = "script_segments_invalid"
    SECTION_UNKNOWN = CONTENT_INVALID
    NOT_READY = "script_not_ready"
    STALE = "script_stale"
    FORMAT_UNKNOWN = "script_format_unknown"
    NOT_DELETED = "script_not_deleted"
    CANNOT_RETRY = "script_cannot_retry"
