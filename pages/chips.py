"""Words, tones and icons by which pages show states and platforms. Pure data: no queries, no request."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Chip:
    """How one state looks: always a word with an icon, never a colour alone."""

    label: str
    tone: str
    icon: str


def _chip(label: str, tone: str, icon: str) -> Chip:
    return Chip(label, tone, icon)


# The icon that turns.
WORKING: Final = "loader-circle"

STATES: Final[dict[str, Chip]] = {
    # videos
    "uploading": _chip("Uploading", "info", "upload"),
    "uploaded": _chip("Uploaded", "neutral", "circle-check"),
    "checking": _chip("Checking", "info", WORKING),
    "processing": _chip("Processing", "info", WORKING),
    "analysing": _chip("Analysing", "info", WORKING),
    "processed": _chip("Ready", "success", "circle-check"),
    "ready": _chip("Ready", "success", "circle-check"),
    "archived": _chip("Archived", "neutral", "library"),
    # jobs, renders
    "running": _chip("Running", "info", WORKING),
    "rendering": _chip("Rendering", "info", WORKING),
    "pending": _chip("Waiting", "neutral", "clock"),
    "queued": _chip("Queued", "neutral", "clock"),
    "waiting": _chip("Waiting", "neutral", "hourglass"),
    "done": _chip("Done", "success", "circle-check"),
    "succeeded": _chip("Done", "success", "circle-check"),
    "completed": _chip("Done", "success", "circle-check"),
    "cancelling": _chip("Cancelling", "neutral", "ban"),
    "cancelled": _chip("Cancelled", "neutral", "ban"),
    "failed": _chip("Failed", "error", "circle-x"),
    "partial": _chip("Partly done", "warning", "triangle-alert"),
    # posts and their targets
    "draft": _chip("Draft", "neutral", "pencil"),
    "needs_approval": _chip("Waiting for approval", "warning", "user-check"),
    "scheduled": _chip("Scheduled", "brand", "calendar-clock"),
    "preparing": _chip("Preparing", "info", WORKING),
    "publishing": _chip("Publishing", "info", WORKING),
    "published": _chip("Published", "success", "circle-check"),
    "partially_published": _chip("Partially published", "warning", "triangle-alert"),
    "unconfirmed": _chip("Checking whether it is live", "warning", "circle-alert"),
    "action_required": _chip("Needs you", "warning", "triangle-alert"),
    "needs_you": _chip("Needs you", "warning", "triangle-alert"),
    "in_inbox": _chip("Waits in your TikTok inbox", "brand", "inbox"),
    # connections
    "connected": _chip("Connected", "success", "link"),
    "expiring": _chip("Expiring", "warning", "clock"),
    "expired": _chip("Needs reconnect", "error", "unlink"),
    "limited": _chip("Limited", "warning", "triangle-alert"),
    "error": _chip("Error", "error", "circle-x"),
    "disconnected": _chip("Disconnected", "neutral", "unlink"),
    # webhooks
    "active": _chip("Active", "success", "circle-check"),
    "paused": _chip("Paused", "neutral", "pause"),
    "disabled": _chip("Switched off", "error", "circle-x"),
    "delivered": _chip("Delivered", "success", "circle-check"),
    # recurring posts
    "stopped": _chip("Stopped", "neutral", "ban"),
    "ended": _chip("Ended", "neutral", "circle-check"),
    # learning
    "not_enough_data": _chip("Not enough data", "neutral", "circle-dashed"),
    "offline": _chip("Offline answer", "neutral", "cloud-off"),
}


def chip(state: str) -> Chip:
    """The look of a state; one that has none yet is shown by its own name."""
    return STATES.get(state) or Chip(str(state).replace("_", " ").capitalize(), "neutral", "circle-dashed")


GOAL_NAMES: Final[dict[str, str]] = {
    "views": "Views",
    "engagement": "Engagement",
    "followers": "Followers",
    "watch_time": "Watch time",
    "clicks": "Clicks",
    "sales": "Sales",
    "awareness": "Awareness",
}
TOAST_ICONS: Final[dict[str, str]] = {
    "info": "info",
    "success": "circle-check",
    "warning": "triangle-alert",
    "error": "circle-alert",
}

# The way of a creator, in order; `<c-flow>` shows where a thing stands on it.
FLOW_STEPS: Final[tuple[tuple[str, str], ...]] = (
    ("video", "Video"),
    ("pattern", "Pattern"),
    ("strategy", "Strategy"),
    ("script", "Script"),
    ("edit", "Edit"),
    ("post", "Post"),
    ("results", "Results"),
)
