"""How often a client or a person may do what costs others: mails, accounts, guesses.

Counted in the cache, in fixed windows. While the cache is away nothing can be counted, and the answer is no.
"""

from dataclasses import dataclass

from django.core.cache import cache

from core.cache import available
from core.errors import Throttled


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`most` times in `seconds`."""

    name: str
    most: int
    seconds: int


MAILS_OF_CLIENT = RateLimit("mails", 20, 3600)
SIGN_UPS_OF_CLIENT = RateLimit("sign_ups", 100, 3600)
SIGN_UPS_OF_ADDRESS = RateLimit("sign_ups_of", 2, 24 * 3600)
SIGN_INS_OF_CLIENT = RateLimit("sign_ins", 60, 300)
GUESSES_OF_PERSON = RateLimit("guesses", 10, 900)
INVITATIONS_OF_PERSON = RateLimit("invitations", 50, 3600)


def within(limit: RateLimit, who: object) -> bool:
    """Count once more; whether that is still allowed."""
    if not available():
        return False
    key = f"limit:{limit.name}:{who}"
    for _ in range(2):
        cache.add(key, 0, limit.seconds)
        try:
            return bool(cache.incr(key) <= limit.most)
        except ValueError:
            continue  # the window ended between the two
    return False


def require(limit: RateLimit, who: object, sentence: str) -> None:
    """Count once more; raise `Throttled` with the sentence when that is too often."""
    if not within(limit, who):
        raise Throttled("too_often", sentence, retry_after_s=limit.seconds)
