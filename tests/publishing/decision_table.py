"""Every outcome that the engine decides on, with what follows: the table in docs/publishing.md.

`python -m tests.publishing.decision_table` writes it there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from publishing.engine.decide import decide
from publishing.engine.decide import outcomes as happened
from publishing.engine.decide.model import GoOn, JudgeToken, Pause, RenewTokens, Rules, State, Stop, Transition
from publishing.platforms.base import (
    Accepted,
    Adapter,
    Checkpoint,
    Effect,
    Live,
    Next,
    NotThere,
    PublishStep,
    Spec,
    Unknown,
    Wait,
)  # fmt: skip
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.states import TargetState as S

DOCS = Path(__file__).parents[2] / "docs" / "publishing.md"
BEGIN, END = "<!-- decisions: python -m tests.publishing.decision_table -->", "<!-- end of decisions -->"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHUNK = PublishStep("chunk", Effect.SAFE, S.UPLOADING)
POST = PublishStep("post", Effect.COMMIT, S.PUBLISHING)
POLL = PublishStep("status", Effect.SAFE, S.PROCESSING)
MID = Checkpoint({"at": "middle", "asked": True, "reserved": "chunk"}, {"upload": "https://up.example"}, NOW + HOUR)


def _next_step(spec: Spec, checkpoint: Checkpoint) -> PublishStep:
    return POST if checkpoint.get("parts_left") else POLL


def platform(*, refuses_repeats: bool = False) -> Adapter:
    """A platform as far as decisions know it."""
    stub = SimpleNamespace(
        label="Tube",
        refuses_repeats=refuses_repeats,
        step=_next_step,
        recover=lambda checkpoint, step: checkpoint.with_data(recovered=step),
        reask=lambda checkpoint: checkpoint.without("asked"),
    )
    return cast(Adapter, stub)


SPEC = Spec("youtube", "Words", "", {}, ())
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15))
RULES = Rules(platform(), SPEC, DELAYS)
FRESH = State(S.UPLOADING, checkpoint=MID)
SENT = State(S.PROCESSING, committed=True, checkpoint=MID, committed_at=NOW - HOUR)
# While a commit step's call is under way, its target is marked as committed.
SENDING = State(S.PUBLISHING, committed=True, checkpoint=MID, committed_at=NOW)
LOOKING = State(S.UNCONFIRMED, committed=True, checkpoint=MID, committed_at=NOW, unconfirmed_at=NOW)


def changed(state: State, **values: Any) -> State:
    from dataclasses import replace

    return replace(state, **values)


def error(kind: ErrorKind, **more: Any) -> PlatformError:
    return PlatformError(kind, "It said no.", words="no", code="E1", **more)


@dataclass(frozen=True, slots=True)
class Case:
    """One outcome, in each of the situations that it may meet (`before` or `after` something was sent)."""

    words: str
    outcome: object
    states: Mapping[str, State] = field(default_factory=dict)


BOTH = {"before": FRESH, "after": SENT}
COMMIT = {"after": SENDING}
LOOK = {"after": LOOKING}
TIRED = {"before": changed(FRESH, transient_count=3), "after": changed(SENT, transient_count=3)}
RENEWED = {"before": changed(FRESH, renewed=True), "after": changed(SENT, renewed=True)}
HELD = {"before": changed(FRESH, checkpoint=MID.with_data(held=True))}
STALE = {"before": changed(FRESH, checkpoint=MID.with_data(restarts=1))}
OLD = {"after": changed(SENT, committed_at=NOW - 25 * HOUR)}
HALF_HOUR = {"after": changed(LOOKING, unconfirmed_at=NOW - timedelta(minutes=31))}
ASKED = {"after": changed(LOOKING, unconfirmed_at=NOW - 2 * HOUR, asked_at=NOW - HOUR)}
DAY = {"after": changed(LOOKING, unconfirmed_at=NOW - 25 * HOUR, asked_at=NOW - 24 * HOUR)}
TWICE_MISSED = {"after": changed(LOOKING, negatives=2, negative_since=NOW - timedelta(minutes=10))}
TOO_SOON = {"after": changed(LOOKING, negatives=2, negative_since=NOW - timedelta(minutes=9))}
LATE_LOOK = {"after": changed(LOOKING, committed_at=NOW - 25 * HOUR)}
INBOX = {"after": State(S.IN_INBOX, committed=True)}
LIVE_ROW = {"after": State(S.PUBLISHED, committed=True)}

CASES = [
    # An answer
    Case("a step was made", happened.Answered(CHUNK, Next(MID, 40)), BOTH),
    Case("the platform needs time", happened.Answered(POLL, Wait(MID, timedelta(seconds=30))), BOTH),
    Case("the commit step was made", happened.Answered(POST, Next(MID)), COMMIT),
    Case("the commit step was taken in part", happened.Answered(POST, Next(MID.with_data(parts_left=1))), COMMIT),
    Case("the post is live", happened.Answered(POST, Live(MID, "id1", "https://tube.example/1")), COMMIT),
    Case(
        "the post is live, its link not yet known",
        happened.Answered(POLL, Live(MID, settle_after=HOUR)),
        {"after": SENT},
    ),
    Case("the draft is in the person's inbox", happened.Answered(POST, Live(MID, public=False)), COMMIT),
    # Silence
    Case("no connection for a safe step", happened.Unreachable(CHUNK, "refused"), BOTH),
    Case("no connection for the commit step", happened.Unreachable(POST, "refused"), COMMIT),
    Case("no connection for the fourth time", happened.Unreachable(CHUNK, "refused"), TIRED),
    Case("no answer to a safe step", happened.Unanswered(CHUNK, "timeout"), BOTH),
    Case("no answer to the commit step", happened.Unanswered(POST, "timeout"), COMMIT),
    Case("the process died during a safe step", happened.Interrupted("chunk", committing=False), BOTH),
    Case("the process died during the commit step", happened.Interrupted("post", committing=True), COMMIT),
    # Refusals
    Case(
        "a safe step: the platform's own failure", happened.Refused(CHUNK, error(ErrorKind.TRANSIENT, status=503)), BOTH
    ),
    Case("the commit step: the platform's own failure", happened.Refused(POST, error(ErrorKind.TRANSIENT)), COMMIT),
    Case("what was prepared is worthless", happened.Refused(CHUNK, error(ErrorKind.TRANSIENT, restart=True)), BOTH),
    Case(
        "the commit step: what was prepared is worthless",
        happened.Refused(POST, error(ErrorKind.TRANSIENT, restart=True)),
        COMMIT,
    ),
    Case("a safe step: rate limit", happened.Refused(CHUNK, error(ErrorKind.RATE_LIMITED, until=NOW + HOUR)), BOTH),
    Case("rate limit without a time", happened.Refused(CHUNK, error(ErrorKind.RATE_LIMITED)), BOTH),
    Case(
        "the commit step: rate limit", happened.Refused(POST, error(ErrorKind.RATE_LIMITED, until=NOW + HOUR)), COMMIT
    ),
    Case("daily quota", happened.Refused(CHUNK, error(ErrorKind.QUOTA, until=NOW + HOUR)), BOTH),
    Case("daily quota without a time", happened.Refused(CHUNK, error(ErrorKind.QUOTA)), BOTH),
    Case("suspected spam", happened.Refused(CHUNK, error(ErrorKind.SPAM_HOLD)), BOTH),
    Case("suspected spam for the second time", happened.Refused(CHUNK, error(ErrorKind.SPAM_HOLD)), HELD),
    Case("the token is refused", happened.Refused(CHUNK, error(ErrorKind.AUTH_EXPIRED, token_problem=True)), BOTH),
    Case(
        "the commit step: the token is refused",
        happened.Refused(POST, error(ErrorKind.AUTH_EXPIRED, token_problem=True)),
        COMMIT,
    ),
    Case(
        "a renewed token is refused",
        happened.Refused(CHUNK, error(ErrorKind.AUTH_EXPIRED, token_problem=True)),
        RENEWED,
    ),
    Case(
        "it was replaced meanwhile",
        happened.TokenJudged(error(ErrorKind.AUTH_EXPIRED, token_problem=True), replaced=True),
        BOTH,
    ),
    Case(
        "it is the newest",
        happened.TokenJudged(error(ErrorKind.AUTH_EXPIRED, token_problem=True), replaced=False),
        BOTH,
    ),
    Case("the renewal is refused", happened.RenewalRefused(error(ErrorKind.AUTH_EXPIRED)), BOTH),
    Case("the renewal is not answered", happened.NotRenewed("timeout"), BOTH),
    Case("the connection is dead", happened.Refused(CHUNK, error(ErrorKind.AUTH_EXPIRED), called=False), BOTH),
    Case("the account cannot be posted to", happened.Refused(CHUNK, error(ErrorKind.ACCOUNT_TYPE)), BOTH),
    Case("the content is refused", happened.Refused(CHUNK, error(ErrorKind.REJECTED)), BOTH),
    Case("the commit step: the content is refused", happened.Refused(POST, error(ErrorKind.REJECTED)), COMMIT),
    Case("the format is refused", happened.Refused(CHUNK, error(ErrorKind.UNSUPPORTED_FORMAT)), BOTH),
    Case("the platform ended the post", happened.Refused(POLL, error(ErrorKind.REJECTED, dead=True)), {"after": SENT}),
    # Before a call
    Case("processed for more than a day", happened.Overdue(), OLD),
    Case("nobody approved it, and it must be", happened.NotApproved(), {"before": FRESH}),
    Case("what was prepared has run out", happened.Expired(), {"before": FRESH}),
    Case("what was prepared has run out again", happened.Expired(), STALE),
    Case("a file is being converted", happened.Converting(), {"before": FRESH}),
    Case("a file cannot be converted", happened.NotConverted("It cannot be converted."), {"before": FRESH}),
    Case("the account rests", happened.AccountRests(NOW + HOUR, ""), {"before": FRESH}),
    Case("no quota is left", happened.QuotaExhausted(NOW + HOUR, "None is left."), BOTH),
    Case("quota is reserved", happened.QuotaReserved("chunk", NOW + HOUR), BOTH),
    Case("the allowance is nearly used up", happened.AllowanceLow(NOW + HOUR), BOTH),
    Case("another post of the account commits", happened.LockTaken(), {"before": FRESH}),
    Case("the next rate slot is near", happened.SlotBooked(NOW + timedelta(seconds=20), {"slot": 1}), BOTH),
    Case("the next rate slot is far", happened.SlotBooked(NOW + HOUR, {"slot": 1}, committing=True), BOTH),
    # Looking
    Case("looking: it is live", happened.Found(Live(MID, "id1")), LOOK),
    Case("looking: the platform has it", happened.Found(Accepted(MID)), LOOK),
    Case("looking: the platform has it for more than a day", happened.Found(Accepted(MID)), LATE_LOOK),
    Case("looking: certainly not there", happened.Found(NotThere(MID, complete=True)), LOOK),
    Case("looking: not in the listing", happened.Found(NotThere(MID, complete=False)), LOOK),
    Case("looking: not in the listing, third time in ten minutes", happened.Found(NotThere(MID, False)), TWICE_MISSED),
    Case("looking: not in the listing, third time sooner", happened.Found(NotThere(MID, False)), TOO_SOON),
    Case("looking: nobody can say yet", happened.Found(Unknown("Not yet.")), LOOK),
    Case("looking: nobody can say for half an hour", happened.Found(Unknown("Not yet.")), HALF_HOUR),
    Case("looking: nobody can say, the person is asked", happened.Found(Unknown("Not yet.")), ASKED),
    Case("looking: nobody can say for a day", happened.Found(Unknown("Not yet.")), DAY),
    Case("looking: nobody will ever say", happened.Found(Unknown("Never.", for_good=True)), LOOK),
    Case("looking: no answer", happened.LookUnanswered("timeout"), LOOK),
    Case("looking: the platform's own failure", happened.LookRefused(error(ErrorKind.TRANSIENT)), LOOK),
    Case("looking: the content is refused", happened.LookRefused(error(ErrorKind.REJECTED)), LOOK),
    Case("looking: the platform ended the post", happened.LookRefused(error(ErrorKind.REJECTED, dead=True)), LOOK),
    Case("looking: rate limit", happened.LookRefused(error(ErrorKind.RATE_LIMITED, until=NOW + HOUR)), LOOK),
    Case("looking: rate slots are taken", happened.LookPostponed(NOW + timedelta(seconds=20), {"slot": 1}), LOOK),
    Case(
        "looking: the token is refused", happened.LookRefused(error(ErrorKind.AUTH_EXPIRED, token_problem=True)), LOOK
    ),
    Case(
        "looking: a renewed token is refused",
        happened.LookRefused(error(ErrorKind.AUTH_EXPIRED, token_problem=True)),
        {"after": changed(LOOKING, renewed=True)},
    ),
    Case(
        "looking: it is the newest",
        happened.TokenJudged(error(ErrorKind.AUTH_EXPIRED, token_problem=True), replaced=False),
        LOOK,
    ),
    Case("looking: the connection is dead", happened.LookRefused(error(ErrorKind.AUTH_EXPIRED), called=False), LOOK),
    # Afterwards
    Case("the job failed", happened.JobEnded("It broke."), BOTH),
    Case("the job was cancelled", happened.JobEnded("", cancelled=True), BOTH),
    Case("the job failed in the commit step", happened.JobEnded("It broke.", committing=True), COMMIT),
    Case("the link became known", happened.Settled(Live(MID, "id1", "https://tube.example/1"), "", ""), LIVE_ROW),
    Case("the inbox draft was posted", happened.Settled(Live(MID, "id1"), "", ""), INBOX),
    Case("the inbox draft waits", happened.Settled(Live(MID, public=False, settle_after=HOUR), "", ""), INBOX),
    Case("the inbox draft has ended", happened.SettlingRefused(error(ErrorKind.REJECTED, dead=True), HOUR), INBOX),
    Case("the platform refuses to say", happened.SettlingRefused(error(ErrorKind.REJECTED), HOUR), INBOX),
]


def decided(case: Case, when: str) -> Transition:
    return decide(RULES, case.states[when], case.outcome, NOW)


def told(state: State, found: Transition) -> str:
    """A transition in words."""
    parts = []
    if found.to is not None and found.to != state.state:
        reason = found.fields.get("wait_reason", "")
        parts.append(f"**{found.to.value}**" + (f" ({reason.value})" if reason else ""))
    if found.fields.get("committed") is False and state.committed:
        parts.append("nothing is sent")
    parts.extend(_checkpoint(state, found))
    if found.hold_account is not None:
        parts.append("the account rests")
    if found.account_problem:
        parts.append("the account is marked")
    if found.asks or (found.to == S.UNCONFIRMED and found.fields.get("asked_at")):
        parts.append("the person is asked")
    if found.settle_after is not None:
        parts.append("looks for the link later")
    return ", ".join([*parts, _then(found)])


def _checkpoint(state: State, found: Transition) -> list[str]:
    if found.checkpoint is None or found.to in (S.PUBLISHED, S.IN_INBOX, S.FAILED):
        return []
    if found.checkpoint.get("recovered"):
        return ["asks how far it got"]
    return ["starts over"] if state.checkpoint.get("at") and not found.checkpoint.get("at") else []


def _then(found: Transition) -> str:
    match found.then:
        case GoOn():
            return "goes on"
        case Pause(after):
            return f"again after {_length(after)}"
        case Stop():
            return "ends"
        case RenewTokens():
            return "renews the token"
        case JudgeToken():
            return "asks whether it was replaced"


def _length(after: timedelta) -> str:
    seconds = round(after.total_seconds())
    if seconds < 60 or seconds % 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def table() -> str:
    """The table as it stands in the docs."""
    lines = ["| what happened | nothing is sent yet | something is sent |", "|---|---|---|"]
    for case in CASES:
        cells = [told(case.states[when], decided(case, when)) if when in case.states else "" for when in BOTH]
        lines.append(f"| {case.words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def documented() -> str:
    """What stands in the docs now."""
    text = DOCS.read_text(encoding="utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip()


if __name__ == "__main__":
    text = DOCS.read_text(encoding="utf-8")
    head, tail = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    DOCS.write_text(f"{head}\n{table()}\n{tail}", encoding="utf-8")
