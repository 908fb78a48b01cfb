"""Captions for people and programs: asked through the gateway, made to fit the platform whoever wrote them."""

from dataclasses import dataclass
from typing import Any

from ai import gateway
from ai.captions import PURPOSE, text
from ai.captions.limits import SPECS, Platform
from ai.captions.schema import Caption, CaptionRequest
from ai.language import language_of
from core.actor import Actor


@dataclass(frozen=True, slots=True)
class WrittenCaption:
    """A caption that fits. `length` and `limit` are in the platform's own unit, hashtags included."""

    caption: str
    hashtags: list[str]
    platform: Platform
    length: int
    limit: int
    offline: bool
    source: str
    model: str


def write_caption(
    *,
    actor: Actor,
    topic: str,
    platform: str,
    tone: str = "casual",
    context: str = "",
    text_to_fit: str = "",
    count: int = 5,
    language: str = "",
) -> WrittenCaption:
    """Write (or with `text_to_fit` optimise) a caption for one platform. Errors: those of the gateway."""
    asked: dict[str, Any] = {
        "topic": topic,
        "platform": platform,
        "tone": tone,
        "context": context,
        "text": text_to_fit,
        "count": count,
        "language": language or language_of(actor),
    }
    answer = gateway.generate(PURPOSE, asked, actor)
    written: Caption = answer.value
    where = CaptionRequest.model_validate(asked).platform
    tags = text.hashtags(written.hashtags, where, count)
    caption, tags = text.fit(written.caption, tags, where)
    return WrittenCaption(
        caption=caption,
        hashtags=tags,
        platform=where,
        length=SPECS[where].measure(text.compose(caption, tags)),
        limit=SPECS[where].limit,
        offline=answer.offline,
        source=answer.source,
        model=answer.model,
    )
