"""Names that the processes of the run share."""

KIND = "benchmark.tell"
EVENT = "job.progress"
