"""Signals for the layers above, with ids only. A receiver does one thing: enqueue a job."""

from django.dispatch import Signal

email_verification_wanted = Signal()
"""Sent with `user_id`, `workspace_id`."""

email_change_wanted = Signal()
"""Sent with `user_id`, `workspace_id`, `email` (the new address), `former` (the present one)."""

email_changed = Signal()
"""Sent with `user_id`, `workspace_id`, `former` (the address until now)."""

password_reset_wanted = Signal()
"""Sent with `user_id`, `workspace_id`."""

invitation_made = Signal()
"""Sent with `invitation_id`, `workspace_id`."""
