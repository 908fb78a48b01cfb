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

SHARED_ADDRESS = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from accounts.models import User
from core import clock

def addresses():
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM accounts_user ORDER BY created_at, id")
        return [row[0] for row in cursor.fetchall()]

call_command("migrate", verbosity=0)
people = [User.objects.create_user("ann@example.com") for _ in range(3)]
people[1].email_verified_at = clock.now()
people[1].save(update_fields=["email_verified_at"])
call_command("migrate", "accounts", "0001", verbosity=0)
first, second, third = (user.pk.hex for user in people)
parted = [f"ann+{first}@example.com", "ann@example.com", f"ann+{third}@example.com"]
assert addresses() == parted, addresses()
call_command("migrate", verbosity=0)
assert addresses() == ["ann@example.com"] * 3, addresses()
"""


def test_forward_back_and_forward(tmp_path):
    _run(BOTH_WAYS, tmp_path)


def test_people_who_share_an_unconfirmed_address_survive_the_way_back(tmp_path):
    _run(SHARED_ADDRESS, tmp_path)


def _run(script, tmp_path):
    env = {**os.environ, "VAR_DIR": str(tmp_path), "PYTHONPATH": str(settings.BASE_DIR)}
    name = f"both_ways_{uuid4().hex[:8]}"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        env["DATABASE_URL"] = f"{base}/{name}"
    try:
        argv = [sys.executable, "-c", script]
        done = subprocess.run(argv, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
