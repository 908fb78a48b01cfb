"""What the jobs of a chaos run do: one row each. Nothing but the job system keeps a second row away."""

from django.db import models


class Effect(models.Model):
    """The visible effect of a job, written in the transaction that ends it."""

    job_id = models.UUIDField()
    pid = models.IntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.job_id} by {self.pid}"
