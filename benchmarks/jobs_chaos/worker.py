"""A worker process of the embedded mode for the chaos run: lock, take-over, two workers and beat, until killed."""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.jobs_chaos.floor")
django.setup()

from jobs import embedded  # noqa: E402

if __name__ == "__main__":
    with embedded.workers() as here:
        if not here:
            raise SystemExit("Another process runs the workers.")
        while True:
            time.sleep(60)
