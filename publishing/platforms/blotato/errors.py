"""Blotato's refusals: `{message, code?, reqId?}`."""

from datetime import datetime, timedelta

from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Answer

TROUBLE = "Blotato is experiencing issues."
EXPIRED = "Blotato does not accept the API key any more. Please paste a new one under Connected platforms."
_PLAN = "Your Blotato plan does not include its API. Change the plan on blotato.com, then paste the key again."
_PAUSE = "Blotato asked for a pause. The post continues automatically."
_DAILY = "The daily limit for this account at Blotato is reached. The post waits for the next day."


def classify(answer: Answer, now: datetime) -> PlatformError:
    """What a refusal means."""
    status = answer.status
    body = answer.json()
    words = str(body.get("message") or "") or answer.words
    code = str(body.get("code") or f"http_{status}")

    def error(kind: ErrorKind, sentence: str, until: datetime | None = None, *, token: bool = False) -> PlatformError:
        return PlatformError(
            kind, sentence, words=words, code=code, status=status, until=until, token_problem=token
        )  # fmt: skip

    if status == 401:
        return error(ErrorKind.AUTH_EXPIRED, EXPIRED, token=True)
    if status == 403:
        return error(ErrorKind.ACCOUNT_TYPE, _PLAN)
    if status == 429:
        pause = answer.retry_after_s
        if "daily" in words.lower():
            return error(ErrorKind.QUOTA, _DAILY, now + timedelta(seconds=pause) if pause else _tomorrow(now))
        return error(ErrorKind.RATE_LIMITED, _PAUSE, now + timedelta(seconds=pause if pause is not None else 60))
    if status >= 500:
        return error(ErrorKind.TRANSIENT, TROUBLE)
    if "restricted" in words.lower():
        return error(ErrorKind.SPAM_HOLD, "The platform has restricted this account for now. Posts to it are paused.")
    return error(ErrorKind.REJECTED, f"Blotato refused this post: {words}")


def _tomorrow(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def failure(words: str) -> PlatformError:
    """A submission that ended without a post. Blotato asks not to repeat these by themselves."""
    sentence = f"The post did not go out through Blotato: {words}" if words else "The post did not go out."
    return PlatformError(ErrorKind.REJECTED, sentence, words=words, code="failed", restart=True, dead=True)


def transfer(answer: Answer) -> PlatformError:
    """A refusal of the upload host. Its address is the permission; a new one is asked for when it ran out."""
    if answer.status in (401, 403, 404, 410):
        return PlatformError(
            ErrorKind.TRANSIENT, "Blotato's upload address expired.",
            words=answer.words, code=f"upload_{answer.status}", status=answer.status, restart=True,
        )  # fmt: skip
    if answer.status == 413:
        sentence = "This file is larger than your Blotato plan takes."
        return PlatformError(
            ErrorKind.UNSUPPORTED_FORMAT, sentence, words=answer.words, code="upload_413", status=answer.status
        )
    healing = answer.status >= 500 or answer.status == 429
    return PlatformError(
        ErrorKind.TRANSIENT if healing else ErrorKind.REJECTED,
        TROUBLE if healing else "Blotato did not accept the uploaded file.",
        words=answer.words,
        code=f"upload_{answer.status}",
        status=answer.status,
    )
