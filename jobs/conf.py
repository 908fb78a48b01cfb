"""The figures of the job system; each can be set in the settings (tests and the chaos run shorten them)."""

from django.conf import settings


def lease_s() -> float:
    """How long a claim holds without a renewal."""
    return float(getattr(settings, "JOBS_LEASE_S", 90.0))


def heartbeat_s() -> float:
    """How often a process renews all its leases."""
    return float(getattr(settings, "JOBS_HEARTBEAT_S", 20.0))


def cancel_poll_s() -> float:
    """How often a process with running jobs looks whether one was cancelled."""
    return float(getattr(settings, "JOBS_CANCEL_POLL_S", 2.0))


def poll_s() -> float:
    """How often a worker process looks for late work by itself."""
    return float(getattr(settings, "JOBS_POLL_S", 5.0))


def retry_delays_s() -> tuple[float, ...]:
    """Waits after the first, second, third transient failure in a row; one more failure ends the job."""
    return tuple(getattr(settings, "JOBS_RETRY_DELAYS_S", (60.0, 300.0, 900.0)))


def max_lost_leases() -> int:
    """At this many lost leases a job fails: something about it kills workers."""
    return int(getattr(settings, "JOBS_MAX_LOST_LEASES", 3))


def work_s() -> float:
    """How long one wake-up keeps claiming before it gives its thread back."""
    return float(getattr(settings, "JOBS_WORK_S", 60.0))


def keep_days() -> int:
    """How long ended jobs are kept."""
    return int(getattr(settings, "JOBS_KEEP_DAYS", 30))


def shutdown_grace_s() -> float:
    """How long a worker that was asked to stop lets its jobs run before it hands them back."""
    return float(getattr(settings, "JOBS_SHUTDOWN_GRACE_S", 20.0))
