"""How long the first `publish_event` of a process takes: prints milliseconds of the first and the second."""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.sockets.settings")
django.setup()

from uuid import uuid4  # noqa: E402

from jobs import events  # noqa: E402


def main() -> None:
    """Publish twice."""
    for _ in range(2):
        begun = time.perf_counter()
        events.publish_event(topic="job", id=uuid4(), type="job.progress", data={"pct": 1})
        print(f"{(time.perf_counter() - begun) * 1000:.1f}")


if __name__ == "__main__":
    main()
