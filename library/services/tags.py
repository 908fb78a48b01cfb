"""Tags of templates and drafts: those of the workspace, by name."""

from collections.abc import Sequence
from typing import Any

from library.models import PostTag, Template, TemplateTag
from publishing.models import Post
from videos.services.tagging import clean_names, tags_named

_THROUGH: dict[type[Any], tuple[type[Any], str]] = {Template: (TemplateTag, "template"), Post: (PostTag, "post")}


def put(row: Template | Post, names: Sequence[str]) -> list[str]:
    """Make these the tags of a template or draft, inside the caller's transaction; their names as they are kept."""
    through, name = _THROUGH[type(row)]
    names = clean_names(names, "template" if name == "template" else "draft")
    wanted = tags_named(row.workspace_id, names)
    mine = through.objects.filter(**{name: row})
    mine.exclude(tag__in=wanted).delete()
    present = set(mine.values_list("tag_id", flat=True))
    for tag in wanted:
        if tag.pk not in present:
            through.objects.create(workspace_id=row.workspace_id, tag=tag, **{name: row})
    return names
