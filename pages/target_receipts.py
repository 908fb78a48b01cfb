"""How a post's targets and their receipts read on a page."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

from core.actor import Actor
from pages.target_contents import Share, share_of
from publishing import selectors
from publishing.errors import TargetError
from publishing.models import Attempt, Delivery, Post, PostTarget
from publishing.platforms.registry import adapter_for
from publishing.schedule import lateness
from publishing.states import HOLDING, IN_FLIGHT, PLANNED, TargetState

STEPS = {
    "convert": "Converted a file",
    "creator_info": "Asked what the account allows",
    "limit": "Asked how many posts the account may still make",
    "init": "Announced the upload",
    "initialize": "Announced the upload",
    "start": "Announced the upload",
    "session": "Opened the upload",
    "presign": "Opened the upload",
    "container": "Announced the post",
    "item": "Handed over a file",
    "item_status": "Asked whether the files are processed",
    "photo": "Uploaded a photo",
    "photos": "Handed over the photos",
    "upload": "Uploaded the file",
    "transfer": "Uploaded the file",
    "chunk": "Uploaded a part",
    "part": "Uploaded a part",
    "piece": "Uploaded a part",
    "append": "Uploaded a part",
    "last_chunk": "Uploaded the last part",
    "probe": "Asked how much has arrived",
    "finalize": "Finished the upload",
    "post": "Sent the post",
    "publish": "Sent the post",
    "finish": "Sent the post",
    "status": "Asked how far the post is",
    "processing": "Asked whether it is processed",
    "thumbnail": "Set the thumbnail",
    "permalink": "Asked for the link of the post",
    "find": "Looked whether it is live",
    "listing": "Looked whether it is live",
    "reconcile": "Looked whether it is live",
}
WORDS = {
    TargetState.DRAFT: "Not sent yet.",
    TargetState.NEEDS_APPROVAL: "Goes out once it is approved.",
    TargetState.QUEUED: "Waiting for its turn; starts within seconds.",
    TargetState.PREPARING: "Talking to {label}.",
    TargetState.UPLOADING: "Uploading to {label}.",
    TargetState.PUBLISHING: "Publishing on {label}.",
    TargetState.PROCESSING: "{label} has everything and is processing it. This takes from seconds to some minutes.",
    TargetState.PUBLISHED: "Live on {label}.",
    TargetState.IN_INBOX: "Handed over to {label} as a draft.",
    TargetState.CANCELLED: "Cancelled. Nothing was published.",
}
# Their sentence says what happened and what comes next.
_SAID = (*HOLDING, *sorted(PLANNED), TargetState.FAILED)
_RETRYABLE = (TargetState.FAILED, TargetState.WAITING, TargetState.ACTION_REQUIRED)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
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
class TargetRow:
    """One account's share as the page shows it."""

    target: PostTarget
    label: str
    sentence: str
    words: str
    share: Share
    lines: list[ReceiptLine] = field(default_factory=list)
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
        waiting = self.target.state in IN_FLIGHT | PLANNED
        return waiting and not self.target.committed

    @property
    def wants_reconnect(self) -> bool:
        parked = self.target.state in (TargetState.ACTION_REQUIRED, TargetState.SCHEDULED)
        return parked and self.target.error_code == TargetError.AUTH_EXPIRED

    @property
    def in_inbox(self) -> bool:
        """Whether the person has still to post it in the platform's app."""
        return self.target.state == TargetState.IN_INBOX

    @property
    def can_look(self) -> bool:
        return self.target.state == TargetState.UNCONFIRMED


def _sentence(target: PostTarget, label: str) -> str:
    state = TargetState(target.state)
    if state in _SAID and not (state == TargetState.NEEDS_APPROVAL and not target.error_code):
        return target.error_sentence
    if state in (TargetState.PUBLISHED, TargetState.IN_INBOX) and target.note:
        return f"{WORDS[state].format(label=label)} {target.note}"
    return WORDS.get(TargetState(target.state), "").format(label=label)


def _late(target: PostTarget) -> str:
    found = lateness.of(target)
    return found.sentence if found else ""


def _lines(attempts: list[Attempt]) -> list[ReceiptLine]:
    found = []
    for _, group in groupby(attempts, key=lambda row: (row.step, row.outcome, row.sentence, row.platform_message)):
        like = list(group)
        last = like[-1]
        found.append(
            ReceiptLine(
                STEPS.get(last.step, last.step.replace("_", " ").capitalize()),
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


def rows(actor: Actor, post: Post) -> list[TargetRow]:
    """The post's targets with what each gets and what happened to it."""
    attempts: dict[UUID, list[Attempt]] = defaultdict(list)
    for attempt in selectors.attempts(actor, post.pk):
        attempts[attempt.target_id].append(attempt)
    deliveries: dict[UUID, list[Delivery]] = defaultdict(list)
    for delivery in selectors.deliveries(actor, post.pk):
        deliveries[delivery.target_id].append(delivery)
    return [_row(post, target, attempts[target.pk], deliveries[target.pk]) for target in post.targets.all()]


def _row(post: Post, target: PostTarget, attempts: list[Attempt], deliveries: list[Delivery]) -> TargetRow:
    label = adapter_for(target.platform, target.account.via).label
    target.post = post
    return TargetRow(
        target=target,
        label=label,
        sentence=_sentence(target, label),
        words=target.error_words if target.error_code else "",
        share=share_of(target, attempts, deliveries),
        lines=_lines(attempts),
        late=_late(target),
    )
