"""A program whose author never read our code: its client is generated from the schema by a common tool."""

import importlib
import io
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command

from core import clock
from jobs.testing import drain
from tests import factories
from tests.publishing.conftest import TIKTOK

pytestmark = pytest.mark.slow


@pytest.fixture
def generated(tmp_path, monkeypatch):
    """Imports a module of the generated client."""
    schema = tmp_path / "schema.json"
    call_command("spectacular", "--format", "openapi-json", "--file", str(schema), "--fail-on-warn", "--validate")
    config = tmp_path / "config.yml"
    config.write_text("post_hooks: []\n")
    argv = ["generate", "--path", str(schema), "--meta", "none", "--output-path", str(tmp_path / "elevo_client")]
    argv += ["--config", str(config)]
    subprocess.run([sys.executable, "-m", "openapi_python_client", *argv], check=True, timeout=120)
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: importlib.import_module(f"elevo_client.{name}")
    for name in [name for name in sys.modules if name.startswith("elevo_client")]:
        del sys.modules[name]


def test_it_registers_signs_in_uploads_and_publishes(generated, live_server, connect, in_workspace):
    models, client_of = generated("models"), generated("client")
    visitor = client_of.Client(base_url=live_server.url, raise_on_unexpected_status=True)
    who = models.RegisterRequest(email="dora@example.com", password="a long enough password 1", name="Dora")
    made = generated("api.auth.auth_register_create").sync(client=visitor, body=who)
    assert made.user.email == "dora@example.com"

    account = connect("tiktok")
    login = models.LoginRequest(email=in_workspace.alice.email, password=factories.PASSWORD)
    token = generated("api.auth.auth_login_create").sync(client=visitor, body=login).access_token
    client = client_of.AuthenticatedClient(base_url=live_server.url, token=token, raise_on_unexpected_status=True)

    film = factories.tiny_mp4(width=360, height=640, audio=False).read_bytes()
    file = generated("types").File(payload=io.BytesIO(film), file_name="clip.mp4", mime_type="video/mp4")
    upload = models.MediaUploadRequest(file=file)
    stored = generated("api.media.media_create").sync(client=client, body=upload)
    assert stored.sha256

    options = models.PlatformOptionsRequest(tiktok=models.TiktokOptionsRequest.from_dict(TIKTOK))
    post = models.PublishRequest(
        media_ids=[stored.id], platforms=["tiktok"], caption="From a generated client", platform_options=options
    )
    publish = generated("api.posts.posts_publish_new")
    sent = publish.sync(client=client, body=post, idempotency_key="once")
    assert sent.posts[0].account_id == account.pk
    assert publish.sync(client=client, body=post, idempotency_key="once").id == sent.id

    drain(advance=True, until=clock.now() + timedelta(minutes=10))  # within the life of the token
    found = generated("api.posts.posts_retrieve").sync(client=client, id=sent.id)
    assert found.status == "published", found
