"""`manage.py up` as a person uses it: started, killed, started again, stopped with Ctrl-C."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.ports import free_port
from tests.waits import until

CHILD = "jobs_chaos/child.py"
NOT_HERE = ("DATABASE_URL", "REDIS_URL", "MODE", "PUBLIC_BASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE")
ORDER = """
import sys, django
django.setup()
import jobs
from accounts.models import Workspace
from core import scope
from core.actor import Actor
with scope.system("tests"):
    workspace = Workspace.objects.first() or Workspace.objects.create(name="Tests")
    for kind in sys.argv[1:]:
        jobs.enqueue(kind=kind, actor=Actor.system(workspace.pk))
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


class Product:
    """A running `up` with its own folder and port."""

    def __init__(self, folder, root):
        self.root = root
        self.folder = folder
        self.port = free_port()
        kept = {key: value for key, value in os.environ.items() if key not in NOT_HERE}
        self.env = {
            **kept,
            "VAR_DIR": str(folder),
            "DEBUG": "1",
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "benchmarks.jobs_chaos.settings",
            "PYTHONPATH": str(root),
        }
        self.process = None

    def run(self, *argv):
        argv = [sys.executable, *argv]
        return subprocess.run(argv, cwd=self.root, env=self.env, capture_output=True, text=True, check=False)

    def prepare(self):
        done = self.run("manage.py", "migrate", "--run-syncdb", "-v", "0")
        assert done.returncode == 0, done.stderr

    def start(self):
        argv = [sys.executable, "manage.py", "up"]
        self.process = subprocess.Popen(argv, cwd=self.root, env=self.env, stdout=subprocess.PIPE, text=True)
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                return "".join(lines)
        raise AssertionError("".join(lines) or "It said nothing.")

    def order(self, *kinds):
        done = self.run("-c", ORDER, *kinds)
        assert done.returncode == 0, done.stderr

    def rows(self, sql):
        with sqlite3.connect(f"file:{self.folder}/db.sqlite3?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def write(self, sql):
        with sqlite3.connect(self.folder / "db.sqlite3", timeout=20) as database:
            database.execute(sql)

    def statuses(self, kind):
        return sorted(row[0] for row in self.rows(f"SELECT status FROM jobs_job WHERE kind = '{kind}'"))

    def children(self):
        found = []
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "environ").read_bytes(), (entry / "cmdline").read_text()
            except OSError:
                continue
            if CHILD in words[1] and str(self.folder).encode() in words[0]:
                found.append(entry.name)
        return found


@pytest.fixture
def product(tmp_path, pytestconfig):
    product = Product(tmp_path, pytestconfig.rootpath)
    product.prepare()
    yield product
    if product.process is not None:
        product.process.kill()
        product.process.wait()


def test_renders_publishing_a_kill_a_restart_and_ctrl_c(product):
    said = product.start()
    assert f"http://localhost:{product.port}" in said
    assert "createsuperuser" in said
    with urlopen(f"http://127.0.0.1:{product.port}/api/v1/health") as answer:
        assert json.load(answer)["status"] == "healthy"

    second = product.run("manage.py", "up")
    assert second.returncode == 1
    assert "already runs here" in second.stderr

    # Four renders order more than the one media thread; a publish step starts nevertheless.
    product.order(*["chaos.render"] * 4)
    until(product.children, seconds=20)
    product.order("chaos.waiting")
    ordered = time.monotonic()
    until(lambda: product.rows("SELECT 1 FROM jobs_job WHERE kind = 'chaos.waiting' AND attempts > 0"), seconds=10)
    assert time.monotonic() - ordered < 2.0
    assert product.statuses("chaos.render") == ["queued"] * 3 + ["running"]

    # Only a render is running when the process is killed.
    until(lambda: product.statuses("chaos.waiting") == ["done"], seconds=20)

    # Killed without a word, it leaves no child, and the next start goes on at once.
    product.process.kill()
    product.process.wait()
    until(lambda: not product.children(), seconds=3)
    assert product.statuses("chaos.render").count("running") == 1
    product.start()
    started = time.monotonic()
    until(product.children, seconds=20)
    assert time.monotonic() - started < 10
    assert product.rows("SELECT sum(lost_leases) FROM jobs_job") == [(1,)]

    # Ctrl-C ends it within 3 s and counts no loss; then everything finishes, each effect once.
    product.process.send_signal(signal.SIGINT)
    interrupted = time.monotonic()
    assert product.process.wait(10) == 0
    assert time.monotonic() - interrupted < 3.0
    assert not product.children()
    assert product.statuses("chaos.render") == ["queued"] * 4
    assert product.rows("SELECT sum(lost_leases) FROM jobs_job") == [(1,)]
    product.write("""UPDATE jobs_job SET checkpoint = '{"short": true}' WHERE kind = 'chaos.render'""")
    product.start()
    until(lambda: product.statuses("chaos.render") == ["done"] * 4, seconds=30)
    until(lambda: product.statuses("chaos.waiting") == ["done"], seconds=30)
    assert product.rows("SELECT count(*), count(DISTINCT job_id) FROM jobs_chaos_effect") == [(5, 5)]


def test_a_taken_port_is_a_sentence(product):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", product.port))
        taken.listen()
        refused = product.run("manage.py", "up", "--port", str(product.port))
    assert refused.returncode == 1
    assert f"Port {product.port} on 127.0.0.1 cannot be used" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_production_is_not_run_by_up(product):
    product.env |= {
        "MODE": "production",
        "SECRET_KEY": "s" * 40,
        "ENCRYPTION_KEY": "e" * 32,
        "REDIS_URL": "redis://127.0.0.1:1",
        "PUBLIC_BASE_URL": "http://localhost:8000",
        "DEBUG": "0",
    }
    refused = product.run("manage.py", "up")
    assert refused.returncode == 1
    assert "embedded mode" in refused.stderr
