"""What a video's own node says of it: whether it is public, still a draft, or dead."""

from collections.abc import Mapping
from typing import Any

from publishing.platforms.facebook import accounts
from publishing.platforms.meta import errors


def is_draft(found: Mapping[str, Any]) -> bool:
    """Whether Facebook says that nothing of a video's publication has begun. What it does not say is no draft."""
    phase = (found.get("status") or {}).get("publishing_phase") or {}
    return phase.get("status") == "not_started" and phase.get("publish_status", "draft") == "draft"


def unfinished(found: Mapping[str, Any]) -> bool:
    """Whether `finish` certainly did not arrive: a draft that waits, its processing over or not begun."""
    processing = ((found.get("status") or {}).get("processing_phase") or {}).get("status", "not_started")
    return is_draft(found) and processing in ("not_started", "complete")


def published(found: Mapping[str, Any]) -> bool:
    """Whether a video is public. Raises what its error means: it is dead."""
    status = found.get("status") or {}
    state = str(status.get("video_status", ""))
    phases = [status.get(name) or {} for name in ("uploading_phase", "processing_phase", "publishing_phase")]
    wrong = [error for phase in phases if phase.get("status") == "error" for error in phase.get("errors") or [{}]]
    if wrong or state in ("error", "expired", "upload_failed"):
        first = wrong[0] if wrong else {}
        raise errors.failure(str(first.get("message") or state), accounts.LABEL, str(first.get("code") or ""))
    publishing = phases[2]
    done = publishing.get("status") == "complete" or publishing.get("publish_status") == "published"
    return state == "ready" and done
