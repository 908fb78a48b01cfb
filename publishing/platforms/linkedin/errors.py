"""LinkedIn's refusals: `{message, status, serviceErrorCode?, code?, errorDetails?}`."""

import re
from datetime import datetime, timedelta
from typing import Any

from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Answer
from publishing.platforms.linkedin.limits import day_ends

TROUBLE = "LinkedIn is experiencing issues."
EXPIRED = "Your LinkedIn connection expired. Please reconnect to publish."
DUPLICATE = "LinkedIn refuses the same post twice: this account already has it. Change the text and send again."
_DAY = "LinkedIn's daily limit is reached. The post goes out when LinkedIn's day ends, at 00:00 UTC."
_NOT_READY = "LinkedIn is still preparing the file. The post continues automatically in a moment."
_DENIED = (
    "LinkedIn did not allow this with the permissions given, or your role on the page has changed. Reconnect and allow "
    "posting; a page needs the role super admin or content admin."
)
_VERSION = "LinkedIn has ended the version of its API that this product uses. The operator has to name a newer one."
_FORBIDDEN_FILE = "LinkedIn does not give access to the uploaded file yet."
_OPERATOR_EVERY = timedelta(hours=1)
_SOON = timedelta(seconds=15)
_URN = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")


def _code(body: dict[str, Any]) -> str:
    inputs = (body.get("errorDetails") or {}).get("inputErrors")
    first = inputs[0] if isinstance(inputs, list) and inputs and isinstance(inputs[0], dict) else {}
    return str(first.get("code") or body.get("code") or body.get("serviceErrorCode") or "")


def duplicate_of(error: PlatformError) -> str:
    """The URN of the post that LinkedIn already has, as its refusal names it."""
    found = _URN.search(error.words)
    return found[0] if found else ""


def classify(answer: Answer, now: datetime) -> PlatformError:
    """What a refusal of the API means."""
    body = answer.json()
    status, code, words = answer.status, _code(body), str(body.get("message") or "") or answer.words

    def error(kind: ErrorKind, sentence: str, until: datetime | None = None, **more: Any) -> PlatformError:
        shown = code or f"http_{status}"
        return PlatformError(kind, sentence, words=words, code=shown, status=status, until=until, **more)

    if status == 401:
        return error(ErrorKind.AUTH_EXPIRED, EXPIRED, token_problem=True)
    if status == 426 or code == "NONEXISTENT_VERSION":
        return error(ErrorKind.RATE_LIMITED, _VERSION, now + _OPERATOR_EVERY)
    if status == 429:
        until = now + timedelta(seconds=answer.retry_after_s) if answer.retry_after_s is not None else day_ends(now)
        return error(ErrorKind.QUOTA if until - now > timedelta(hours=1) else ErrorKind.RATE_LIMITED, _DAY, until)
    if status >= 500:
        return error(ErrorKind.TRANSIENT, TROUBLE)
    return _judged(answer, code, words, error, now)


def _judged(answer: Answer, code: str, words: str, error: Any, now: datetime) -> PlatformError:
    """A refusal of what was sent."""
    found: PlatformError
    if code == "DUPLICATE_POST" or "duplicate" in words.lower():
        found = PlatformError(ErrorKind.REJECTED, DUPLICATE, words=words, code="DUPLICATE_POST", status=answer.status)
    elif code == "MEDIA_ASSET_WAITING_UPLOAD":
        found = error(ErrorKind.RATE_LIMITED, _NOT_READY, now + _SOON)
    elif code == "MEDIA_ASSET_PROCESSING_FAILED":
        found = error(ErrorKind.UNSUPPORTED_FORMAT, "LinkedIn could not process this file.", restart=True)
    elif code == "EXPIRED_UPLOAD_URL":
        found = expired_upload(answer)
    elif code == "FIELD_LENGTH_TOO_LONG":
        found = error(ErrorKind.REJECTED, "This text is longer than LinkedIn takes. Shorten it and send again.")
    elif answer.status == 403 and "resource is forbidden" in words:
        found = error(ErrorKind.TRANSIENT, _FORBIDDEN_FILE)
    elif answer.status == 403:
        found = error(ErrorKind.AUTH_EXPIRED, _DENIED)
    else:
        found = error(ErrorKind.REJECTED, f"LinkedIn refused this post: {words}")
    return found


def expired_upload(answer: Answer) -> PlatformError:
    """An upload address that has run out: it is the permission itself, so a new one is asked for."""
    return PlatformError(
        ErrorKind.TRANSIENT,
        "LinkedIn's upload address expired.",
        words=answer.words,
        code="upload_expired",
        status=answer.status,
        restart=True,
    )


def transfer(answer: Answer) -> PlatformError:
    """A refusal of the upload host, which speaks plain HTTP."""
    if answer.status in (401, 403, 404, 410):
        return expired_upload(answer)
    healing = answer.status >= 500 or answer.status == 429
    return PlatformError(
        ErrorKind.TRANSIENT if healing else ErrorKind.REJECTED,
        TROUBLE if healing else "LinkedIn did not accept the uploaded file.",
        words=answer.words,
        code=f"upload_{answer.status}",
        status=answer.status,
    )


def processing(reason: str) -> PlatformError:
    """A file that LinkedIn could not process; nothing was posted."""
    sentence = "LinkedIn could not process this file. Videos are MP4, from 3 s to 30 min; pictures JPEG, PNG or GIF."
    return PlatformError(
        ErrorKind.UNSUPPORTED_FORMAT,
        sentence,
        words=reason or "PROCESSING_FAILED",
        code="PROCESSING_FAILED",
        restart=True,
    )


def oauth(answer: Answer, *, renewing: bool = False) -> PlatformError:
    """A refusal of the token endpoint. A dead refresh token is answered as an invalid request."""
    body = answer.json()
    code, words = str(body.get("error", "")), str(body.get("error_description", "")) or answer.words
    if answer.status < 500 and answer.status != 429:
        if code in ("invalid_grant", "access_denied") or (renewing and code == "invalid_request"):
            return PlatformError(
                ErrorKind.AUTH_EXPIRED, EXPIRED, words=words, code="invalid_grant", status=answer.status
            )
        if code == "invalid_request":
            sentence = "LinkedIn did not accept this consent: it was already used or has expired."
            return PlatformError(ErrorKind.REJECTED, sentence, words=words, code="invalid_grant", status=answer.status)
        if code in ("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"):
            sentence = "LinkedIn does not accept this product's app credentials. Ask your operator."
            return PlatformError(ErrorKind.REJECTED, sentence, words=words, code=code, status=answer.status)
    return PlatformError(ErrorKind.TRANSIENT, TROUBLE, words=words, code=code, status=answer.status)
