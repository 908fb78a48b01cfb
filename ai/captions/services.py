"""Captions for people and programs: asked through the gateway, made to fit the platform whoever wrote them."""

from dataclasses import dataclass
from typing import Any

from ai import gateway
from ai.captions import PURPOSE, cutting, fitting
from ai.captions.fitting import Fitted
from ai.captions.schema import Caption, CaptionRequest
from ai.errors import AiError
from ai.language import language_of
from core.actor import Actor
from core.errors import ValidationFailed
from core.text import entities
from core.text.entities import EntityKind
from platforms import PLATFORMS

MOST_TAGS = 30


@dataclass(frozen=True, slots=True)
class WrittenCaption:
    """A caption that fits. `text` is caption and hashtags as they are posted; `length` and `limit` are its, in the
    platform's own `unit`. `left_out`: sentences that say what of a given text could not be kept."""

    text: str
    caption: str
    hashtags: list[str]
    platform: str
    length: int
    limit: int
    unit: str
    left_out: list[str]
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
    request = CaptionRequest.model_validate(asked)
    fitted = _fitted(request, written)
    caption, tags = fitting.parted(fitted.text)
    spec = PLATFORMS[request.platform].text
    return WrittenCaption(
        text=fitted.text,
        caption=caption,
        hashtags=tags,
        platform=request.platform,
        length=spec.measure(fitted.text),
        limit=spec.most,
        unit=spec.unit,
        left_out=[str(each) for each in fitted.left_out],
        offline=answer.offline,
        source=answer.source,
        model=answer.model,
    )


def _fitted(request: CaptionRequest, written: Caption) -> Fitted:
    """Whoever wrote it: it fits, and of a given text nothing is lost that is not named."""
    where = request.platform
    if not request.text:
        caption, tags = cutting.fit(written.caption, cutting.hashtags(written.hashtags, where, request.count), where)
        return Fitted(cutting.compose(caption, tags))
    given = [one.text for one in entities.find(request.text) if one.kind is EntityKind.HASHTAG]
    mentioned = {tag.casefold() for tag in given}
    new = [tag for tag in cutting.hashtags(written.hashtags, where, MOST_TAGS) if tag.casefold() not in mentioned]
    kept = [tag for tag in written.hashtags if tag.casefold() in mentioned]
    if not fitting.fit(request.text, where).text:
        sentence = f"Nothing of this text fits {PLATFORMS[where].label}: its words are longer than what it takes."
        raise ValidationFailed(AiError.REQUEST_INVALID, sentence, fields={"text": [sentence]})
    return fitting.restored(request.text, cutting.compose(written.caption, [*kept, *new[: request.count]]), where)
