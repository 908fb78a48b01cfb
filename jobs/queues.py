"""The queues in which jobs wait."""

from django.db import models


class Queue(models.TextChoices):
    """Where a job waits. `media` has workers of its own, so that a render never starves publishing."""

    INTERACTIVE = "interactive", "Interactive"
    DEFAULT = "default", "Default"
    PUBLISH = "publish", "Publish"
    MEDIA = "media", "Media"


# Which queue a thread that serves several looks into first.
URGENCY = (Queue.INTERACTIVE, Queue.PUBLISH, Queue.DEFAULT, Queue.MEDIA)
