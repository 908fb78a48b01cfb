"""`python -m benchmarks.publishing_chaos`: 500 posts to 3 accounts each, while calls fail and workers are killed.

SQLite runs the embedded mode (one process with its workers). PostgreSQL runs the production mode (Celery workers over
Redis); it makes a database of its own beside the one that `--postgres` names, and empties the Redis database that
`--redis` names. Ends with code 1 when something was lost, went out twice, or is not what the platforms say.
"""

import argparse
import os
import subprocess
import sys
import tempfile

from benchmarks.publishing_stage import databases, platforms, virtual


def _run(name: str, options: argparse.Namespace, extra: dict[str, str]) -> bool:
    with tempfile.TemporaryDirectory(prefix=f"publishing-chaos-{name}-") as folder:
        argv = [sys.executable, "-m", "benchmarks.publishing_chaos.drive", "--posts", str(options.posts)]
        argv += ["--timeout-s", str(options.timeout_s), "--seed", str(options.seed)]
        argv += ["--platforms", options.platforms]
        chosen = {"VAR_DIR": folder, virtual.VARIABLE: f"{folder}/clock", **extra}
        held = subprocess.run(argv, env={**databases.plain_environment(), **chosen}, check=False).returncode == 0
        if options.keep and not held:
            os.rename(folder, f"{folder}-kept")
            os.mkdir(folder)
            print(f"Kept in {folder}-kept.")
        return held


def main() -> int:
    """Run on each database that is at hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=500)
    parser.add_argument("--platforms", default=",".join(platforms.STAGES), help="default: all")
    parser.add_argument("--timeout-s", type=float, default=1200.0, help="of each run (default 20 minutes)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--postgres", default=os.environ.get("DATABASE_URL", ""), help="default: DATABASE_URL")
    parser.add_argument("--redis", default=os.environ.get("REDIS_URL", ""), help="default: REDIS_URL")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--keep", action="store_true", help="keep the files of a run that did not hold")
    options = parser.parse_args()
    held = []
    if options.only != "postgresql":
        held.append(_run("sqlite", options, {}))
    if options.only != "sqlite":
        if options.postgres and options.redis:
            with databases.postgresql(options.postgres, options.redis, "publishing_chaos") as extra:
                held.append(_run("postgresql", options, extra))
        else:
            print("PostgreSQL was not run: give --postgres and --redis (or DATABASE_URL and REDIS_URL).")
            held.append(options.only is None)
    print("Held." if all(held) else "BROKEN.")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
