"""Proposals of how a post's text could read on each platform. A proposal changes nothing: a person takes it or not."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from accounts import policy
from accounts.policy import Action
from ai.captions.services import WrittenCaption, write_caption
from core.actor import Actor
from core.errors import ValidationFailed
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import Post, PostTarget

_TOPIC_CHARS = 500
_NO_TEXT = "Write a text first: it is what is fitted to each platform."


@dataclass(frozen=True, slots=True)
class Proposal:
    """One account's text as it could be. `text` is caption and hashtags together; lengths in the platform's unit."""

    target: PostTarget
    text: str
    written: WrittenCaption


def propose(
    *, actor: Actor, text: str, platform: str, tone: str = "casual", context: str = "", hashtags: int = 0
) -> WrittenCaption:
    """A text fitted to one platform, with so many hashtags beside its own; errors are the gateway's.

    Raises `ValidationFailed` without a text.
    """
    policy.require(actor, Action.WRITE)
    if not text.strip():
        raise ValidationFailed(PublishingError.TEXT_MISSING, _NO_TEXT, fields={"text": [_NO_TEXT]})
    topic = text.strip().splitlines()[0][:_TOPIC_CHARS]
    return write_caption(
        actor=actor, topic=topic, platform=platform, tone=tone, context=context, text_to_fit=text, count=hashtags
    )


def optimize(
    *, actor: Actor, post_id: UUID, account_ids: Collection[UUID] = (), tone: str = "casual"
) -> list[Proposal]:
    """Proposals for a post's accounts (all, or those named): each platform is asked for once."""
    policy.require(actor, Action.WRITE)
    post = selectors.post(actor, post_id)
    chosen = [row for row in post.targets.all() if not account_ids or row.account_id in account_ids]
    unknown = set(account_ids) - {row.account_id for row in chosen}
    if unknown or not chosen:
        sentence = "The post does not go to this account." if unknown else "Choose an account for the post first."
        raise ValidationFailed(PublishingError.ACCOUNT_CHOICE, sentence, fields={"account_ids": [sentence]})
    written: dict[tuple[str, str], WrittenCaption] = {}
    found = []
    for target in chosen:
        key = target.platform, _text_of(post, target)
        if key not in written:
            written[key] = propose(actor=actor, text=key[1], platform=key[0], tone=tone, context=post.campaign)
        found.append(Proposal(target, written[key].text, written[key]))
    return found


def _text_of(post: Post, target: PostTarget) -> str:
    return post.text if target.text is None else target.text
