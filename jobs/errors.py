"""The error codes of jobs."""

from enum import StrEnum


class JobError(StrEnum):
    """Why a job ended without a result, or why a request about it was refused."""

    CANCELLED = "job_cancelled"
    WORKER_LOST = "worker_lost"
    INTERNAL = "internal_error"
    UNKNOWN_KIND = "unknown_kind"
    NOT_CANCELLABLE = "job_not_cancellable"
    NOT_RETRYABLE = "job_not_retryable"
    ALREADY_RUNNING = "job_already_running"
