"""docs/webhooks.md says what the code does, and its snippets verify what is sent."""

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from core import clock
from webhooks import calls, catalog, schedule, signing
from webhooks.models import WebhookEndpoint
from webhooks.services import deliveries
from webhooks.services.endpoints import MOST_ENDPOINTS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text()


def snippet(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    return found


def in_words(wait: timedelta) -> str:
    seconds = int(wait.total_seconds())
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"


def test_the_table_lists_every_event_and_what_it_means():
    rows = dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.+) \|$", PAGE, flags=re.MULTILINE))
    assert rows.pop(catalog.TEST)
    assert rows == {each.name: each.means for each in catalog.types().values()}


def test_the_schedule_is_that_of_the_code():
    *most, last = map(in_words, schedule.WAITS)
    assert f"tried again after {', '.join(most)} and {last}," in PAGE


@pytest.mark.parametrize(
    "words",
    [
        f"within {calls.TIMEOUT_S:g} seconds",
        f"both secrets sign for {signing.OVERLAP // timedelta(hours=1)} hours",
        f"of {schedule.GIVE_UP.days} days without any success",
        f"of the last {deliveries.KEPT.days} days",
        f"has up to {MOST_ENDPOINTS}.",
        f'"version": {catalog.VERSION},',
    ],
)
def test_a_figure_is_that_of_the_code(words):
    assert words in PAGE


@pytest.fixture
def message():
    """A body and the headers of a try of it, by the former and the present secret; and the two."""
    row = WebhookEndpoint(url="https://example.com/hook")
    former, secret = signing.new_secret(), signing.new_secret()
    row.secret_sealed, row.former_secret_sealed = signing.seal(row, secret), signing.seal(row, former, former=True)
    row.former_secret_until = clock.now() + timedelta(hours=1)
    body = '{"type":"post.published","data":{"text":"Grüße 🌱"}}'
    return body, signing.headers(row, "msg_1", body, clock.now()), secret, former


def test_the_python_snippet_verifies_what_is_sent(message):
    body, headers, secret, former = message
    room: dict = {}
    exec(snippet("python"), room)
    verify = room["verify"]
    assert verify(secret, headers, body.encode())
    assert verify(former, headers, body.encode())
    assert not verify(signing.new_secret(), headers, body.encode())
    assert not verify(secret, headers, body.replace("published", "failed").encode())
    assert not verify(secret, {**headers, "webhook-timestamp": "1000000000"}, body.encode())


def test_the_node_snippet_verifies_what_is_sent(message, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed.")
    body, headers, secret, _ = message
    (tmp_path / "verify.mjs").write_text(snippet("js"))
    (tmp_path / "body").write_text(body)
    script = f"""
        import {{ readFileSync }} from "node:fs";
        import {{ verify }} from "./verify.mjs";
        const body = readFileSync("body"), headers = {headers!r};
        console.log(verify({secret!r}, headers, body), verify({signing.new_secret()!r}, headers, body),
            verify({secret!r}, headers, Buffer.concat([body, Buffer.from(" ")])));
    """
    (tmp_path / "run.mjs").write_text(script)
    done = subprocess.run([node, "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["true", "false", "false"]
