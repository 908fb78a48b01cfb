"""Why a post is late: by how much it started after its time, and what held it up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core import clock
from core.formatting import counted
from publishing.models import PostTarget
from publishing.platforms.registry import adapter_for
from publishing.states import HOLDING, TargetState

# Nobody minds less; a platform's own work on the file is not ours and does not count.
NOTABLE = timedelta(minutes=2)
PART = 45

_BECAUSE = {
    "worker": "our workers were not running or were busy",
    "rate": "{label} takes only so many posts a minute",
    "quota": "{label}'s daily limit was reached",
    "retry": "{label} had trouble, so we tried again",
    "hold": "{label} asked for a pause",
    "unconfirmed": "we had to find out whether it was live already",
    "action_required": "the connection needed you",
}


@dataclass(frozen=True, slots=True)
class Lateness:
    """`seconds` in all, `reasons` in seconds each (`worker`, a wait reason, or a state), and the sentence."""

    seconds: int
    reasons: dict[str, int]
    sentence: str


def of(target: PostTarget) -> Lateness | None:
    """None while a post is on time, for what has no time, and for what a paused queue holds."""
    if target.due_at is None or target.state in (TargetState.DRAFT, TargetState.CANCELLED) or target.held:
        return None
    now = clock.now()
    reasons = {name: int(seconds) for name, seconds in target.delays.items()}
    if target.state in HOLDING and target.held_since is not None:
        reason = target.wait_reason if target.state == TargetState.WAITING else target.state
        reasons[reason] = reasons.get(reason, 0) + _seconds(now - target.held_since)
    if target.started_at is None and target.state in (TargetState.SCHEDULED, TargetState.QUEUED):
        reasons["worker"] = unexplained(target, now)
    reasons = {name: seconds for name, seconds in reasons.items() if seconds > 0}
    total = sum(reasons.values())
    if total < NOTABLE.total_seconds():
        return None
    label = adapter_for(target.platform, target.account.via).label
    told = sorted(reasons.items(), key=lambda item: -item[1])
    causes = [
        (_BECAUSE[name].format(label=label), _length(seconds))
        for name, seconds in told
        if name in _BECAUSE and (seconds > PART or len(told) == 1)
    ]
    # One cause took all of it: its length is said already.
    because = "; ".join(f"{words} ({length})" if len(causes) > 1 else words for words, length in causes)
    return Lateness(
        total, reasons, f"Late by {_length(total)}: {because}." if because else f"Late by {_length(total)}."
    )


def unexplained(target: PostTarget, begun: datetime) -> int:
    """Seconds between its time and `begun` in which it waited for nothing that is written down: it was our doing."""
    if target.due_at is None:
        return 0
    return max(0, _seconds(begun - target.due_at) - sum(int(seconds) for seconds in target.delays.values()))


def _seconds(delta: timedelta) -> int:
    return max(0, round(delta.total_seconds()))


def _length(seconds: int) -> str:
    """A length of time in words: `4 minutes`, `2 h 10 min`, `1 day 3 h`."""
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return counted(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, hours = divmod(hours, 24)
    return counted(days, "day") + (f" {hours} h" if hours else "")
