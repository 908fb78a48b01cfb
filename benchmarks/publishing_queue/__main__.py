"""`python -m benchmarks.publishing_queue`: how fast what is due starts, in which order, and how fair; on PostgreSQL.

Makes a database of its own beside the one that `--postgres` names, and empties the Redis database that `--redis` names.
Prints each figure with its limit. Ends with code 1 when one is not kept.
"""

import argparse
import os
import subprocess
import sys
import tempfile

from benchmarks.publishing_stage import databases


def main() -> int:
    """Run all parts, or some."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--planned", type=int, default=1_000_000, help="rows scheduled for later")
    parser.add_argument("--due", type=int, default=10_000, help="targets due in the same minute")
    parser.add_argument("--people", type=int, default=100, help="who press Publish at once")
    parser.add_argument("--postgres", default=os.environ.get("DATABASE_URL", ""), help="default: DATABASE_URL")
    parser.add_argument("--redis", default=os.environ.get("REDIS_URL", ""), help="default: REDIS_URL")
    parser.add_argument("--parts", default="plan,burst,people,idle")
    options = parser.parse_args()
    if not (options.postgres and options.redis):
        print("Not run: give --postgres and --redis (or DATABASE_URL and REDIS_URL).")
        return 1
    argv = [sys.executable, "-m", "benchmarks.publishing_queue.drive", "--planned", str(options.planned)]
    argv += ["--due", str(options.due), "--people", str(options.people), "--parts", options.parts]
    with (
        tempfile.TemporaryDirectory(prefix="publishing-queue-") as folder,
        databases.postgresql(options.postgres, options.redis, "publishing_queue") as extra,
    ):
        environment = {**databases.plain_environment(), "VAR_DIR": folder, **extra}
        return subprocess.run(argv, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
