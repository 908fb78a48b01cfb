"""What a platform can do that is one folder and one line. Run by `tests/platforms/test_toy.py`, with `toy.settings`."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from ai.captions.services import write_caption
from config import env
from editing.formats import safe_area
from editing.planners.outputs import Wish, outputs_for
from jobs.testing import drain
from publishing.models import PostTarget
from publishing.services import preflight
from scripts_app import services as scripts
from strategies import services as strategies
from tests import factories
from tests.flows.test_autopilot import fly
from tests.publishing.conftest import PEOPLE, portrait
from tests.publishing.test_admin import act
from tests.publishing.test_pages import form

pytestmark = pytest.mark.django_db
PEOPLE["toy", ""] = "toy-1"


@pytest.fixture
def account(connect: Any) -> Any:
    return connect("toy")


def test_the_page_of_connections_offers_it_and_connects_it(box: Any, browser: Client) -> None:
    assert b"Connect Toy" in browser.get(reverse("connections")).content
    away = browser.post(reverse("connection_start", args=["toy"]))
    back = browser.get("/api/v1/oauth/toy/callback", box.allow(away.url, "toy-1"))
    assert b"@bear" in browser.get(back.url).content


def test_the_composer_draws_its_fields_and_publishes(
    box: Any,
    browser: Client,
    account: Any,
    in_workspace: SimpleNamespace,
) -> None:
    file = portrait(in_workspace.workspace)
    page = browser.get(reverse("compose")).content.decode()
    prefix = f"a{account.pk.hex}"
    for words in ("Who may play", "Everybody", "A gift", "More for Toy", "Toy's House Rules", "data-reveals"):
        assert words in page
    assert page.index(f"{prefix}-gift") < page.index(f"{prefix}-ribbon") < page.index(f"{prefix}-colours")
    given = {"action": "publish", "media": str(file.pk), "text": "A bear", "when": "now"}
    refused = browser.post(reverse("compose"), {**given, **form(account, use="on")})
    assert refused.status_code == 422
    assert b"Choose who may play" in refused.content
    options = {"audience": "friends", "gift": "on", "ribbon": "on", "colours": "red, blue"}
    away = browser.post(reverse("compose"), {**given, **form(account, use="on", **options)})
    drain(advance=True)
    assert b"Open on Toy" in browser.get(away.url).content
    assert PostTarget.objects.get().options == {
        "audience": "friends", "gift": True, "ribbon": True, "colours": ["red", "blue"],
    }  # fmt: skip
    assert [row["caption"] for row in box.live("toy")] == ["A bear"]


def test_the_api_takes_it_by_key_and_alias_and_names_its_options(
    box: Any,
    browser: Client,
    account: Any,
    in_workspace: SimpleNamespace,
) -> None:
    file = portrait(in_workspace.workspace)

    def send(options: Any, **more: Any) -> Any:
        body = {"media_ids": [str(file.pk)], "platforms": ["ty"], "caption": "A ball", "platform_options": options}
        return browser.post("/api/v1/posts/publish", {**body, **more}, content_type="application/json")

    assert "Did you mean" in send({"toys": {}}).content.decode()
    assert "colour" in send({"toy": {"colour": "red"}}).content.decode()
    assert send({"ty": {"audience": "all"}}).status_code == 202
    drain(advance=True)
    listed = browser.get("/api/v1/posts?platform=ty").json()
    assert [row["targets"][0]["platform"] for row in listed["items"]] == ["toy"]
    assert [row["caption"] for row in box.live("toy")] == ["A ball"]


def test_an_operator_sends_a_failed_post_again(box: Any, account: Any, publish: Any, console: Client) -> None:
    box.fault("error_before", platform="toy", step="post")
    target = publish(account, toy={"audience": "all"})
    assert target.state == "failed"
    assert target.error_sentence.startswith("Toy did not take this post.")
    assert b"1 retried" in act(console, "retry", target).content
    drain(advance=True)
    target.refresh_from_db()
    assert (target.state, len(box.live("toy"))) == ("published", 1)


def test_a_lost_answer_makes_no_second_post(box: Any, account: Any, publish: Any) -> None:
    box.fault("reset_after", platform="toy", step="post")
    target = publish(account, toy={"audience": "all"})
    assert (target.state, len(box.live("toy"))) == ("published", 1)


def test_preflight_counts_in_its_unit(box: Any, account: Any, make_post: Any, in_workspace: Any) -> None:
    post = make_post(account, text="é" * 70, toy={"audience": ""})
    report = preflight.reports(in_workspace.alice_actor, post.pk)[0]
    assert (report.unit, report.used, report.limit) == ("chars", 70, 60)
    assert {problem.code for problem in report.problems} == {"text_too_long", "choice_missing"}


def test_captions_are_written_to_its_limit(in_workspace: SimpleNamespace) -> None:
    written = write_caption(actor=in_workspace.alice_actor, topic="wooden trains 100%", platform="TY", count=5)
    assert (written.platform, written.unit) == ("toy", "chars")
    assert "%" not in written.text
    assert len(written.hashtags) <= 2
    assert written.length <= 60


def test_strategies_and_scripts_know_it(in_workspace: SimpleNamespace) -> None:
    actor = in_workspace.alice_actor
    made = strategies.generate(actor=actor, platforms=["ty"], goals=["views"], wait_s=30.0)
    drain()
    made.strategy.refresh_from_db()
    planned = made.strategy.versions.get().content["posting_schedule"]["platforms"]
    assert [(row["platform"], row["posts_per_week"]) for row in planned] == [("toy", 4)]
    written = scripts.generate(actor=actor, concept="Wooden trains", platform="toy", duration=15.0, wait_s=30.0)
    drain()
    assert "lay" in written.scripts[0].versions.get().content["segments"][-1]["audio"]


def test_edits_are_made_in_its_format() -> None:
    material: Any = SimpleNamespace(width=1080, height=1920, fps=25.0)
    (output,), _ = outputs_for([Wish(platform="toy")], material)
    assert (output.key, output.width, output.height) == ("toy-4x5", 1080, 1350)
    assert (output.max_duration_s, output.max_bitrate_kbps) == (20, 4_000)
    assert safe_area("9:16", "toy").left == 0.1


def test_its_variables_are_read_and_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_CLIENT_ID", "a")
    with pytest.raises(SystemExit, match="TOY_CLIENT_ID and TOY_CLIENT_SECRET belong together"):
        env.load()
    monkeypatch.delenv("TOY_CLIENT_ID")
    monkeypatch.setenv("TOY_BATTERIES", "0")
    with pytest.raises(SystemExit, match="TOY_BATTERIES"):
        env.load()


def test_it_needs_no_migration(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True)


@pytest.mark.slow
def test_the_autopilot_flies_to_it(in_workspace: Any, box: Any, ticking: Any, heard: Any, tmp_path: Any) -> None:
    clip = factories.tiny_mp4(seconds=6.0, width=320, height=180)
    wishes = {"path": clip, "concept": "Wooden trains", "platforms": ("toy",), "formats": ("9:16",), "duration_s": 5.0}
    summary = fly(in_workspace, heard, **wishes, out=tmp_path).run()
    assert [(row["platform"], row["state"]) for row in summary.posts] == [("toy", "published")]
    assert summary.posts[0]["metrics"]["views"] is not None
    assert PostTarget.objects.get().options == {"audience": "all"}
