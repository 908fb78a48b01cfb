"""The event stream's topic of an edit: `edit:<id>` carries the progress of its jobs and its changes of state."""

from editing.models import Edit
from jobs import events

TOPIC = "edit"


def register() -> None:
    """Let pages listen."""
    events.register_topic(TOPIC, Edit)


def publish_edit(edit: Edit) -> None:
    """Say, once the transaction in hand has committed, which state an edit is in."""
    data = {"state": edit.state, "job_id": str(edit.job_id) if edit.job_id else None}
    events.publish_event(topic=TOPIC, id=str(edit.pk), type="edit.state", data=data)
