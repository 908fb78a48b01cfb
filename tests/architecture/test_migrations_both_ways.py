"""Forward, back to zero, and forward again, on a database of its own."""

import os
import subprocess
import sys
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.timeout(600),
    pytest.mark.django_db(transaction=True),
]

# A process of its own, since the database of a connection is chosen at start.
BOTH_WAYS = """
import django
django.setup()
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

call_command("migrate", verbosity=0)
migrated = MigrationLoader(connection).migrated_apps
labels = [config.label for config in apps.get_app_configs() if config.label in migrated]
for label in [*reversed([name for name in labels if name != "accounts"]), "accounts"]:
    call_command("migrate", label, "zero", verbosity=0)
left = set(connection.introspection.table_names()) - {"django_migrations"}
assert not left, f"still there after going back to zero: {sorted(left)}"
call_command("migrate", verbosity=0)
"""


def test_forward_back_and_forward(tmp_path):
    env = {**os.environ, "VAR_DIR": str(tmp_path), "PYTHONPATH": str(settings.BASE_DIR)}
    name = f"both_ways_{uuid4().hex[:8]}"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        env["DATABASE_URL"] = f"{base}/{name}"
    try:
        argv = [sys.executable, "-c", BOTH_WAYS]
        done = subprocess.run(argv, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
