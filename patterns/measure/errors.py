"""What can be wrong with a file as a whole. A layer that fails alone is no error, it is a status in the result."""

from __future__ import annotations

from enum import StrEnum


class MeasureCode(StrEnum):
    NOT_FOUND = "file_not_found"
    EMPTY = "file_empty"
    UNREADABLE = "not_a_video"
    NO_VIDEO = "no_video_stream"
    TRUNCATED = "video_truncated"
    NO_FRAMES = "no_frames"
    TOO_LONG = "measure_timeout"
    FFMPEG_MISSING = "ffmpeg_missing"
    FFMPEG_FAILED = "ffmpeg_failed"
    FAILED = "measure_failed"


class MeasureError(Exception):
    """One reason, for programs as `code`, for people as `message` (a sentence that says what to do)."""

    def __init__(self, code: MeasureCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
