"""What a person reads of a post that does not simply go on: what happened (the adapter's words), and what comes next.

Adapters say what happened only. What follows depends on what was sent before, and only the engine knows that.
"""

from publishing.platforms.base import Spec
from publishing.platforms.errors import ErrorKind, PlatformError

_RETRYING = "We'll retry automatically. You can also retry manually."
_LOOKING = "We are checking whether it is live and send nothing twice."
_ASKING = "Please look at your profile there: if it is live, paste its link; if it is not, we send it again."
STUCK = "The platform has worked on this for a day without an end."


def retried(cause: str, *, committed: bool) -> str:
    """It is tried again after a while."""
    return f"{cause} It was sent already, so we keep checking its status." if committed else f"{cause} {_RETRYING}"


def given_up(cause: str, times: int) -> str:
    """It was tried as often as makes sense."""
    return f"{cause} It did not work {times} times in a row, so we stopped. You can try again."


def parked(error: PlatformError, spec: Spec, *, committed: bool) -> str:
    """Nothing goes on until the person has acted."""
    if committed:
        follows = "This was sent already: after reconnecting we look whether it is live and send nothing twice."
    elif error.kind is ErrorKind.ACCOUNT_TYPE:
        follows = "It is tried again automatically after reconnecting."
    elif error.kind is ErrorKind.SPAM_HOLD:
        follows = "It happened twice, so this post waits until you press “Try again”."
    else:
        follows = f"Your {'video' if spec.video else 'post'} will publish automatically after reconnecting."
    return f"{error.sentence} {follows}"


def silent(label: str) -> str:
    """A commit was sent and nothing came back."""
    return f"We sent this to {label}, but its answer never came. {_LOOKING}"


def failed_midway(error: PlatformError, label: str) -> str:
    """A commit was answered by the platform's own failure, which may come before or after the work."""
    if error.status is not None and error.status >= 500:
        return f"{label} answered with an error of its own ({error.status}) when we sent this. {_LOOKING}"
    return f"{error.sentence} {_LOOKING}"


def interrupted(label: str) -> str:
    """Our process ended between a commit and its answer."""
    return f"Our side was interrupted while it sent this to {label}. {_LOOKING}"


def untold(label: str) -> str:
    """A commit was taken, but the platform does not say what became of it."""
    return f"{label} took this, but does not give its status. {_LOOKING}"


def looking(label: str) -> str:
    """The search goes on after a break."""
    return f"This was sent to {label} already. {_LOOKING}"


def asking(label: str, reason: str = "") -> str:
    """Only the person can say. `reason` is why the platform cannot, where that is known for good."""
    return f"{reason or f'We could not find out whether this is live on {label}.'} {_ASKING}"


def ran_out(label: str) -> str:
    """What was prepared at the platform has ended before it was used."""
    return f"What was prepared at {label} expired before it was used."
