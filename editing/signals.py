"""News of edits, with ids only. A receiver enqueues a job in the sender's transaction and does no more."""

from django.dispatch import Signal

# workspace_id, edit_id: all its files are there, or some of them (the edit's state says which); or none could be made.
edit_finished = Signal()
edit_failed = Signal()
