"""Every change of edits."""

from editing.services.planning import batch, create_edit, draft, plan_again
from editing.services.removing import delete
from editing.services.renders import cancel, preview, render, rerender

__all__ = ["batch", "cancel", "create_edit", "delete", "draft", "plan_again", "preview", "render", "rerender"]
