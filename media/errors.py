"""What can go wrong with files, as codes. The sentences are written where the case is known."""

from enum import StrEnum


class MediaError(StrEnum):
    """Codes of this app's domain errors."""

    EMPTY = "empty_file"
    TOO_LARGE = "file_too_large"
    CHUNK_TOO_LARGE = "chunk_too_large"
    CHUNK_TOO_SMALL = "chunk_too_small"
    CHUNK_BROKEN = "chunk_broken"
    NOT_A_VIDEO = "not_a_video"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_CODEC = "unsupported_codec"
    NO_VIDEO_STREAM = "no_video_stream"
    DAMAGED = "damaged_file"
    TRUNCATED = "truncated_file"
    TOO_MANY_PIXELS = "too_many_pixels"
    PROBE_FAILED = "probe_failed"
    STORAGE_FULL = "storage_full"
    OFFSET = "upload_offset"
    LOCKED = "upload_locked"
    LENGTH = "upload_length"
    METADATA = "upload_metadata"
    IN_USE = "file_in_use"
    GONE = "file_gone"
    NOT_THERE = "upload_not_there"
    DIFFERENT = "upload_different"
    CHECKSUM = "upload_checksum"
