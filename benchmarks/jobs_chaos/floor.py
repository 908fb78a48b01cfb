"""The chaos run's settings without the layers above jobs: what they import at start is not what is tried here."""

from benchmarks.jobs_chaos.settings import *  # noqa: F403
from benchmarks.jobs_chaos.settings import INSTALLED_APPS
from config.settings import HOUSE

INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in HOUSE or app in ("core", "accounts", "jobs")]
