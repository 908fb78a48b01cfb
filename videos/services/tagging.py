"""The words of a workspace that its videos, drafts and templates are found by."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from core.errors import ValidationFailed
from core.formatting import counted
from videos.errors import VideoError
from videos.models import Tag
from videos.services.names import clean_name

TAG_LENGTH = 40
MOST_TAGS = 20


def clean_names(tags: Iterable[str], noun: str) -> list[str]:
    """Names of tags as they are kept, each once whatever its case. `noun` is what shall carry them."""
    names: dict[str, str] = {}
    for tag in tags:
        if tag.strip():
            name = clean_name(tag.lstrip("#"), field="tag", longest=TAG_LENGTH)
            names.setdefault(name.casefold(), name)
    if len(names) > MOST_TAGS:
        sentence = f"A {noun} may have {counted(MOST_TAGS, 'tag')}; these are {len(names)}."
        raise ValidationFailed(VideoError.TOO_MANY_TAGS, sentence, fields={"tags": [sentence]})
    return list(names.values())


def tags_named(workspace_id: UUID, names: Sequence[str]) -> list[Tag]:
    """The tags of these names; those that are not there yet are made."""
    return [_tag(workspace_id, name) for name in names]


def _tag(workspace_id: UUID, name: str) -> Tag:
    tag = Tag.objects.for_workspace(workspace_id).filter(name__iexact=name).first()
    return tag or Tag.objects.create(workspace_id=workspace_id, name=name)
