"""X's refusals: problem documents `{title, detail, type, status}`, or `{errors: [{code, message}]}`."""

from datetime import UTC, datetime, timedelta
from typing import Any

from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Answer

TROUBLE = "X is experiencing issues."
EXPIRED = "Your X connection expired. Please reconnect to publish."
KNOWN = "X says that it has this post already."
PAUSE = "X asked for a pause. The post continues automatically when it ends."
DUPLICATE = "X refuses the same post twice: this account already has it. Change the text and send again."
CREDITS = (
    "This product's prepaid credits at X are used up. The operator has to top them up; the post waits and is tried "
    "again every hour."
)
_OPERATOR_EVERY = timedelta(hours=1)
_DAY = timedelta(hours=24)

# By the last part of a problem's `type`.
_TYPES: dict[str, tuple[ErrorKind, str]] = {
    "usage-capped": (
        ErrorKind.QUOTA,
        "This product's monthly share of X is used up. The post is tried again tomorrow.",
    ),
    "user-suspended": (ErrorKind.ACCOUNT_TYPE, "X has suspended this account. Open X to see why, then reconnect."),
    "client-forbidden": (
        ErrorKind.REJECTED,
        "X does not let this product's app do this. The operator has to check the app's plan at X.",
    ),
    "unsupported-authentication": (
        ErrorKind.AUTH_EXPIRED,
        "X did not accept this kind of connection. Reconnect the account.",
    ),
}
# By words that X puts into `detail`.
_WORDS: tuple[tuple[str, ErrorKind, str, str], ...] = (
    ("duplicate content", ErrorKind.REJECTED, "duplicate", DUPLICATE),
    (
        "video longer than",
        ErrorKind.UNSUPPORTED_FORMAT,
        "video_too_long",
        "This account may not post a video of this length on X. Use a shorter one.",
    ),
    (
        "not permitted to access this feature",
        ErrorKind.REJECTED,
        "feature",
        "X does not give this account one of the options of this post. Change them and send again.",
    ),
    (
        "not permitted to perform this action",
        ErrorKind.REJECTED,
        "not_permitted",
        (
            "X did not permit this post. It may be too long for this account, or a permission may be missing: look at "
            "the account under Connected platforms."
        ),
    ),
)


def _problem(answer: Answer) -> tuple[str, str, str]:
    """Type (its last part), title and the platform's words."""
    body = answer.json()
    listed = body.get("errors")
    first: dict[str, Any] = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    words = str(body.get("detail") or first.get("detail") or first.get("message") or "") or answer.words
    more = str(first.get("message") or "")
    if more and more not in words:
        words = f"{words} {more}".strip()
    kind = str(body.get("type") or first.get("type") or "").rstrip("/").rpartition("/")[2]
    return kind, str(body.get("title") or first.get("title") or ""), words


def _until(answer: Answer, now: datetime) -> datetime:
    """X names the end of a window as a moment; a Retry-After counts as well."""
    reset = answer.headers.get("x-rate-limit-reset", "")
    if answer.retry_after_s is not None:
        return now + timedelta(seconds=answer.retry_after_s)
    if reset.isdigit():
        return max(answer.ours(datetime.fromtimestamp(int(reset), UTC)), now + timedelta(seconds=1))
    return now + timedelta(minutes=15)


def classify(answer: Answer, now: datetime) -> PlatformError:
    """What a refusal of the API means."""
    kind, title, words = _problem(answer)
    status = answer.status

    def error(found: ErrorKind, sentence: str, code: str, until: datetime | None = None, **more: Any) -> PlatformError:
        return PlatformError(found, sentence, words=words, code=code, status=status, until=until, **more)

    if status == 401:
        return error(ErrorKind.AUTH_EXPIRED, EXPIRED, "unauthorized", token_problem=True)
    if status == 402 or title == "CreditsDepleted":
        return error(ErrorKind.RATE_LIMITED, CREDITS, "credits_depleted", now + _OPERATOR_EVERY)
    if status == 429:
        return error(ErrorKind.RATE_LIMITED, PAUSE, "rate_limited", _until(answer, now))
    if status >= 500:
        return error(ErrorKind.TRANSIENT, TROUBLE, f"http_{status}")
    if kind in _TYPES:
        found, sentence = _TYPES[kind]
        return error(found, sentence, kind, now + _DAY if found is ErrorKind.QUOTA else None)
    for part, found, code, sentence in _WORDS:
        if part in words:
            return error(found, sentence, code)
    return error(ErrorKind.REJECTED, f"X refused this post: {words}", kind or f"http_{status}")


def processing(error: dict[str, Any]) -> PlatformError:
    """Media that X could not process: the upload is worthless, nothing was posted."""
    name, words = str(error.get("name", "")), str(error.get("message", ""))
    if name == "InternalError" or not name:
        return PlatformError(
            ErrorKind.TRANSIENT, TROUBLE, words=f"{name} {words}".strip(), code="processing_failed", restart=True
        )
    return PlatformError(
        ErrorKind.UNSUPPORTED_FORMAT,
        "X could not process this file. It takes H.264 video with AAC sound in MP4 or MOV, JPEG, PNG, WebP and GIF.",
        words=f"{name}: {words}",
        code=name,
        restart=True,
    )


def oauth(answer: Answer, *, renewing: bool = False) -> PlatformError:
    """A refusal of the token endpoint. A refresh token that was used already is answered like any invalid value."""
    body = answer.json()
    code = str(body.get("error", ""))
    words = str(body.get("error_description", "")) or answer.words
    if answer.status < 500 and answer.status != 429:
        if code in ("invalid_grant", "access_denied") or (renewing and code == "invalid_request"):
            return PlatformError(
                ErrorKind.AUTH_EXPIRED, EXPIRED, words=words, code="invalid_grant", status=answer.status
            )
        if code == "invalid_request":
            sentence = "X did not accept this consent: it was used already, or took longer than 30 seconds."
            return PlatformError(ErrorKind.REJECTED, sentence, words=words, code="invalid_grant", status=answer.status)
        if code in ("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"):
            sentence = "X does not accept this product's app credentials. Ask your operator."
            return PlatformError(ErrorKind.REJECTED, sentence, words=words, code=code, status=answer.status)
    return PlatformError(ErrorKind.TRANSIENT, TROUBLE, words=words, code=code, status=answer.status)
