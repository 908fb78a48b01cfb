"""Codes of every refusal this app gives; the sentence is written where it is raised."""

from enum import StrEnum


class LibraryError(StrEnum):
    """What exactly was refused."""

    NAME = "name_invalid"
    NAME_TAKEN = "name_taken"
    TEXT = "text_invalid"
    VARIABLE_SYNTAX = "variable_syntax"
    VARIABLE_MISSING = "variable_missing"
    VARIABLE_UNKNOWN = "variable_unknown"
    PLATFORM_UNKNOWN = "platform_unknown"
    FIELD_OF_OTHER_TYPE = "field_of_other_type"
    HASHTAG_INVALID = "hashtag_invalid"
    STALE = "stale_version"
    NOT_DELETED = "not_deleted"
    NO_DRAFT = "no_draft"
    TOO_MANY = "too_many"
