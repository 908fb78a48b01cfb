"""What a platform's refusal means, the same seven ways for all of them."""

from datetime import datetime
from enum import StrEnum


class ErrorKind(StrEnum):
    """What to do about it is the engine's business; these are the cases it knows."""

    TRANSIENT = "transient"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    AUTH_EXPIRED = "auth_expired"
    ACCOUNT_TYPE = "account_type"
    SPAM_HOLD = "spam_hold"
    REJECTED = "rejected"
    UNSUPPORTED_FORMAT = "unsupported_format"


class PlatformError(Exception):
    """A refusal with an answer: nothing became public by this call, unless it is transient on a commit step.

    `sentence` tells a person what happened (what follows is the engine's to say), `words` and `code` are the platform's
    own. `until` says when to come back. `restart` says that what was prepared is worthless; `dead` that the platform
    ended the post without making it public, whatever was sent before. `token_problem` asks for one renewal before
    anything else.
    """

    def __init__(
        self,
        kind: ErrorKind,
        sentence: str,
        *,
        words: str = "",
        code: str = "",
        status: int | None = None,
        until: datetime | None = None,
        restart: bool = False,
        dead: bool = False,
        token_problem: bool = False,
    ) -> None:
        super().__init__(f"{kind}: {code} {words}".strip())
        self.kind = kind
        self.sentence = sentence
        self.words = words
        self.code = code
        self.status = status
        self.until = until
        self.restart = restart
        self.dead = dead
        self.token_problem = token_problem


class NotSent(Exception):
    """No connection came about: the platform never saw the call."""


class NoAnswer(Exception):
    """The call may have arrived, but its answer did not."""
