"""Every address of the product, found by walking the URL configuration, and how each may be reached."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, resolve

METHODS = ("get", "post", "put", "patch", "delete")

# What `{pk}` names, by the segment before it.
_THINGS = {
    "approvals": "approval_id",
    "comments": "comment_id",
    "videos": "video_id", "folders": "folder_id", "tags": "tag_id", "strategies": "strategy_id", "scripts": "script_id",
    "edits": "edit_id", "renditions": "rendition_id", "jobs": "job_id", "uploads": "upload_id", "media": "media_id",
    "templates": "template_id", "posts": "post_id", "accounts": "account_id", "social-accounts": "account_id",
    "patterns": "pattern_id", "choices": "choice_id", "library": "item_id", "hashtag-groups": "group_id",
    "signatures": "signature_id", "queues": "account_id", "blackout-days": "blackout_id",
    "recurring-posts": "rule_id",
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """An address: `path` with `{names}` for its parameters."""

    path: str
    name: str
    params: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    def fill(self, ids: dict[str, object]) -> str:
        return re.sub(r"{(\w+)}", lambda match: str(ids[match.group(1)]), self.path)


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for entry in patterns:
        text = str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, prefix + text)
            continue
        full = "/" + prefix + text
        if full.startswith("/admin/"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", full)
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", path).replace("^", "").replace("$", "").replace("\\.", ".")
        path = re.sub(r"([\w-]+)/{pk}", lambda match: f"{match.group(1)}/{{{_THINGS[match.group(1)]}}}", path)
        yield Route(path, entry.name or "", tuple(re.findall(r"{(\w+)}", path)))


def routes() -> list[Route]:
    """All routes but the admin's, which only operators reach."""
    found = {}
    for route in _walk(get_resolver().url_patterns, ""):
        if route.path.endswith(".*") or "format" in route.params:
            continue
        found.setdefault(route.path, route)
    return list(found.values())


def handler(path: str, method: str) -> Any:
    """The function of the API's view that answers a method at a filled path; None where it answers 405."""
    view: Any = resolve(path).func
    owner = getattr(view, "cls", None) or getattr(view, "view_class", None)
    name = view.actions.get(method) if getattr(view, "actions", None) else method
    return getattr(owner, name, None) if owner and name else None


def fields_of(path: str, method: str) -> set[str]:
    """The names of the fields that an endpoint's JSON body may have."""
    takes = getattr(handler(path, method), "takes", None)
    shape = takes.request if takes else None
    shape = shape.get("application/json") if isinstance(shape, dict) else shape
    return {name for name, field in shape().fields.items() if not field.read_only} if shape else set()
