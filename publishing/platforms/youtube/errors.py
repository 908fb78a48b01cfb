"""Google's refusals: the `reason` decides, wherever the body carries it."""

from datetime import datetime, timedelta
from typing import Any

from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Answer
from publishing.platforms.youtube.limits import quota_day

TROUBLE = "YouTube is experiencing issues."
EXPIRED = "Your YouTube connection expired. Please reconnect to publish."
QUOTA = "YouTube daily upload limit reached. Your video is scheduled to publish when the day ends at {until}."
_METADATA = "YouTube did not accept the {what}. Change it and send again."

_REASONS: dict[str, tuple[ErrorKind, str]] = {
    "quotaExceeded": (ErrorKind.QUOTA, QUOTA),
    "dailyLimitExceeded": (ErrorKind.QUOTA, QUOTA),
    "rateLimitExceeded": (ErrorKind.RATE_LIMITED, "YouTube asked for a pause. The video continues automatically."),
    "userRateLimitExceeded": (ErrorKind.RATE_LIMITED, "YouTube asked for a pause. The video continues automatically."),
    "RATE_LIMIT_EXCEEDED": (ErrorKind.QUOTA, QUOTA),
    "uploadLimitExceeded": (
        ErrorKind.QUOTA,
        "This channel has reached the number of videos YouTube takes in a day. It is tried again at {until}.",
    ),
    "authError": (ErrorKind.AUTH_EXPIRED, EXPIRED),
    "Unauthorized": (ErrorKind.AUTH_EXPIRED, EXPIRED),
    "UNAUTHENTICATED": (ErrorKind.AUTH_EXPIRED, EXPIRED),
    "youtubeSignupRequired": (
        ErrorKind.ACCOUNT_TYPE,
        "This Google account has no YouTube channel. Create one at youtube.com/create_channel, then reconnect.",
    ),
    "authenticatedUserAccountSuspended": (ErrorKind.ACCOUNT_TYPE, "YouTube has suspended this channel."),
    "authenticatedUserAccountClosed": (ErrorKind.ACCOUNT_TYPE, "This YouTube channel was closed."),
    "forbidden": (
        ErrorKind.AUTH_EXPIRED,
        "YouTube did not allow this with the permissions given. Reconnect and allow managing your videos.",
    ),
    "insufficientPermissions": (
        ErrorKind.AUTH_EXPIRED,
        "YouTube did not allow this with the permissions given. Reconnect and allow managing your videos.",
    ),
    "invalidTitle": (ErrorKind.REJECTED, _METADATA.format(what="title")),
    "invalidDescription": (ErrorKind.REJECTED, _METADATA.format(what="description")),
    "invalidTags": (ErrorKind.REJECTED, _METADATA.format(what="tags")),
    "invalidCategoryId": (ErrorKind.REJECTED, _METADATA.format(what="category")),
    "invalidPublishAt": (ErrorKind.REJECTED, _METADATA.format(what="publishing time")),
    "invalidVideoMetadata": (ErrorKind.REJECTED, _METADATA.format(what="title or description")),
    "defaultLanguageNotSet": (ErrorKind.REJECTED, _METADATA.format(what="language")),
    "uploadTooLarge": (ErrorKind.UNSUPPORTED_FORMAT, "The file is larger than YouTube takes."),
}

_FAILURES = {
    "conversion": "YouTube could not convert this video.",
    "invalidFile": "YouTube could not read this file as a video.",
    "emptyFile": "The file that arrived at YouTube is empty.",
    "tooSmall": "The file is too small to be a video.",
    "codec": "YouTube does not know this video's codec.",
    "uploadAborted": "The upload to YouTube was broken off.",
}
_REJECTIONS = {
    "copyright": "YouTube rejected this video for copyright.",
    "inappropriate": "YouTube rejected this video as inappropriate.",
    "duplicate": "YouTube rejected this video: the channel already has the same one.",
    "termsOfUse": "YouTube rejected this video for its terms of use.",
    "uploaderAccountSuspended": "YouTube has suspended this channel.",
    "uploaderAccountClosed": "This YouTube channel was closed.",
    "length": "YouTube rejected this video for its length; long videos need a verified channel.",
    "claim": "YouTube rejected this video because of a rights claim.",
    "trademark": "YouTube rejected this video for a trademark.",
    "legal": "YouTube rejected this video for legal reasons.",
}


