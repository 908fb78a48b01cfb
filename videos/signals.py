"""Signals of the library, with ids only. A receiver enqueues a job in the sender's transaction and does no more."""

from django.dispatch import Signal

# workspace_id, video_id, actor: the file is checked and has its previews; whoever measures may begin.
video_prepared = Signal()
# workspace_id, video_id: everything about the video is known, or its processing ended with an error.
video_processed = Signal()
video_failed = Signal()
