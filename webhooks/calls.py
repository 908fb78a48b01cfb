"""One call of an endpoint, and what its answer means. Knows no rows."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from core import http
from core.errors import DomainError
from core.serializers import without_control_characters
from webhooks.models import AttemptOutcome

logger = logging.getLogger(__name__)

# An endpoint has this long for everything: to be reached, to take the message and to answer.
TIMEOUT_S = 10.0
# How much of an answer is kept; no more than that is read.
KEPT_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """How a try ended, with a sentence when it did not work."""

    outcome: AttemptOutcome
    duration_ms: int
    status: int | None = None
    error: str = ""
    text: str = ""

    @property
    def delivered(self) -> bool:
        return self.outcome == AttemptOutcome.DELIVERED


def post(url: str, body: str, headers: Mapping[str, str], trusted: frozenset[str]) -> Answer:
    """Send a message. Whatever goes wrong is an answer; redirects are not followed."""
    began = time.monotonic()
    sent = {**headers, "accept-encoding": "identity"}

    def ended(outcome: AttemptOutcome, error: str = "", status: int | None = None, text: str = "") -> Answer:
        return Answer(outcome, round((time.monotonic() - began) * 1000), status, error[:300], text)

    try:
        with (
            http.client(timeout=httpx.Timeout(TIMEOUT_S), trusted=trusted, total_s=TIMEOUT_S) as client,
            client.stream("POST", url, content=body.encode(), headers=sent) as response,
        ):
            status = response.status_code
            text = _beginning(response)
    except httpx.TimeoutException:
        return ended(AttemptOutcome.NO_ANSWER, f"It did not answer within {TIMEOUT_S:g} seconds.")
    except DomainError as error:
        return ended(AttemptOutcome.NOT_SENT, error.message)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        logger.info("An endpoint could not be reached: %s", type(error).__name__)
        return ended(AttemptOutcome.NO_ANSWER, "It could not be reached, or broke the connection off.")
    if 200 <= status < 300:
        return ended(AttemptOutcome.DELIVERED, "", status, text)
    more = " Redirects are not followed: enter the address that they lead to." if 300 <= status < 400 else ""
    return ended(AttemptOutcome.REFUSED, f"It answered with the status {status}.{more}", status, text)


def _beginning(response: httpx.Response) -> str:
    """How the answer begins, as text. It was sent unpacked if the endpoint did as asked, else it is left out."""
    kept = b""
    try:
        for piece in response.iter_raw(KEPT_BYTES):
            kept += piece
            if len(kept) >= KEPT_BYTES:
                break
    except httpx.HTTPError:
        # The status is there, and says it all.
        logger.info("An endpoint's answer broke off.")
    if response.headers.get("content-encoding", "identity") != "identity":
        return ""
    return without_control_characters(kept[:KEPT_BYTES].decode(errors="replace"))
