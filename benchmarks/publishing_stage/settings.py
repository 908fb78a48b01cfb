"""The product's settings up to the layer of publishing, with the shared clock and leases that end within seconds."""

from benchmarks.publishing_stage import virtual
from config.settings import *  # noqa: F403
from config.settings import HOUSE, INSTALLED_APPS

virtual.install()

_FLOORS = HOUSE[: HOUSE.index("publishing") + 1]
INSTALLED_APPS = [
    *(app for app in INSTALLED_APPS if app not in HOUSE or app in _FLOORS),
    "benchmarks.publishing_stage",
]
ROOT_URLCONF = "benchmarks.publishing_stage.urls"
JOBS_LEASE_S = 20.0
JOBS_HEARTBEAT_S = 1.5
JOBS_CANCEL_POLL_S = 1.0
# A job whose worker was lost three times is given up, as one that kills workers. Here it is not the job's doing.
JOBS_MAX_LOST_LEASES = 1000
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
