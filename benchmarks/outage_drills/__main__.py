"""`python -m benchmarks.outage_drills`: the database, the cache and the object store go away for a minute each.

Starts PostgreSQL, Redis and an object store of its own, and the product beside them in separate processes (web, two
workers, beat). While people look, upload and have posts due, one service after the other is taken away and given back.
Nothing may be lost or go out twice, everything goes on by itself, and requests are answered within a second meanwhile.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.outage_drills.processes import ROOT, Parts, plain_environment
from benchmarks.outage_drills.services import ObjectStore, PostgreSQL, Redis
from benchmarks.publishing_stage.sandbox import Box, free_port

NAMES = ("database", "cache", "storage")


def _environment(folder: Path, database: PostgreSQL, cache: Redis, files: ObjectStore) -> dict[str, str]:
    port, sandbox_port = free_port(), free_port()
    return {
        **plain_environment(),
        "VAR_DIR": str(folder / "var"),
        "PORT": str(port),
        "PUBLIC_BASE_URL": f"http://localhost:{port}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DATABASE_URL": database.url,
        "REDIS_URL": cache.url,
        "S3_ENDPOINT_URL": files.url,
        "S3_BUCKET": files.bucket,
        "S3_ACCESS_KEY": "drill",
        "S3_SECRET_KEY": "drill-only",
        "SECRET_KEY": os.urandom(24).hex(),
        "ENCRYPTION_KEY": os.urandom(32).hex(),
        "SANDBOX_URL": f"http://localhost:{sandbox_port}",
        "DRILL_SANDBOX_PORT": str(sandbox_port),
    }


def _run(folder: Path, options: argparse.Namespace) -> bool:
    with ExitStack() as stack:
        services = (PostgreSQL(folder), Redis(folder), ObjectStore(folder))
        for service in services:
            stack.callback(service.close)
        environment = _environment(folder, *services)
        for name, argv in (("migrate", ["migrate", "-v0"]), ("collectstatic", ["collectstatic", "--noinput", "-v0"])):
            subprocess.run([sys.executable, "manage.py", *argv], cwd=ROOT, env=environment, check=True)
            print(f"{name}: done", flush=True)
        parts = Parts(folder, environment)
        stack.callback(parts.stop)
        port, sandbox_port = int(environment["PORT"]), int(environment["DRILL_SANDBOX_PORT"])
        parts.start(port, sandbox_port)
        os.environ.clear()
        os.environ.update(environment)
        # Only now are the settings known.
        from benchmarks.outage_drills import drive

        box = Box(environment["SANDBOX_URL"])
        clip, held = drive.small_clip(), True
        for number, service in enumerate(services):
            if service.name not in options.only:
                continue
            # Accounts of its own: platforms take only so many posts of one a day.
            person = drive.make_person(box, number)
            drill = drive.Drill(service, parts, box, person, environment["PUBLIC_BASE_URL"], number)
            report = drill.run(options.away, options.posts, clip)
            print("\n".join(report.lines()), flush=True)
            held = held and report.held
        return held


def main() -> int:
    """Run the chosen drills; ends with code 1 when one did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=NAMES, nargs="+", default=list(NAMES))
    parser.add_argument("--away", type=float, default=60.0, help="seconds of each outage")
    parser.add_argument("--posts", type=int, default=24, help="posts due before and within each outage")
    parser.add_argument("--keep", action="store_true", help="keep the logs of a run that did not hold")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outage-drills-") as name:
        held = _run(Path(name), options)
        if options.keep and not held:
            os.rename(name, f"{name}-kept")
            os.mkdir(name)
            print(f"Kept in {name}-kept.")
    print("Held." if held else "BROKEN.")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
