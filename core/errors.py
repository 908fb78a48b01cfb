"""Errors a person can read: one class per kind of the API's error contract, one sentence each.

`error` is the kind the API answers (the same list for every endpoint), `code` tells the exact case and is
listed in the raising app's own enum, `message` says what is wrong and what to do about it.
"""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """An expected refusal. Doors translate it; they never invent another sentence."""

    error = "validation_error"
    status = 400

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = str(code)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})

    def as_dict(self) -> dict[str, Any]:
        """The body of the API's error answer."""
        return {"error": self.error, "message": self.message, "details": {"code": self.code, **self.details}}


class ValidationFailed(DomainError):
    """Input that cannot be accepted. `fields` maps a field's name to its sentences."""

    def __init__(
        self,
        code: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        *,
        fields: Mapping[str, list[str]] | None = None,
    ) -> None:
        merged = dict(details or {})
        if fields:
            merged["fields"] = dict(fields)
        super().__init__(code, message, merged)

    @property
    def fields(self) -> dict[str, list[str]]:
        """Sentences by field name; empty when the error concerns no single field."""
        found: dict[str, list[str]] = self.details.get("fields", {})
        return found


class AuthenticationFailed(DomainError):
    error = "authentication_error"
    status = 401


class PlanLimit(DomainError):
    error = "plan_limit"
    status = 402


class PermissionDenied(DomainError):
    error = "permission_denied"
    status = 403


class NotFound(DomainError):
    error = "not_found"
    status = 404

    def __init__(
        self,
        code: str = "not_found",
        message: str = "This does not exist, or it belongs to another workspace.",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, details)


class TooSlow(DomainError):
    error = "timeout"
    status = 408


class Conflict(DomainError):
    error = "conflict"
    status = 409


class TooLarge(DomainError):
    error = "too_large"
    status = 413


class UnsupportedMedia(DomainError):
    error = "unsupported_media"
    status = 415


class Throttled(DomainError):
    """Too many tries; `retry_after_s` says when the next one is welcome."""

    error = "throttled"
    status = 429

    def __init__(self, code: str, message: str, *, retry_after_s: int) -> None:
        super().__init__(code, message, {"retry_after_s": retry_after_s})
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):
    error = "unavailable"
    status = 503
