"""`python manage.py sandbox`: the imitated platforms as a process of their own."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

from sandbox.app import create_app


class Command(BaseCommand):
    """Serve the sandbox alone. Web and workers find it by SANDBOX_URL."""

    help = "Imitate the outside platforms over HTTP. Point web and workers to it with SANDBOX_URL."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8009)
        parser.add_argument(
            "--state", type=Path, default=settings.VAR_DIR / "sandbox.sqlite3", help="Its own database."
        )
        parser.add_argument("--url", default="", help="The address it is reached at (default: http://HOST:PORT).")

    def handle(self, *args: Any, **options: Any) -> None:
        url = (options["url"] or f"http://{options['host']}:{options['port']}").rstrip("/")
        self.stdout.write(f"The sandbox answers at {url}. Set SANDBOX_URL={url}")
        self.stdout.write(f"Its controls, for this machine only: {url}/_control/")
        options["state"].parent.mkdir(parents=True, exist_ok=True)
        app = create_app(options["state"], url, pull_origins=(settings.PUBLIC_BASE_URL,))
        address = {"host": options["host"], "port": options["port"]}
        uvicorn.run(app, **address, lifespan="off", log_level="warning", proxy_headers=False)
