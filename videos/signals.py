"""Signals of the library, with ids only. A receiver enqueues a job in the sender's transaction and does no more."""

from django.dispatch import Signal

# workspace_id, video_id, actor: the file is checked and has its previews; whoever measures may begin.
video_prepared = Signal()
