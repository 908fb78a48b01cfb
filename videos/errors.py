"""What can go wrong in the library, as codes."""

from enum import StrEnum


class VideoError(StrEnum):
    """Codes of this app's domain errors."""

    NO_FILE = "no_file"
    TITLE = "title"
    NAME = "name"
    NAME_TAKEN = "name_taken"
    TOO_DEEP = "too_deep"
    CYCLE = "folder_cycle"
    TOO_MANY_TAGS = "too_many_tags"
    TOO_MANY = "too_many"
    STALE = "stale_version"
    BUSY = "still_processing"
    FILE_GONE = "file_gone"
    PREVIEW_FAILED = "preview_failed"
