"""Error codes of strategies."""

from enum import StrEnum


class StrategyError(StrEnum):
    """Which case a `DomainError` of this app is."""

    VIDEO_UNKNOWN = "strategy_video_unknown"
    VIDEO_NOT_MEASURED = "strategy_video_not_measured"
    INPUT_INVALID = "strategy_input_invalid"
    CONTENT_INVALID = "strategy_content_invalid"
    SECTION_UNKNOWN = "strategy_section_unknown"
    NOT_READY = "strategy_not_ready"
    STALE = "strategy_stale"
    FORMAT_UNKNOWN = "strategy_format_unknown"
    NOT_DELETED = "strategy_not_deleted"
    CANNOT_RETRY = "strategy_cannot_retry"
    NOTHING_NEW = "strategy_nothing_new"
