"""TikTok's refusals, judged by `error.code` and never by the HTTP status alone (some failures arrive with 200)."""

from datetime import datetime, timedelta
from typing import Any

from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Answer

_DAY = timedelta(hours=24)
TROUBLE = "TikTok is experiencing issues."
EXPIRED = "Your TikTok connection expired. Please reconnect to publish."
_SCOPES = "TikTok did not allow this with the permissions given. Reconnect the account and allow posting videos."

_CODES: dict[str, tuple[ErrorKind, str]] = {
    "access_token_invalid": (ErrorKind.AUTH_EXPIRED, EXPIRED),
    "scope_not_authorized": (ErrorKind.AUTH_EXPIRED, _SCOPES),
    "scope_permission_missed": (ErrorKind.AUTH_EXPIRED, _SCOPES),
    "rate_limit_exceeded": (
        ErrorKind.RATE_LIMITED,
        "TikTok asked for a pause. The post continues automatically in a minute.",
    ),
    "spam_risk_too_many_posts": (
        ErrorKind.QUOTA,
        "TikTok's daily post limit for this account is reached. Your post is scheduled to publish when it ends.",
    ),
    "reached_active_user_cap": (
        ErrorKind.QUOTA,
        "TikTok limits how many people may post through this app today. Your post is sent when the limit ends.",
    ),
    "spam_risk_too_many_pending_share": (
        ErrorKind.QUOTA,
        "Too many unfinished drafts are in this account's TikTok inbox. Post or delete some in the TikTok app.",
    ),
    "spam_risk_user_banned_from_posting": (
        ErrorKind.SPAM_HOLD,
        "TikTok has stopped this account from posting. Open the TikTok app to see why; posts to it are paused.",
    ),
    "unaudited_client_can_only_post_to_private_accounts": (
        ErrorKind.ACCOUNT_TYPE,
        (
            "Until TikTok has approved this app it only posts privately to private accounts. Make the account private "
            "and choose “Only me”, or ask your operator about the approval."
        ),
    ),
    "url_ownership_unverified": (
        ErrorKind.REJECTED,
        "TikTok does not accept files from this address until its domain is verified. Ask your operator.",
    ),
    "privacy_level_option_mismatch": (
        ErrorKind.REJECTED,
        "This account does not offer the chosen audience any more. Choose who can see the video again.",
    ),
    "app_version_check_failed": (
        ErrorKind.REJECTED,
        "TikTok wants a newer app on this account's phone. Update it there.",
    ),
    "invalid_publish_id": (ErrorKind.TRANSIENT, "TikTok no longer knows this upload."),
    "token_not_authorized_for_specified_publish_id": (
        ErrorKind.REJECTED,
        "This upload belongs to another TikTok account.",
    ),
    "internal_error": (ErrorKind.TRANSIENT, TROUBLE),
}

_FAILURES: dict[str, tuple[ErrorKind, str]] = {
    "file_format_check_failed": (
        ErrorKind.UNSUPPORTED_FORMAT,
        "TikTok could not read this file. It takes MP4, MOV or WebM with H.264, H.265, VP8 or VP9.",
    ),
    "duration_check_failed": (ErrorKind.UNSUPPORTED_FORMAT, "The video's length is outside what TikTok takes here."),
    "frame_rate_check_failed": (
        ErrorKind.UNSUPPORTED_FORMAT,
        "TikTok takes 23 to 60 frames a second; this video has others.",
    ),
    "picture_size_check_failed": (
        ErrorKind.UNSUPPORTED_FORMAT,
        "TikTok takes pictures of 360 to 4096 pixels a side; this video is outside.",
    ),
    "internal": (ErrorKind.TRANSIENT, TROUBLE),
    "video_pull_failed": (ErrorKind.TRANSIENT, "TikTok could not fetch the video."),
    "photo_pull_failed": (ErrorKind.TRANSIENT, "TikTok could not fetch the pictures."),
    "publish_cancelled": (ErrorKind.REJECTED, "The post was cancelled on TikTok."),
    "auth_removed": (ErrorKind.AUTH_EXPIRED, EXPIRED),
    "spam_risk_too_many_posts": _CODES["spam_risk_too_many_posts"],
    "spam_risk_user_banned_from_posting": _CODES["spam_risk_user_banned_from_posting"],
    "spam_risk_text": (ErrorKind.REJECTED, "TikTok took the text for spam. Change it and send again."),
    "spam_risk": (ErrorKind.REJECTED, "TikTok took this post for spam. Change it before you send it again."),
}


