"""Codes of refusals that accounts raise."""

from enum import StrEnum


class AccountError(StrEnum):
    EMAIL_INVALID = "email_invalid"
    PASSWORD_WEAK = "password_weak"  # noqa: S105
    PASSWORD_WRONG = "password_wrong"  # noqa: S105
    CREDENTIALS = "credentials"
    LINK_DEAD = "link_dead"
    TOKEN_DEAD = "token_dead"  # noqa: S105
    TIMEZONE_UNKNOWN = "timezone_unknown"
    PREFERENCE_INVALID = "preference_invalid"
    NAME_EMPTY = "name_empty"
    ALREADY_MEMBER = "already_member"
    ALREADY_INVITED = "already_invited"
    ROLE_UNKNOWN = "role_unknown"
    LAST_ADMIN = "last_admin"
    INVITATION_OTHER = "invitation_other"
