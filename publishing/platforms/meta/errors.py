"""Meta's refusals: one envelope, judged by subcode, then by code, and never by the HTTP status alone."""

import re
from datetime import datetime, timedelta
from typing import Any

from core.logging import redact
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Answer
from publishing.platforms.meta import facebook_errors, instagram_errors, sentences, usage

_DAY = timedelta(hours=24)
_PAUSE = timedelta(minutes=5)
_NUMBER = re.compile(r"\b(?:22070\d\d|1[34]\d{5}|1609\d{3}|20\d{5}|4854002)\b")
NOT_READY = "not_ready"

_EXACT = {**instagram_errors.MEANINGS, **facebook_errors.MEANINGS}
_CODES: dict[int, tuple[ErrorKind, str, bool]] = {
    1: (ErrorKind.TRANSIENT, sentences.TROUBLE, False),
    2: (ErrorKind.TRANSIENT, sentences.TROUBLE, False),
    -1: (ErrorKind.TRANSIENT, sentences.TROUBLE, True),
    -2: (ErrorKind.TRANSIENT, sentences.FETCH, True),
    9: (ErrorKind.QUOTA, sentences.QUOTA, False),
    24: (ErrorKind.TRANSIENT, sentences.AGAIN, True),
    25: (ErrorKind.ACCOUNT_TYPE, sentences.ACCOUNT, False),
    102: (ErrorKind.AUTH_EXPIRED, sentences.EXPIRED, False),
    190: (ErrorKind.AUTH_EXPIRED, sentences.EXPIRED, False),
    352: _EXACT[2207026],
    368: (ErrorKind.SPAM_HOLD, sentences.SPAM, False),
    506: (ErrorKind.REJECTED, "Facebook refuses the same post twice in a row. Change the text.", False),
    9004: _EXACT[2207052],
    9007: _EXACT[2207027],
    36000: _EXACT[2207004],
    36001: _EXACT[2207005],
    36003: _EXACT[2207009],
    36004: _EXACT[2207010],
    1609005: _EXACT[1609005],
}  # fmt: skip
_LIMITED = frozenset({4, 17, 32, 341, 613, *range(80000, 80007), 80008, 80009, 80014})
_DEAD_TOKEN = frozenset({102, 190})


def classify(answer: Answer, now: datetime, label: str) -> PlatformError:
    """What a refused Graph call means."""
    error = answer.json().get("error")
    found: dict[str, Any] = error if isinstance(error, dict) else {}
    code, subcode = _int(found.get("code")), _int(found.get("error_subcode"))
    words = redact(str(found.get("error_user_msg") or found.get("message") or "")) or answer.words
    kind, sentence, restart = _meaning(found, code, subcode, words, answer.status)
    refusal = PlatformError(
        kind,
        sentence.format(label=label),
        words=words,
        code=NOT_READY if code == 9007 or subcode == 2207027 else str(subcode or code or f"http_{answer.status}"),
        status=answer.status,
        restart=restart,
        token_problem=code in _DEAD_TOKEN,
    )
    if kind is ErrorKind.RATE_LIMITED:
        wait = usage.regain(answer) or timedelta(seconds=answer.retry_after_s or 0) or _PAUSE
        refusal.until = now + wait
    if kind is ErrorKind.QUOTA:
        refusal.until = now + _DAY
    return refusal


def _meaning(
    found: dict[str, Any], code: int | None, subcode: int | None, words: str, status: int
) -> tuple[ErrorKind, str, bool]:
    if code in _DEAD_TOKEN:
        return _CODES[190]
    if subcode in _EXACT:
        return _EXACT[subcode]
    if code == 10 and "not an instagram business" in words.lower():
        return ErrorKind.ACCOUNT_TYPE, instagram_errors.PERSONAL, False
    if code in _CODES:
        return _CODES[code]
    if code in _LIMITED:
        return ErrorKind.RATE_LIMITED, sentences.PAUSED, False
    if code is not None and (code in (3, 10) or 200 <= code <= 299):
        return ErrorKind.AUTH_EXPIRED, sentences.SCOPES, False
    if code == 100 and subcode == 33:
        return ErrorKind.AUTH_EXPIRED, "{label} does not show this account to us any more. Reconnect it.", False
    long = next((_EXACT[int(number)] for number in _NUMBER.findall(words) if int(number) in _EXACT), None)
    if long is not None:
        return long
    if found.get("is_transient") or status >= 500 or code is None:
        return ErrorKind.TRANSIENT, sentences.TROUBLE, False
    plain = words.replace("{", "(").replace("}", ")")
    return ErrorKind.REJECTED, f"{{label}} refused this post: {plain}", False


def _int(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def failure(text: str, label: str, code: str = "") -> PlatformError:
    """What a container or a video that ended in an error means. It is dead; what may heal starts again."""
    number = next((int(item) for item in _NUMBER.findall(f"{code} {text}") if int(item) in _EXACT), None)
    kind, sentence, _ = _EXACT[number] if number else (ErrorKind.TRANSIENT, sentences.TROUBLE, True)
    known = str(number or code or "processing_failed")
    return PlatformError(kind, sentence.format(label=label), words=text, code=known, dead=True, restart=True)


def transfer(answer: Answer, now: datetime, label: str) -> PlatformError:
    """A refusal of the upload host: the usual envelope, or `debug_info`. A new container or video may heal it."""
    body = answer.json()
    if isinstance(body.get("error"), dict):
        return classify(answer, now, label)
    info = body.get("debug_info")
    words = redact(str(info.get("message", ""))) if isinstance(info, dict) else answer.words
    number = next((int(item) for item in _NUMBER.findall(words) if int(item) in _EXACT), None)
    kind, sentence, _ = _EXACT[number] if number else (ErrorKind.TRANSIENT, sentences.TROUBLE, True)
    known = str(number or f"upload_{answer.status}")
    # A server's own failure may come after the bytes arrived: whoever uploads asks how far it got.
    restart = answer.status < 500
    return PlatformError(
        kind, sentence.format(label=label), words=words, code=known, status=answer.status, restart=restart
    )


def oauth(answer: Answer, label: str) -> PlatformError:
    """A refusal while tokens are exchanged: Graph's envelope, or Instagram's flat `error_type, error_message`."""
    body = answer.json()
    error = body.get("error")
    if not isinstance(error, dict):
        words = redact(str(body.get("error_message", ""))) or answer.words
        error = {"code": body.get("code"), "message": words}
    code, words = _int(error.get("code")), redact(str(error.get("message", ""))) or answer.words
    if code in _DEAD_TOKEN:
        return PlatformError(ErrorKind.AUTH_EXPIRED, sentences.EXPIRED.format(label=label), words=words, code=str(code))
    if answer.status >= 500 or code == 2 or code in _LIMITED:
        return PlatformError(
            ErrorKind.TRANSIENT, sentences.TROUBLE.format(label=label), words=words, status=answer.status
        )
    if "24 hours" in words:
        sentence = f"{label} renews a permission only when it is a day old."
        return PlatformError(ErrorKind.TRANSIENT, sentence, words=words, code="too_young", status=answer.status)
    if "code" in words.lower():
        return PlatformError(ErrorKind.REJECTED, "", words=words, code="invalid_grant", status=answer.status)
    sentence = f"{label} does not accept this product's app credentials. Ask your operator."
    return PlatformError(ErrorKind.REJECTED, sentence, words=words, code=str(code), status=answer.status)
