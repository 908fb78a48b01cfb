"""Signals for the layers above, with ids only. A receiver does one thing: enqueue a job, in the sender's transaction.

`target_changed`: `target_id, post_id, workspace_id, state` after every change of a target's state.
`target_published`, `target_failed`, `target_asks`: the same without `state`, once a target is live, has failed, or
needs a person (reconnect, or the question whether it is live).
`posts_changed`: `workspace_id, post_ids, state` after posts of one workspace came into another state together.
`account_connected`, `account_lost`: `account_id, workspace_id`.
`approval_changed`: `request_id, workspace_id, event` after a post was sent for approval (`requested`), the next level's
turn came (`level`), or it was decided (`approved`, `changes_requested`).
"""

from django.dispatch import Signal

target_changed = Signal()
target_published = Signal()
target_failed = Signal()
target_asks = Signal()
posts_changed = Signal()
account_connected = Signal()
account_lost = Signal()
approval_changed = Signal()
