"""No line of the log opens anything: whatever addresses, tokens and passwords a request carried."""

import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from core.ids import uuid7
from core.logging import JsonFormatter, RedactFilter, redact
from media import views
from tests.architecture.surface import routes

TOKEN = "AZpq-3_secretSECRETsecret.x:y"
WITH_TOKEN = [route for route in routes() if "token" in route.params]


def written(record: logging.LogRecord) -> str:
    """A record as production writes it."""
    assert RedactFilter().filter(record)
    return JsonFormatter().format(record)


def record_of(message, *args, error=None):
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, args, info)


class TestAddresses:
    @pytest.mark.parametrize("route", WITH_TOKEN, ids=lambda route: route.path)
    def test_no_address_that_opens_something_is_written(self, route):
        path = route.fill({name: uuid7() for name in route.params} | {"token": TOKEN, "name": "clip.mp4"})
        assert TOKEN in path
        for text in (
            f"Internal Server Error: {path}",
            f'"GET {path}?download=1 HTTP/1.1" 500',
            f"https://a.example{path}",
        ):
            assert TOKEN not in written(record_of(text))
            assert "secret" not in written(record_of("%s", text))

    def test_a_traceback_that_names_the_address_is_cut_as_well(self):
        try:
            raise ValueError(f"could not read /m/{TOKEN}/clip.mp4")
        except ValueError as error:
            line = written(record_of("Failed", error=error))
        assert "could not read /m/[redacted]/clip.mp4" in line

    def test_the_rest_of_the_address_is_kept(self):
        assert redact("GET /m/in/01890000-0000-7000-8000-000000000000/abc/a.mp4") == (
            "GET /m/in/01890000-0000-7000-8000-000000000000/[redacted]/a.mp4"
        )
        assert redact("GET /media/ and /videos/01890000") == "GET /media/ and /videos/01890000"

    def test_the_answer_of_a_consent_page(self):
        line = redact("GET /api/v1/oauth/tiktok/callback?code=abc123&state=def456&scopes=a")
        assert line == "GET /api/v1/oauth/tiktok/callback?code=[redacted]&state=[redacted]&scopes=a"

    def test_a_token_without_its_header(self):
        assert redact(f"bad: {AccessToken()!s}") == "bad: [redacted]"


@pytest.mark.django_db
def test_a_failure_behind_a_signed_address_is_logged_without_the_token(monkeypatch):
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(written(record))

    def fail(*args, **kwargs):
        raise RuntimeError(f"broken for {args[0]}")

    monkeypatch.setattr(views.signed_urls, "read_token", fail)
    handler = Keep()
    logging.getLogger("django.request").addHandler(handler)
    try:
        answer = Client(raise_request_exception=False).get(f"/m/{TOKEN}/clip.mp4")
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert answer.status_code == 500
    assert any("Internal Server Error: /m/[redacted]/clip.mp4" in line for line in lines)


def test_the_server_writes_through_the_same_filter(tmp_path):
    """uvicorn sets up handlers of its own before it loads the product."""
    program = (
        "import logging, uvicorn, django\n"
        "uvicorn.Config('config.asgi:application')\n"
        "django.setup()\n"
        "logging.getLogger('uvicorn.error').error('Exception in ASGI application at /m/%s/x.mp4', 'tokTOKtok')\n"
        "logging.getLogger('uvicorn.access').warning('GET /account/invite/%s/', 'tokTOKtok')\n"
    )
    env = {**os.environ, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=configured.BASE_DIR, env=env, capture_output=True, text=True, check=True
    )
    assert "tokTOKtok" not in run.stderr + run.stdout
    assert run.stderr.count("[redacted]") == 2
