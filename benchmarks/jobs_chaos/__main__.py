"""`python -m benchmarks.jobs_chaos`: 2,000 jobs, at least 20 SIGKILLs of workers, on SQLite and PostgreSQL.

SQLite runs the embedded mode (one process with its workers, killed and started again). PostgreSQL runs the production
mode (Celery workers and two beats over Redis); it makes a database of its own beside the one that `--postgres` names,
and empties the Redis database that `--redis` names.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis


def _run(name: str, options: argparse.Namespace, extra: dict[str, str]) -> bool:
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "MODE")}
    with tempfile.TemporaryDirectory(prefix=f"jobs-chaos-{name}-") as folder:
        argv = [sys.executable, "-m", "benchmarks.jobs_chaos.drive", "--jobs", str(options.jobs)]
        argv += ["--kills", str(options.kills), "--timeout-s", str(options.timeout_s)]
        return subprocess.run(argv, env={**kept, "VAR_DIR": folder, **extra}, check=False).returncode == 0


def _sqlite(options: argparse.Namespace) -> bool:
    return _run("sqlite", options, {})


def _postgresql(options: argparse.Namespace) -> bool:
    parts = urlsplit(options.postgres)
    database = f"jobs_chaos_{os.getpid()}"
    maintenance = urlunsplit(parts._replace(path="/postgres"))
    redis.Redis.from_url(options.redis).flushdb()
    with psycopg.connect(maintenance, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{database}"')
    try:
        return _run(
            "postgresql",
            options,
            {
                "DATABASE_URL": urlunsplit(parts._replace(path=f"/{database}")),
                "REDIS_URL": options.redis,
                "SECRET_KEY": "chaos " * 8,
                "ENCRYPTION_KEY": "chaos-chaos-chaos-chaos-chaos-32",
                "PUBLIC_BASE_URL": "http://localhost:8000",
            },
        )
    finally:
        with psycopg.connect(maintenance, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


def main() -> int:
    """Run on each database that is at hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20, help="at least this many (default 20)")
    parser.add_argument("--timeout-s", type=float, default=900.0)
    parser.add_argument("--postgres", default=os.environ.get("DATABASE_URL", ""), help="default: DATABASE_URL")
    parser.add_argument("--redis", default=os.environ.get("REDIS_URL", ""), help="default: REDIS_URL")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    options = parser.parse_args()
    held = []
    if options.only != "postgresql":
        held.append(_sqlite(options))
    if options.only != "sqlite":
        if options.postgres and options.redis:
            held.append(_postgresql(options))
        else:
            print("PostgreSQL was not run: give --postgres and --redis (or DATABASE_URL and REDIS_URL).")
            held.append(options.only is None)
    print("Held." if all(held) else "BROKEN.")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
