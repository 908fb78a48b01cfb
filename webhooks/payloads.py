"""What messages say: ids, states, links and times. Never texts, tokens, or addresses that open a file."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from editing.models import Edit, Rendition
from publishing.models import ApprovalRequest, Post, PostTarget, SocialAccount
from videos.models import Video
from webhooks.catalog import VERSION, EventType

Data = dict[str, Any]


def body(type_: str, workspace_id: UUID, at: datetime, data: Data) -> str:
    """The message as it is sent."""
    whole = {
        "type": type_, "version": VERSION, "timestamp": _time(at), "workspace_id": str(workspace_id), "data": data,
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def describe(type_: EventType, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Data]:
    """The data of an event for each of its subjects; those that are gone are left out."""
    found = _SUBJECTS[type_.subject](workspace_id, ids)
    if type_.status:
        for data in found.values():
            data["status"] = type_.status
    return found


def _time(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _page(name: str, *args: object) -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse(name, args=args)}"


def _posts(workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Data]:
    rows = Post.objects.for_workspace(workspace_id).filter(pk__in=ids).prefetch_related("targets")
    return {
        post.pk: {
            "id": str(post.pk),
            "status": post.state,
            "campaign": post.campaign,
            "url": _page("post_detail", post.pk),
            "created_at": _time(post.created_at),
            "targets": [_share(row) for row in sorted(post.targets.all(), key=lambda row: (row.platform, row.pk))],
        }
        for post in rows
    }


def _targets(workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Data]:
    return {
        row.pk: {**_share(row), "post_id": str(row.post_id), "url": _page("post_detail", row.post_id)}
        for row in PostTarget.objects.for_workspace(workspace_id).filter(pk__in=ids)
    }


def _share(row: PostTarget) -> Data:
    return {
        "id": str(row.pk),
        "account_id": str(row.account_id),
        "platform": row.platform,
        "status": row.state,
        "status_group": row.status_group.value,
        "scheduled_at": _time(row.due_at),
        "published_at": _time(row.published_at),
        "platform_post_id": row.external_id or None,
        "platform_url": row.permalink or None,
        "error_code": row.error_code or None,
    }


def _videos(workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Data]:
    return {
        video.pk: {
            "id": str(video.pk),
            "status": video.status,
            "url": _page("video_detail", video.pk),
            "created_at": _time(video.created_at),
            "error_code": video.error_code or None,
        }
        for video in Video.objects.for_workspace(workspace_id).filter(pk__in=ids)
    }


def _edits(workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Data]:
    rows = Edit.objects.for_workspace(workspace_id).filter(pk__in=ids).prefetch_related("renditions")
    return {
        edit.pk: {
            "id": str(edit.pk),
            "video_id": str(edit.video_id) if edit.video_id else None,
            "status": edit.state,
            "url": _page("edit_detail", edit.pk),
            "finished_at": _time(edit.finished_at),
            "error_code": edit.error_code or None,
            "renditions": [
                {"id": str(row.pk), "key": row.key, "status": row.state}
                for row in edit.renditions.all()
                if row.purpose == Rendition.Purpose.EXPORT
            ],
        }
        for edit in rows
    }


def _accounts(workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Data]:
    return {
        account.pk: {
            "id": str(account.pk),
            "platform": account.platform,
            "status": account.status,
            "url": _page("connections"),
        }
        for account in SocialAccount.objects.for_workspace(workspace_id).filter(pk__in=ids)
    }


def _approvals(workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Data]:
    return {
        row.pk: {
            "id": str(row.pk),
            "post_id": str(row.post_id),
            "status": row.state,
            "number": row.number,
            "level": row.level + 1,
            "levels": len(row.levels),
            "url": _page("post_detail", row.post_id),
            "created_at": _time(row.created_at),
            "deadline_at": _time(row.deadline_at),
            "decided_at": _time(row.decided_at),
        }
        for row in ApprovalRequest.objects.for_workspace(workspace_id).filter(pk__in=ids)
    }


_SUBJECTS: Mapping[str, Callable[[UUID, Collection[UUID]], dict[UUID, Data]]] = {
    "post": _posts,
    "target": _targets,
    "video": _videos,
    "edit": _edits,
    "account": _accounts,
    "approval": _approvals,
}
