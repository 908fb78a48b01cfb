"""Making the posts of a file: each for itself and once, however often its rows come."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts import audit, policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import DomainError, ValidationFailed
from core.formatting import counted
from flows.errors import FlowError
from flows.spreadsheets.plan import SOURCE, Mistake, Plan, PlannedPost
from publishing.services import bulk, sending
from publishing.services.posts import Content
from publishing.services.sending import At, Draft, Timing

# So many mistakes are named in a refusal; a file has more only by one slip in every row.
MOST_TOLD = 2_000


@dataclass(frozen=True, slots=True)
class Written:
    """What was made of a file: posts by their first row, what was here already, what was refused, and the undo key."""

    made: Sequence[tuple[int, UUID]]
    here: Sequence[tuple[int, UUID]]
    left: Sequence[Mistake]
    undo: str


def write(*, actor: Actor, plan: Plan, only_right: bool = False) -> Written:
    """Make the posts of a checked file that are not here yet. With a mistake in any row nothing is made, unless
    `only_right` asks for the rows without one. Each post has a transaction of its own; a call that was cut off goes on
    when it is made again. Raises `ValidationFailed` (`rows_wrong`, with all mistakes in `details`).
    """
    policy.require(actor, Action.WRITE)
    mistakes = plan.mistakes
    if mistakes and not only_right:
        raise refusal(mistakes)
    made, here, left = [], [], list(mistakes)
    for post in plan.posts:
        row = post.rows[0]
        if post.state == "here" and post.made is not None:
            here.append((row, post.made))
        elif post.state != "wrong":
            try:
                made.append((row, _make(actor, post)))
            except DomainError as error:
                if error.status == 403:
                    raise
                left.append(Mistake(row, "", error.code, error.message))
    if made:
        changes = {"checksum": plan.table.checksum, "posts": len(made)}
        audit.record(actor, "post.import", ("workspace", actor.workspace_id), changes)
    return Written(made, here, left, bulk.key_of_made([post_id for _, post_id in made]))


def refusal(mistakes: Sequence[Mistake]) -> ValidationFailed:
    """Why nothing was made: every mistake with its row."""
    rows = len({mistake.row for mistake in mistakes})
    first = mistakes[0]
    verb = "is" if len(mistakes) == 1 else "are"
    sentence = (
        f"Nothing was made: there {verb} {counted(len(mistakes), 'mistake')} in {counted(rows, 'row')}. "
        f"The first, in row {first.row}: {first.message}"
    )
    told = [
        {"row": item.row, "column": item.column, "code": item.code, "message": item.message}
        for item in mistakes[:MOST_TOLD]
    ]
    return ValidationFailed(FlowError.ROWS_WRONG, sentence, {"mistakes": told})


def _make(actor: Actor, post: PlannedPost) -> UUID:
    assert post.source_id is not None
    said = post.content
    content = Content(said.text, said.media_ids, said.targets, said.campaign, (SOURCE, post.source_id))
    timing: Timing = Draft()
    if post.times:
        timing = At(next(iter(post.times.values())), post.times)
    # A post that was made before and deleted since may be made again.
    key = f"{SOURCE} {post.source_id} {post.times_deleted}"
    return sending.send(actor=actor, content=content, timing=timing, key=key).post.pk
