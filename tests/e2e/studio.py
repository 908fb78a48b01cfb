"""A workspace in which everything has happened once, filled through the API of the running product."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import APIResponse, Page

from tests.e2e.people import LONG_MS, Person, connect, sign_up
from tests.e2e.product import Product
from tests.waits import until

ZONE = "America/New_York"
TEXT = "Could your balcony feed you? Five herbs that grow in a cup. #balcony #herbs #garden"
OPTIONS = {
    "tiktok": {"privacy_level": "PUBLIC_TO_EVERYONE"},
    "youtube": {"privacy_status": "public", "made_for_kids": False},
}


@dataclass
class Api:
    """The API with the cookies of a signed-in page."""

    page: Page

    def get(self, path: str) -> Any:
        return _json(self.page.request.get(f"/api/v1/{path}"))

    def post(self, path: str, **body: Any) -> Any:
        return _json(self.page.request.post(f"/api/v1/{path}", data=body, headers=self._proof()))

    def patch(self, path: str, **body: Any) -> Any:
        return _json(self.page.request.patch(f"/api/v1/{path}", data=body, headers=self._proof()))

    def put(self, path: str, **body: Any) -> Any:
        return _json(self.page.request.put(f"/api/v1/{path}", data=body, headers=self._proof()))

    def upload(self, clip: Path, title: str) -> Any:
        form: Any = {"file": {"name": clip.name, "mimeType": "video/mp4", "buffer": clip.read_bytes()}, "title": title}
        return _json(self.page.request.post("/api/v1/videos/upload", multipart=form, headers=self._proof()))

    def wait(self, path: str, ready: Callable[[Any], bool]) -> Any:
        """Until the resource is as wanted."""
        found: Any = None

        def settled() -> bool:
            nonlocal found
            found = self.get(path)
            return ready(found)

        until(settled, f"{path} to be ready", seconds=LONG_MS / 1000, every_s=0.3)
        return found

    def _proof(self) -> dict[str, str]:
        token = next(each["value"] for each in self.page.context.cookies() if each["name"] == "csrftoken")
        return {"X-CSRFToken": token, "Prefer": "respond-async"}


def _json(answer: APIResponse) -> Any:
    assert answer.ok, f"{answer.status} for {answer.url}: {answer.text()[:600]}"
    return answer.json()


def fill(page: Page, product: Product, clip: Path, person: Person) -> None:
    """Videos, a strategy, a script, an edit, two accounts; posts that are live, failed, scheduled and drafts."""
    sign_up(page, product, person)
    api = Api(page)
    api.patch("preferences", timezone=ZONE)
    product.sandbox("settings", {"audience.speed": 3600})
    videos = [api.upload(clip, title)["id"] for title in ("Balcony garden", "A much longer title " * 6)]
    connect(page, product, "TikTok", "tt-lumen")
    connect(page, product, "YouTube", "UCluMenStudioSandbox0001")
    person.state = dict(page.context.storage_state())
    for video in videos:
        api.wait(f"videos/{video}", lambda found: found["status"] == "processed")
    strategy = api.post("strategies/generate", video_ids=videos, platforms=["tiktok", "youtube"], goals=["views"])
    strategy_id = str(strategy["id"])
    api.wait(f"strategies/{strategy_id}", lambda found: found["status"] == "ready")
    wish: dict[str, Any] = {"concept": "Three herbs for a balcony", "platform": "tiktok", "duration": 6}
    script_id = str(api.post("scripts/generate", **wish, strategy_id=strategy_id, video_ids=videos[:1])["id"])
    api.wait(f"scripts/{script_id}", lambda found: found["status"] == "ready")
    formats = [{"aspect_ratio": "1:1"}]
    edit = api.post(f"videos/{videos[0]}/edit", script_id=script_id, duration=5, formats=formats)
    edit_id = str(edit.get("id") or api.get("edits")["items"][0]["id"])
    done = api.wait(f"edits/{edit_id}", lambda found: found["state"] not in {"queued", "rendering", "draft"})
    assert done["state"] == "done", done
    person.ids = {"video": videos[0], "other": videos[1], "strategy": strategy_id, "script": script_id, "edit": edit_id}
    person.ids |= _webhook(api, product)
    person.ids |= _posts(api, done["renditions"][0]["id"])
    person.ids |= _library(api)
    person.ids |= _queue(api, person.ids["draft"])
    person.ids |= _recurring(api, person.ids["scheduled"])


def _queue(api: Api, draft: str) -> dict[str, str]:
    """The times of an account's week with a post that waits, and a day without posts."""
    account = str(api.get("queues")["items"][0]["account_id"])
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    api.put(f"queues/{account}", times={day: ["09:15", "18:45"] for day in days}, timezone=ZONE)
    for _ in range(2):
        copy = api.post("posts/bulk", action="duplicate", post_ids=[draft])["items"][0]["copy_id"]
        api.post(f"posts/{copy}/queue", account_ids=[account])
    ahead = (datetime.now(ZoneInfo(ZONE)) + timedelta(days=20)).date().isoformat()
    api.post("blackout-days", day=ahead, note="Holiday")
    return {"account": account}


