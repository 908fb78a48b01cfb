"""`python -m benchmarks.publishing_stage.nursery PLACES`: workers that are replaced the moment they are killed.

One process loads everything once and forks a worker for each place; whenever one is gone it forks the next. What a
worker runs follows from the mode: the embedded workers, or one Celery worker. Writes `place pid` to its output for
each new worker. Ends when its input does.
"""

import os
import signal
import sys
import threading
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.publishing_stage.settings")
# A Celery worker would check the URLs of all layers at its start.
os.environ["CELERY_SKIP_CHECKS"] = "1"
django.setup()

from django.conf import settings  # noqa: E402

from config.celery import app  # noqa: E402
from jobs import embedded, wake  # noqa: E402

app.loader.import_default_modules()


def _knock() -> None:
    """In a run time moves faster than the tick that finds what has become due; any number of wake-ups is harmless."""
    while True:
        time.sleep(0.2)
        wake.send("publish", 4)


def _embedded() -> None:
    while True:
        with embedded.workers() as here:
            if here:
                threading.Thread(target=_knock, daemon=True).start()
                while True:
                    time.sleep(60)
        time.sleep(0.05)


def _celery(place: int) -> None:
    argv = ["worker", "-P", "threads", "-c", "4", "-Q", "interactive,default,publish,media", "-l", "WARNING"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.worker_main([*argv, *quiet, "-n", f"stage{place}-{os.getpid()}@%h"])


def _fork(place: int) -> int:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Celery greets on the output that is the driver's.
        os.dup2(2, 1)
        try:
            if settings.EMBEDDED:
                _embedded()
            else:
                _celery(place)
        finally:
            os._exit(1)
    print(place, pid, flush=True)
    return pid


def main() -> None:
    """Keep every place filled."""
    children = {_fork(place): place for place in range(int(sys.argv[1]))}
    over = False

    def stop(*_: object) -> None:
        nonlocal over
        over = True
        for pid in list(children):
            os.kill(pid, signal.SIGKILL)

    signal.signal(signal.SIGTERM, stop)
    while children:
        try:
            pid, _ = os.wait()
        except ChildProcessError:
            break
        place = children.pop(pid, None)
        if place is not None and not over:
            children[_fork(place)] = place


if __name__ == "__main__":
    main()
