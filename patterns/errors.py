"""What can go wrong with analyses, as codes."""

from enum import StrEnum


class PatternError(StrEnum):
    """Codes of this app's domain errors."""

    NOT_ANALYSED = "not_analysed"
    NOT_READY = "file_not_ready"
    COMPARE_COUNT = "compare_count"
    MEASURE_FAILED = "measure_failed"
    FRAMES_FAILED = "frames_failed"