def _error(kind: ErrorKind, sentence: str, code: str, words: str, status: int | None, now: datetime) -> PlatformError:
    until = now + _DAY if kind is ErrorKind.QUOTA else None
    if kind is ErrorKind.RATE_LIMITED:
        until = now + timedelta(minutes=1)
    token_problem = status == 401 and not code.startswith("scope_")
    return PlatformError(
        kind, sentence, words=words, code=code, status=status, until=until, token_problem=token_problem
    )


def data_of(answer: Answer, now: datetime) -> dict[str, Any]:
    """`data` of a good answer; raises the refusal of any other."""
    body = answer.json()
    error = body.get("error")
    code = str(error.get("code", "")) if isinstance(error, dict) else ""
    if code == "ok":
        data = body.get("data")
        return data if isinstance(data, dict) else {}
    message = str(error.get("message", "")) if isinstance(error, dict) else ""
    words = message or answer.words
    if code in _CODES:
        kind, sentence = _CODES[code]
    elif answer.status == 429:
        kind, sentence = _CODES["rate_limit_exceeded"]
    elif answer.status >= 500 or not code:
        kind, sentence = ErrorKind.TRANSIENT, TROUBLE
    elif answer.status == 401:
        kind, sentence = _CODES["access_token_invalid"]
    else:
        kind, sentence = ErrorKind.REJECTED, f"TikTok refused this post: {words}"
    found = _error(kind, sentence, code, words, answer.status, now)
    if kind is ErrorKind.RATE_LIMITED and answer.retry_after_s is not None:
        found.until = now + timedelta(seconds=answer.retry_after_s)
    return _restarting(found)


def _restarting(error: PlatformError) -> dict[str, Any]:
    error.restart = error.code == "invalid_publish_id"
    raise error


def failure(reason: str, now: datetime) -> PlatformError:
    """What a publish id that ended FAILED means. It is dead: whatever may heal starts again at the first step."""
    kind, sentence = _FAILURES.get(reason, (ErrorKind.REJECTED, f"TikTok did not publish this video ({reason})."))
    found = _error(kind, sentence, reason, reason, None, now)
    found.restart = found.dead = True
    return found


def transfer(answer: Answer, now: datetime) -> PlatformError:
    """A refusal of the upload host, which speaks plain HTTP."""
    status, words = answer.status, answer.words
    if status in (401, 403, 404):
        return PlatformError(
            ErrorKind.TRANSIENT, "TikTok's upload address expired.",
            words=words, code=f"upload_{status}", status=status, restart=True,
        )  # fmt: skip
    if status == 429:
        until = now + timedelta(seconds=answer.retry_after_s or 60)
        sentence = _CODES["rate_limit_exceeded"][1]
        return PlatformError(
            ErrorKind.RATE_LIMITED, sentence, words=words, code="upload_429", status=status, until=until
        )
    if status == 416 or status >= 500:
        return PlatformError(ErrorKind.TRANSIENT, TROUBLE, words=words, code=f"upload_{status}", status=status)
    return PlatformError(
        ErrorKind.REJECTED,
        "TikTok did not accept the uploaded file.",
        words=words,
        code=f"upload_{status}",
        status=status,
    )


def oauth(answer: Answer) -> PlatformError:
    """A refusal of the token endpoint: flat `{error, error_description}`."""
    body = answer.json()
    code, words = str(body.get("error", "")), str(body.get("error_description", "")) or answer.words
    if code in ("invalid_grant", "access_denied"):
        return PlatformError(ErrorKind.AUTH_EXPIRED, EXPIRED, words=words, code=code, status=answer.status)
    if code in ("invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type", "invalid_request"):
        sentence = "TikTok does not accept this product's app credentials. Ask your operator."
        return PlatformError(ErrorKind.REJECTED, sentence, words=words, code=code, status=answer.status)
    return PlatformError(ErrorKind.TRANSIENT, TROUBLE, words=words, code=code, status=answer.status)