def clock(at: datetime) -> str:
    """An instant as a sentence names it."""
    return f"{at:%d %B %Y, %H:%M} UTC".lstrip("0")


def reason_of(answer: Answer) -> tuple[str, str]:
    """The reason and the message of an error body, in its older or newer style."""
    error = answer.json().get("error")
    if not isinstance(error, dict):
        return "", answer.words
    message = str(error.get("message", ""))
    for item in error.get("details") or []:
        if isinstance(item, dict) and str(item.get("@type", "")).endswith("google.rpc.ErrorInfo"):
            return str(item.get("reason", "")), message
    found = error.get("errors") or []
    first: dict[str, Any] = found[0] if found and isinstance(found[0], dict) else {}
    return str(first.get("reason") or error.get("status") or ""), message


def classify(answer: Answer, now: datetime) -> PlatformError:
    """What a refusal means."""
    reason, words = reason_of(answer)
    if reason in _REASONS:
        kind, sentence = _REASONS[reason]
    elif answer.status == 401:
        kind, sentence = ErrorKind.AUTH_EXPIRED, EXPIRED
    elif answer.status == 429:
        kind, sentence = _REASONS["rateLimitExceeded"]
    elif answer.status >= 500:
        kind, sentence = ErrorKind.TRANSIENT, TROUBLE
    else:
        kind, sentence = ErrorKind.REJECTED, f"YouTube refused this video: {words}"
    until = _until(kind, reason, answer, now)
    if until is not None:
        sentence = sentence.format(until=clock(until))
    return PlatformError(
        kind,
        sentence,
        words=words,
        code=reason or str(answer.status),
        status=answer.status,
        until=until,
        token_problem=answer.status == 401 and reason != "youtubeSignupRequired",
    )


def _until(kind: ErrorKind, reason: str, answer: Answer, now: datetime) -> datetime | None:
    if kind is ErrorKind.QUOTA:
        return now + timedelta(hours=24) if reason == "uploadLimitExceeded" else quota_day(now)[1]
    if kind is ErrorKind.RATE_LIMITED:
        return now + timedelta(seconds=answer.retry_after_s or 60)
    return None


def failure(reason: str) -> PlatformError:
    """Processing failed: the video is on YouTube but will never play."""
    sentence = _FAILURES.get(reason, f"YouTube could not process this video ({reason}).")
    return PlatformError(ErrorKind.UNSUPPORTED_FORMAT, sentence, words=reason, code=reason, dead=True)


def rejection(reason: str) -> PlatformError:
    sentence = _REJECTIONS.get(reason, f"YouTube rejected this video ({reason}).")
    kind = ErrorKind.ACCOUNT_TYPE if reason.startswith("uploaderAccount") else ErrorKind.REJECTED
    return PlatformError(kind, sentence, words=reason, code=reason, dead=True)


def oauth(answer: Answer) -> PlatformError:
    """A refusal of the token endpoint: flat `{error, error_description}`."""
    body = answer.json()
    code, words = str(body.get("error", "")), str(body.get("error_description", "")) or answer.words
    if code == "invalid_grant":
        return PlatformError(ErrorKind.AUTH_EXPIRED, EXPIRED, words=words, code=code, status=answer.status)
    if code in ("invalid_client", "unauthorized_client", "invalid_request", "unsupported_grant_type"):
        sentence = "Google does not accept this product's app credentials. Ask your operator."
        return PlatformError(ErrorKind.REJECTED, sentence, words=words, code=code, status=answer.status)
    return PlatformError(ErrorKind.TRANSIENT, TROUBLE, words=words, code=code, status=answer.status)