def _recurring(api: Api, post_id: str) -> dict[str, str]:
    """A post that comes again on two days of the week, with two texts in turn."""
    made = api.post(
        "recurring-posts", post_id=post_id, rhythm="weekdays", weekdays=["monday", "thursday"], time="18:00",
        texts=["A herb a week", "Another herb, مرحبا 👋🏽, " + "and a long line " * 20],
    )  # fmt: skip
    return {"rule": made["rule"]["id"]}


def _library(api: Api) -> dict[str, str]:
    """A template with variables, a draft with tags, a hashtag group and a signature."""
    parts = [{"platform": "tiktok"}, {"platform": "x", "content": "{{hook}} " + "A long line. " * 30}]
    words = "{{hook}}\n\n{{tip}}\n{{cta|Follow for more}}"
    template = api.post(
        "library", name="Monday tip", content=words, platforms=parts, tags=["herbs", "launch"], notes="Mondays at six."
    )
    api.post("library", type="draft", content="مرحبا بالأعشاب 👋🏽 an idea", campaign="May", tags=["herbs"])
    tags = ["balcony", "植物", *(f"herb{number}x" for number in range(31))]
    group = api.post("library/hashtag-groups", name="Herbs and more", hashtags=tags)
    signature = api.post("library/signatures", name="Team", text="Yours,\nthe balcony team")
    return {"template": template["id"], "group": group["id"], "signature": signature["id"]}


def _webhook(api: Api, product: Product) -> dict[str, str]:
    """An endpoint that nobody answers at, with a test event that is on its way to it."""
    events = ["post.published", "post.failed"]
    made = api.post("webhook-endpoints", url=f"{product.receiver_url}/hook", description="Our CRM", events=events)
    delivery = api.post(f"webhook-endpoints/{made['id']}/test")
    api.wait(f"webhook-deliveries/{delivery['id']}", lambda found: found["tries"] > 0)
    return {"webhook": str(made["id"]), "receipt": str(delivery["id"])}


def _posts(api: Api, rendition: str) -> dict[str, str]:
    common: dict[str, Any] = {"rendition_id": rendition, "platforms": list(OPTIONS), "platform_options": OPTIONS}
    tomorrow = (datetime.now(ZoneInfo(ZONE)) + timedelta(days=1)).replace(hour=18, minute=30, second=0, microsecond=0)
    when = {"wall_time": tomorrow.strftime("%Y-%m-%dT%H:%M"), "timezone": ZONE}
    live = api.post("posts/publish", **common, content=TEXT, title="Five herbs")
    failed = api.post("posts/publish", **common, content=f"{TEXT} #sandbox-processing-failed", title="Cannot")
    scheduled = api.post("posts/schedule", **common, content=f"Tomorrow: {TEXT}", title="Tomorrow", **when)
    draft = api.post("posts", **common, content="An idea", title="An idea")
    names = ("live", "failed", "scheduled", "draft")
    ids = {
        name: str(post.get("post_id") or post["id"])
        for name, post in zip(names, (live, failed, scheduled, draft), strict=True)
    }
    api.wait(f"posts/{ids['live']}", lambda found: found["status"] == "published")
    api.wait(f"posts/{ids['failed']}", lambda found: any(each["error"] for each in found["targets"]))
    api.wait("analytics/platforms", lambda found: len(found) >= 2)
    return ids
