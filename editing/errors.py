"""Codes of what can go wrong in editing; each travels with a sentence for a person."""

from enum import StrEnum


class EditingError(StrEnum):
    """Stable codes, the same in the API, on the page and in a job's result."""

    BAD_PLAN = "bad_plan"
    BAD_SPEC = "bad_spec"
    SOURCE_MISSING = "source_missing"
    SOURCE_UNREADABLE = "source_unreadable"
    NO_VIDEO = "no_video"
    FFMPEG_MISSING = "ffmpeg_missing"
    DISK_FULL = "disk_full"
    OUT_OF_MEMORY = "out_of_memory"
    RENDER_FAILED = "render_failed"
    VERIFY_FAILED = "verify_failed"
    STOPPED = "stopped"
    VIDEO_NOT_READY = "video_not_ready"
    NO_FORMAT = "no_format"
    TOO_MANY = "too_many"
    BUSY = "edit_busy"
    STALE = "stale_version"
    IN_USE = "rendition_in_use"
    NO_OUTPUT = "no_such_output"
    NOTHING_TO_CANCEL = "nothing_to_cancel"
    FILE_GONE = "file_gone"
    SCRIPT_EMPTY = "script_empty"
