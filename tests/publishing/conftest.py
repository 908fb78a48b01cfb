"""A sandbox on a free port that shares the product's frozen clock, connected accounts, and posts with a real video."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import uvicorn
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image

from config.platforms import platform_settings
from config.settings import ENV
from core import clock
from jobs.testing import drain
from platforms import PLATFORMS
from publishing.files import deliveries
from publishing.models import Post, PostTarget, SocialAccount
from publishing.services import api_keys, connections, posts, schedule
from publishing.services.account_choice import Choice
from publishing.services.posts import TargetInput
from publishing.services.schedule import When
from sandbox.app import create_app
from sandbox.platforms import PLATFORMS as imitated
from tests import factories
from tests.waits import until

# Whom the sandbox's consent page is answered for, by platform and way of consent; then somebody else.
PEOPLE = {
    ("tiktok", ""): "tt-lumen",
    ("youtube", ""): "UCluMenStudioSandbox0001",
    ("instagram", ""): "17841400000000001",
    ("instagram", "facebook"): "100000000000001",
    ("facebook", ""): "100000000000001",
    ("twitter", ""): "2244990001",
    ("linkedin", ""): "maraLind01",
    ("linkedin", "pages"): "maraLind01",
}
SECOND = {
    ("tiktok", ""): "tt-trail",
    ("youtube", ""): "UCtraiLnotesSandbox00003",
    ("twitter", ""): "2244990003",
    ("linkedin", ""): "jonasWeil2",
    ("linkedin", "pages"): "jonasWeil2",
    ("instagram", ""): "17841400000000003",
    ("instagram", "facebook"): "100000000000002",
    ("facebook", ""): "100000000000002",
}
# Permissions that a person may leave unticked and still be connected.
WITHHELD = {
    ("tiktok", ""): {"video.list", "video.publish"},
    ("youtube", ""): {
        "https://www.googleapis.com/auth/youtube.upload",
        "https://www.googleapis.com/auth/yt-analytics.readonly",
    },
    ("twitter", ""): {"media.write", "offline.access"},
    ("linkedin", ""): {"w_member_social"},
    ("linkedin", "pages"): {"w_organization_social"},
    ("instagram", ""): {"instagram_business_content_publish"},
    ("instagram", "facebook"): {"instagram_content_publish", "instagram_manage_insights"},
    ("facebook", ""): {"pages_manage_posts", "read_insights"},
}
# Where one way of consent stands for a platform in tests of the engine, and the step that commits.
WAY = {"linkedin": {"login": "pages"}}
COMMIT = {
    "tiktok": "last_chunk", "youtube": "last_chunk", "twitter": "post", "linkedin": "post", "instagram": "publish",
    "facebook": "finish",
}  # fmt: skip
# The sandbox calls X by its present name.
BOX_NAMES = {each.also: each.name for each in imitated.values() if each.also}
JANUARY = datetime(2026, 1, 5, 12, tzinfo=UTC)
PARIS = "Europe/Paris"
# How the calendar's scripts ask.
BY_SCRIPT = {"Accept": "application/json", "HX-Request": "true"}
TIKTOK = PLATFORMS["tiktok"].options(public=True)
YOUTUBE = PLATFORMS["youtube"].options(public=True)


class Box:
    """A running sandbox and its control API."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = httpx.Client(timeout=60)

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        url = f"{self.base}/_control/{path}"
        answer = self.http.get(url) if body is None else self.http.post(url, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def fault(self, kind: str, *, platform: str, step: str, times: int = 1, **more: Any) -> None:
        """The next `times` calls of a step fail."""
        platform = BOX_NAMES.get(platform, platform)
        self.control("faults", {"kind": kind, "platform": platform, "step": step, "times": times, **more})

    def set(self, **values: Any) -> None:
        self.control("settings", {name.replace("__", "."): value for name, value in values.items()})

    def live(self, platform: str) -> list[dict[str, Any]]:
        """What the imitated platform holds as posted."""
        platform = BOX_NAMES.get(platform, platform)
        return [row for row in self.control("posts")["posts"] if row["platform"] == platform]

    def calls(self, platform: str, step: str = "") -> list[dict[str, Any]]:
        platform = BOX_NAMES.get(platform, platform)
        rows: list[dict[str, Any]] = self.control("calls")["calls"]
        return [row for row in rows if row["platform"] == platform and (not step or row["step"] == step)]

    def allow(self, auth_url: str, account: str, **form: Any) -> dict[str, str]:
        """Press Allow on the consent page; what the callback gets."""
        answer = self.http.post(auth_url, data={"account": account, "decision": "allow", **form})
        assert answer.status_code == 303, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


_handed_out: dict[str, str] = {}


def _fetch(url: str, path: Path) -> int:
    """What the imitated platform fetches: the bytes behind an address that was handed out to it."""
    data = default_storage.open(_handed_out[url]).read()
    path.write_bytes(data)
    return len(data)


@pytest.fixture(scope="session")
def sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The imitation on a free port, by the product's clock; its base address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}/sandbox"
    folder = tmp_path_factory.mktemp("sandbox")
    app = create_app(folder / "sandbox.sqlite3", base, clock=lambda: clock.now().timestamp(), fetch=_fetch)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until(lambda: server.started, "the sandbox to start")
    yield base
    server.should_exit = True
    thread.join(5)
    app.close()


@pytest.fixture
def box(frozen: None, settings: Any, monkeypatch: pytest.MonkeyPatch, sandbox_server: str) -> Iterator[Box]:
    """An empty sandbox that the product takes for the platforms."""
    settings.PLATFORMS = platform_settings(ENV, sandbox_server)
    for name in ("linkedin", "linkedin_pages"):
        settings.PLATFORMS[name]["version"] = "202604"  # a month before the frozen clock
    settings.TRUSTED_OUTSIDE_URLS = [sandbox_server]
    settings.PUBLIC_BASE_URL = "http://localhost:8000"
    real = deliveries.link

    def link(media: Any) -> str:
        url = real(media)
        _handed_out[url] = media.storage_key
        return url

    monkeypatch.setattr(deliveries, "link", link)
    found = Box(sandbox_server)
    found.control("reset", {})
    yield found
    found.http.close()


def portrait(workspace: Any, padding: int = 0, seconds: float = 2.0) -> Any:
    """A stored vertical video of two seconds; `padding` adds bytes that players ignore."""
    data = factories.tiny_mp4(width=360, height=640, audio=False, seconds=seconds).read_bytes()
    if padding:
        data += (padding + 8).to_bytes(4, "big") + b"free" + bytes(padding)
    facts = {"content_type": "video/mp4", "width": 360, "height": 640, "duration_s": seconds, "fps": 25.0}
    return factories.make_media(workspace, data=data, **facts)


def picture(workspace: Any, shade: int = 0) -> Any:
    """A stored JPEG picture; another `shade` is another file."""
    held = io.BytesIO()
    Image.new("RGB", (400, 400), (shade, 90, 120)).save(held, "JPEG")
    facts = {"kind": "image", "content_type": "image/jpeg", "width": 400, "height": 400}
    return factories.make_media(workspace, data=held.getvalue(), **facts)


def tall(workspace: Any, seconds: float = 4.0) -> Any:
    """A stored video that every platform takes as a Reel or a Short: 540 × 960, four seconds."""
    data = factories.tiny_mp4(seconds=seconds, width=540, height=960, audio=False).read_bytes()
    facts = {"content_type": "video/mp4", "width": 540, "height": 960, "duration_s": seconds, "fps": 25.0}
    return factories.make_media(workspace, data=data, **facts)


Connect = Callable[..., SocialAccount]


@pytest.fixture
def connect(box: Box, in_workspace: SimpleNamespace) -> Connect:
    """`connect("tiktok")` walks through the consent page and returns the account.

    Where the consent reaches several accounts, `pick` says which one, else the first that can be chosen.
    """

    def walk(platform: str, account: str = "", pick: str = "", login: str = "", **form: Any) -> SocialAccount:
        actor = in_workspace.alice_actor
        start = connections.start(actor=actor, platform=platform, login=login)
        query = box.allow(start.auth_url, account or PEOPLE[platform, login], **form)
        found = connections.finish(platform=platform, query=query, signed_in=in_workspace.alice)
        if isinstance(found, Choice):
            options = connections.pending(actor=actor, choice_id=found.choice_id).options
            able = [option.info.external_id for option in options if not option.info.problem]
            found = connections.choose(actor=actor, choice_id=found.choice_id, external_ids=[pick or able[0]])
        return found.accounts[0]

    return walk


@pytest.fixture
def connect_key(box: Box, in_workspace: SimpleNamespace) -> Callable[..., SocialAccount]:
    """`connect_key("98401")` pastes Blotato's key and picks one of the accounts behind it."""

    def walk(account: str, key: str = "sandbox-blotato-secret") -> SocialAccount:
        actor = in_workspace.alice_actor
        found = api_keys.connect(actor=actor, service="blotato", key=key)
        return connections.choose(actor=actor, choice_id=found.choice_id, external_ids=[account]).accounts[0]

    return walk


@pytest.fixture
def make_post(in_workspace: SimpleNamespace) -> Callable[..., Post]:
    """A draft of a real video for the given accounts; `media` is another file or a list, `options` go by platform."""

    def make(*accounts: SocialAccount, text: str = "A quiet morning", media: Any = None, **options: Any) -> Post:
        if media is None:
            # Long and large enough for all of them: LinkedIn takes videos from 3 s and 75 KB.
            linkedin = any(row.platform == "linkedin" for row in accounts)
            reel = any(row.platform in ("instagram", "facebook") for row in accounts)
            room = in_workspace.workspace
            media = tall(room) if reel else portrait(room, *((80_000, 4.0) if linkedin else ()))
        files = media if isinstance(media, list) else [media]
        return posts.create_post(
            actor=in_workspace.alice_actor,
            text=text,
            media_ids=[file.pk for file in files],
            targets=[
                TargetInput(
                    row.pk,
                    title="A quiet morning" if PLATFORMS[row.platform].text.needs_title else "",
                    options={**PLATFORMS[row.platform].options(public=True), **options.get(row.platform, {})},
                )
                for row in accounts
            ],
        )

    return make


@pytest.fixture
def publish(in_workspace: SimpleNamespace, make_post: Callable[..., Post]) -> Callable[..., PostTarget]:
    """Publish one post to one account and run its jobs to their end; the target as it stands then."""

    def run(account: SocialAccount, **more: Any) -> PostTarget:
        post = make_post(account, **more)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        return PostTarget.objects.select_related("account", "post").get(post_id=post.pk)

    return run


@pytest.fixture
def in_january(box: Any) -> Iterator[None]:
    with clock.freeze(JANUARY):
        yield


@pytest.fixture
def world(in_january: None, connect: Any, in_workspace: Any) -> Any:
    """`world.plan(text, wall, zone)` schedules a post to a TikTok and a YouTube account."""
    tiktok, youtube, file = connect("tiktok"), connect("youtube"), portrait(in_workspace.workspace)
    file.original_name = "clip.mp4"
    file.save(update_fields=["original_name"])

    class World:
        actor = in_workspace.alice_actor
        browser = in_workspace.browsers.alice
        api = in_workspace.clients.alice
        accounts = (tiktok, youtube)

        def draft(self, text: str, *, only: Any = None, campaign: str = "") -> Post:
            targets = [TargetInput(tiktok.pk, options=TIKTOK), TargetInput(youtube.pk, title=text, options=YOUTUBE)]
            wanted = [one for one in targets if only is None or one.account_id == only.pk]
            return posts.create_post(
                actor=self.actor, text=text, media_ids=[file.pk], targets=wanted, campaign=campaign
            )

        def plan(self, text: str, wall: str, zone: str = PARIS, **more: Any) -> Post:
            post = self.draft(text, **more)
            when = When(wall=datetime.fromisoformat(wall), zone=zone)
            return schedule.schedule_post(actor=self.actor, post_id=post.pk, when=when)[0]

        def drag(self, post: Post, *, seen: datetime | None, tz: str = PARIS, **fields: str) -> Any:
            sent = {**fields, "tz": tz, **({"seen": seen.isoformat()} if seen else {})}
            return self.browser.post(reverse("post_move", args=[post.pk]), sent, headers=BY_SCRIPT)

    return World()
