"""`python -m benchmarks.pages`: SQL, CPU and size of the pages that lists are on, beside bare pages of the same rows.

Seeds a database of its own: 100,000 posts of a thousand workspaces, of which one has 2,000 posts on two accounts each
and 500 measured videos; 280,000 snapshots. It lies beside the one that DATABASE_URL names, and is SQLite without that.
The role must not bypass row-level security. `--keep` leaves the database for the next run with `--keep`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from benchmarks.publishing_stage import databases

NAME = "elevoai_bench_pages"


@contextmanager
def _database(keep: bool) -> Iterator[dict[str, str]]:
    """The variables of the database, made if it is not there."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        if keep:
            folder = Path(tempfile.gettempdir()) / NAME
            folder.mkdir(exist_ok=True)
            yield {"VAR_DIR": str(folder), "MODE": "embedded"}
            return
        with tempfile.TemporaryDirectory(prefix="bench-pages-") as made:
            yield {"VAR_DIR": made, "MODE": "embedded"}
        return
    parts = urlsplit(url)
    name = NAME if keep else f"{NAME}_{os.getpid()}"
    maintenance = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(maintenance, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f'CREATE DATABASE "{name}"')
    try:
        with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
            yield {
                "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}")),
                "MODE": "production",
                # Nothing is sent through it: the run keeps its cache in memory and enqueues nothing.
                "REDIS_URL": os.environ.get("REDIS_URL", "redis://127.0.0.1:1/0"),
                "VAR_DIR": folder,
                **databases.KEYS,
            }
    finally:
        if not keep:
            with psycopg.connect(maintenance, autocommit=True) as server:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def main() -> int:
    """Seed and measure in a process that knows its database from its environment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the rows, for a quick look")
    parser.add_argument("--runs", type=int, default=7, help="requests of each kind; the median counts")
    parser.add_argument("--only", default="", help="names that contain one of these words, by commas")
    parser.add_argument("--keep", action="store_true", help="keep the database, and use one that was kept")
    parser.add_argument("--sql", action="store_true", help="print the statements of each page")
    options = parser.parse_args()
    argv = [sys.executable, "-m", "benchmarks.pages.drive", "--scale", str(options.scale), "--runs", str(options.runs)]
    argv += ["--only", options.only, *(["--sql"] if options.sql else [])]
    with _database(options.keep) as extra:
        environment = {**databases.plain_environment(), **extra, "DJANGO_SETTINGS_MODULE": "benchmarks.pages.settings"}
        return subprocess.run(argv, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
