"""The schedule in other calendars, and the calendar in the API: the same posts at the same instants."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.test import Client
from django.urls import reverse

from core import clock, scope
from publishing.calendar import feeds
from publishing.models import CalendarFeed, PostTarget
from tests.publishing.conftest import PARIS
from tests.publishing.test_calendar import due

# Zones with whole, half and three-quarter hours, each with nights in which clocks change within the year.
ZONES = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kathmandu")
WALLS = (
    "2026-03-08T02:30", "2026-03-28T23:45", "2026-03-29T02:30", "2026-04-05T01:45", "2026-04-05T03:15",
    "2026-10-04T02:15", "2026-10-25T02:30", "2026-11-01T01:30", "2026-11-01T23:59", "2026-09-27T02:50",
)  # fmt: skip


def events(text: str) -> list[Any]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def path(address: str) -> str:
    return "/" + address.partition("://")[2].partition("/")[2]


class TestFeed:
    def test_a_calendar_reads_what_is_planned_without_an_account(self, world: Any) -> None:
        post = world.plan("Grüße; mit, Komma\nund zweiter Zeile", "2026-02-03T09:30", campaign="Spring")
        address = feeds.address(feeds.renew(actor=world.actor))
        answer = Client().get(path(address))
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        assert answer["Cache-Control"].startswith("max-age=0")
        [event] = events(answer.content.decode())
        assert event["summary"] == "TikTok, YouTube: Grüße; mit, Komma und zweiter Zeile"
        assert event.decoded("dtstart") == due(post)[0]
        assert str(event["url"]).endswith(f"/posts/{post.pk}/")
        assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))

    def test_a_moved_post_stays_the_same_event(self, world: Any) -> None:
        post = world.plan("Moves", "2026-02-03T09:30")
        token = feeds.address(feeds.renew(actor=world.actor)).rpartition("/")[2].removesuffix(".ics")
        [before] = events(feeds.read(token))
        world.drag(post, seen=due(post)[0], date="2026-02-05")
        [after] = events(feeds.read(token))
        assert after["uid"] == before["uid"]
        assert after.decoded("dtstart") - before.decoded("dtstart") == timedelta(days=2)

    def test_a_new_address_ends_the_former_and_revoking_ends_all(self, world: Any) -> None:
        first = feeds.address(feeds.renew(actor=world.actor))
        second = feeds.address(feeds.renew(actor=world.actor))
        assert [Client().get(path(one)).status_code for one in (first, second)] == [404, 200]
        feeds.revoke(actor=world.actor)
        assert Client().get(path(second)).status_code == 404
        assert not CalendarFeed.objects.exists()

    def test_a_strangers_posts_are_in_nobody_elses_feed(self, world: Any, in_workspace: Any) -> None:
        world.plan("Mine", "2026-02-03T09:30")
        with scope.workspace(in_workspace.charlie_actor.workspace_id):
            address = feeds.address(feeds.renew(actor=in_workspace.charlie_actor))
        assert events(Client().get(path(address)).content.decode()) == []

    def test_the_page_makes_shows_and_ends_the_address(self, world: Any) -> None:
        page = world.browser.get(reverse("calendar_feed_settings")).content.decode()
        assert "There is no address yet" in page
        page = world.browser.post(reverse("calendar_feed_renew"), follow=True).content.decode()
        assert feeds.address(CalendarFeed.objects.get()) in page
        page = world.browser.post(reverse("calendar_feed_revoke"), follow=True).content.decode()
        assert "does not work any more" in page

    def test_a_viewer_may_not_have_the_address(self, world: Any, in_workspace: Any) -> None:
        feeds.renew(actor=world.actor)
        viewer = in_workspace.browsers.victor
        assert viewer.get(reverse("calendar_feed_settings")).status_code == 403
        assert viewer.get("/api/v1/calendar/feed").status_code == 403
        assert viewer.post(reverse("calendar_feed_renew")).status_code == 403

    def test_odd_addresses_are_not_found(self, world: Any) -> None:
        for token in ("x", "a" * 500, "%00", "..%2f.."):
            assert Client().get(f"/calendar/{token}.ics").status_code == 404


class TestApi:
    @pytest.fixture
    def api(self, in_workspace: Any) -> Any:
        return in_workspace.clients.alice

    def test_an_entry_has_its_accounts_and_its_wall_time_in_the_asked_zone(self, world: Any, api: Any) -> None:
        world.plan("In the API", "2026-02-03T09:30", campaign="Spring")
        [item] = api.get("/api/v1/calendar?start=2026-02-01&timezone=Asia/Kathmandu").json()["items"]
        assert (item["content"], item["campaign"], item["movable"]) == ("In the API", "Spring", True)
        assert item["wall_time"] == "2026-02-03T14:15"
        assert [row["platform"] for row in item["targets"]] == ["tiktok", "youtube"]

    def test_moving_and_taking_it_back(self, world: Any, api: Any) -> None:
        post = world.plan("Moved by a program", "2026-02-03T09:30")
        [seen, _] = due(post)
        body = {"scheduled_at": seen.isoformat(), "date": "2026-02-05", "time": "18:15", "timezone": PARIS}
        moved = api.post(f"/api/v1/posts/{post.pk}/move", body, content_type="application/json")
        assert moved.status_code == 200, moved.content
        assert due(post)[0].astimezone(ZoneInfo(PARIS)).isoformat() == "2026-02-05T18:15:00+01:00"
        again = api.post(f"/api/v1/posts/{post.pk}/move", body, content_type="application/json")
        assert (again.status_code, again.json()["details"]["code"]) == (409, "stale_version")
        back = api.post("/api/v1/calendar/undo", {"key": moved.json()["undo"]}, content_type="application/json")
        assert (back.status_code, due(post)) == (200, [seen, seen])

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("statuses=odd", "statuses"), ("platforms=myspace", "platforms"), ("account_ids=1", "account_ids"),
            ("start=2026-01-01&end=2028-01-01", "end"), ("colour=red", "colour"), ("timezone=Mars", "timezone"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_named(self, world: Any, api: Any, query: str, field: str) -> None:
        answer = api.get(f"/api/v1/calendar?{query}")
        assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, [field])


@pytest.mark.parametrize("zone", ZONES)
def test_page_feed_and_api_agree_with_the_engine_on_every_post(world: Any, in_workspace: Any, zone: str) -> None:
    """Nights in which clocks change, in this zone and in others: one instant in every view."""
    tiktok, _ = world.accounts
    posts = {str(world.plan(f"At {wall} there", wall, zone=zone, only=tiktok).pk): wall for wall in WALLS}
    info = ZoneInfo(zone)
    truth = {str(row.post_id): row.due_at for row in PostTarget.objects.filter(post_id__in=posts) if row.due_at}
    assert len(truth) == len(posts)
    address = feeds.address(feeds.renew(actor=world.actor))
    feed = {str(event["url"]).split("/")[-2]: event for event in events(Client().get(path(address)).content.decode())}
    query = f"start=2026-01-05&end=2027-01-01&limit=100&timezone={zone}"
    listed = {
        item["post_id"]: item for item in in_workspace.clients.alice.get(f"/api/v1/calendar?{query}").json()["items"]
    }
    for key, at in truth.items():
        local = at.astimezone(info)
        assert feed[key].decoded("dtstart").astimezone(UTC) == at
        assert datetime.fromisoformat(listed[key]["scheduled_at"]) == at
        assert listed[key]["wall_time"] == f"{local:%Y-%m-%dT%H:%M}"
        for view in ("month", "week", "list"):
            on = f"{local:%Y-%m-%d}"
            page = world.browser.get("/schedule/", {"view": view, "date": on, "tz": zone}).content.decode()
            chip = page.partition(f'id="entry-{key}-')[2].partition("</li>")[0]
            assert f'data-wall="{local:%Y-%m-%dT%H:%M}"' in chip, (view, on)
            cell = page.partition(f'id="entry-{key}-')[0].rpartition('data-cell="')[2].partition('"')[0]
            assert cell[:10] == on
    assert clock.now() < min(truth.values())
