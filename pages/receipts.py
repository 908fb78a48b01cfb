"""How a post's targets and their receipts read on a page."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from core.actor import Actor
from publishing import lateness, selectors
from publishing.models import Attempt, Post, PostTarget
from publishing.platforms.registry import adapter_for
from publishing.states import EDITABLE, IN_FLIGHT, TargetState, WaitReason

STEPS = {
    "convert": "Converted a file",
    "creator_info": "Asked what the account allows",
    "init": "Announced the upload",
    "photos": "Handed over the photos",
    "session": "Opened the upload",
    "chunk": "Uploaded a part",
    "last_chunk": "Uploaded the last part",
    "probe": "Asked how much has arrived",
    "status": "Asked whether it is published",
    "processing": "Asked whether it is processed",
    "thumbnail": "Set the thumbnail",
    "reconcile": "Looked whether it is live",
}
WORDS = {
    TargetState.DRAFT: "Not sent yet.",
    TargetState.QUEUED: "Waiting for its turn; starts within seconds.",
    TargetState.PREPARING: "Talking to {label}.",
    TargetState.UPLOADING: "Uploading to {label}.",
    TargetState.PUBLISHING: "Sending the last part to {label}.",
    TargetState.PROCESSING: "{label} has the video and is processing it. This takes from seconds to some minutes.",
    TargetState.PUBLISHED: "Live on {label}.",
    TargetState.CANCELLED: "Cancelled. Nothing was published.",
}
_RETRYABLE = (TargetState.FAILED, TargetState.WAITING, TargetState.ACTION_REQUIRED)


@dataclass(frozen=True, slots=True)
class Line:
    """Some like receipts in a row."""

    label: str
    outcome: str
    count: int
    at: datetime
    sentence: str
    words: str
    status: int | None
    commit: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One account's share as the page shows it."""

    target: PostTarget
    label: str
    sentence: str
    words: str
    lines: list[Line] = field(default_factory=list)
    late: str = ""

    @property
    def moving(self) -> bool:
        """Whether a progress bar makes sense."""
        return self.target.state in (
            TargetState.PREPARING, TargetState.UPLOADING, TargetState.PROCESSING, TargetState.PUBLISHING,
        )  # fmt: skip

    @property
    def can_retry(self) -> bool:
        return self.target.state in _RETRYABLE

    @property
    def retry_label(self) -> str:
        return "Try again now" if self.target.state == TargetState.WAITING else "Try again"

    @property
    def can_cancel(self) -> bool:
        waiting = self.target.state in IN_FLIGHT or self.target.state == TargetState.SCHEDULED
        return waiting and not self.target.committed

    @property
    def wants_reconnect(self) -> bool:
        return self.target.state == TargetState.ACTION_REQUIRED and self.target.error_code == "auth_expired"

    @property
    def can_look(self) -> bool:
        return self.target.state == TargetState.UNCONFIRMED


def _sentence(target: PostTarget, label: str) -> str:
    if target.state in (TargetState.WAITING, TargetState.FAILED, TargetState.ACTION_REQUIRED, TargetState.UNCONFIRMED):
        return target.error_sentence
    if target.state == TargetState.PUBLISHED and target.note:
        return f"{WORDS[TargetState.PUBLISHED].format(label=label)} {target.note}"
    return WORDS.get(TargetState(target.state), "").format(label=label)


def _late(target: PostTarget) -> str:
    found = lateness.of(target)
    return found.sentence if found else ""


def _lines(attempts: list[Attempt]) -> list[Line]:
    found = []
    for _, group in groupby(attempts, key=lambda row: (row.step, row.outcome, row.sentence, row.platform_message)):
        like = list(group)
        last = like[-1]
        found.append(
            Line(
                STEPS.get(last.step, last.step.replace("_", " ")),
                last.get_outcome_display() if last.outcome else "Under way",
                len(like),
                last.started_at,
                last.sentence,
                last.platform_message,
                last.http_status,
                last.effect == "commit",
            )
        )
    return found


def rows(actor: Actor, post: Post) -> list[Row]:
    """The post's targets with what happened to each."""
    by_target: dict[object, list[Attempt]] = {}
    for attempt in selectors.attempts(actor, post.pk):
        by_target.setdefault(attempt.target_id, []).append(attempt)
    return [
        Row(
            target,
            adapter_for(target.platform, target.account.via).label,
            _sentence(target, adapter_for(target.platform, target.account.via).label),
            target.error_words if target.error_code else "",
            _lines(by_target.get(target.pk, [])),
            _late(target),
        )
        for target in post.targets.all()
    ]


def still_open(post: Post) -> bool:
    """Whether anything may still change by itself or by the person."""
    return any(row.state in IN_FLIGHT or row.state in EDITABLE for row in post.targets.all())


def wait_label(target: PostTarget) -> str:
    """Why it waits, in two words."""
    return WaitReason(target.wait_reason).label if target.wait_reason else ""
