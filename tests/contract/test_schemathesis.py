"""Requests made from the schema, valid and not; every answer is one that the schema describes.

Schemathesis runs as its own program against a live server, in all its phases. The examples are the same on every run.
Nothing is throttled, so that each request meets its endpoint.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.servers.basehttp import WSGIRequestHandler
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from accounts.services import tokens
from tests.architecture.objects import make_objects
from tests.architecture.surface import routes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# `positive_data_acceptance` is left out: what fits the schema may still name a file that is not there.
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method", "ignored_auth",
)  # fmt: skip


def configuration(schema: dict, ids: dict) -> str:
    """Settings in TOML: the parts of each path are ids that exist, which no generator would guess."""
    by_shape = {re.sub(r"{\w+}", "{}", route.path): route.params for route in routes() if route.is_api}
    refusals = [400, 401, 402, 403, 404, 405, 408, 409, 412, 413, 415, 422, 429]
    lines = [
        f"hooks = {json.dumps(str(Path(__file__).with_name('hooks.py')))}",
        f"checks.negative_data_rejection.expected-statuses = {refusals}",
    ]
    for path in schema["paths"]:
        names, parts = by_shape[re.sub(r"{\w+}", "{}", path)], re.findall(r"{(\w+)}", path)
        values = [
            f'"path.{part}" = {json.dumps(ids[name], default=str)}' for part, name in zip(parts, names, strict=True)
        ]
        if values:
            lines += ["[[operations]]", f"include-path = {json.dumps(path)}", f"parameters = {{ {', '.join(values)} }}"]
    return "\n".join(lines) + "\n"


@pytest.fixture
def world(cast, box, monkeypatch):
    # Each answer would wait 40 ms for the acknowledgement of its first half.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *args: True)
    return make_objects(cast)


def test_every_answer_is_one_that_the_schema_describes(tmp_path, live_server, world):
    schema_file, settings_file = tmp_path / "schema.json", tmp_path / "schemathesis.toml"
    call_command("spectacular", "--format", "openapi-json", "--file", str(schema_file))
    settings_file.write_text(configuration(json.loads(schema_file.read_text()), world.ids))
    authorization = f"Bearer {tokens.issue(world.cast.alice).access}"
    argv = [Path(sys.executable).with_name("schemathesis"), "--config-file", settings_file, "run", schema_file]
    argv += ["--url", live_server.url, "--header", f"Authorization: {authorization}", "--checks", ",".join(CHECKS)]
    argv += ["--max-examples", "10", "--generation-deterministic", "--no-shrink"]
    argv += ["--suppress-health-check", "all", "--warnings", "off", "--no-color", "--continue-on-failure"]
    with (tmp_path / "found.txt").open("w+") as found:
        run = subprocess.run(argv, cwd=tmp_path, stdout=found, stderr=found, timeout=540)
        found.seek(0)
        assert run.returncode == 0, found.read()
    client = APIClient(headers={"Authorization": authorization})
    assert client.get("/api/v1/auth/me").status_code == 200, "the run signed itself out, so that it tested little"
