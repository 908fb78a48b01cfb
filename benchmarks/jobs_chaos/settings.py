"""The product's settings with short leases, so that a chaos run takes minutes instead of hours."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.jobs_chaos"]
JOBS_LEASE_S = 6.0
JOBS_HEARTBEAT_S = 1.5
JOBS_CANCEL_POLL_S = 1.0
# A job whose worker was lost three times is given up, as one that kills workers. Here the workers are killed without
# its doing, so that a job may well be unlucky three times.
JOBS_MAX_LOST_LEASES = 20
EFFECT_S = (0.05, 0.25)
