"""The calendar: what it shows, by which filters, and moving what stands in it, through services and pages."""

import re
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from core import clock
from core.errors import Conflict, ValidationFailed
from publishing.calendar import selectors as calendar
from publishing.calendar.selectors import Filters
from publishing.models import Post, PostTarget
from publishing.services import moving, schedule
from publishing.services.schedule import When
from publishing.states import TargetState
from tests.publishing.conftest import BY_SCRIPT, PARIS
from tests.publishing.conftest import JANUARY as NOW


def due(post: Post) -> list[datetime]:
    rows = PostTarget.objects.filter(post=post, due_at__isnull=False).order_by("platform")
    return [row.due_at for row in rows if row.due_at]


def written(post: Post) -> list[Any]:
    rows = PostTarget.objects.filter(post=post).order_by("pk")
    return list(rows.values("due_at", "zone", "wall_time", "state"))


class TestReading:
    def test_a_post_to_two_accounts_at_one_time_is_one_entry(self, world: Any) -> None:
        world.plan("Together", "2026-02-03T09:30")
        places = calendar.places(world.actor, NOW, NOW + timedelta(days=60), Filters())
        [entry] = calendar.entries(world.actor, places, Filters())
        assert [target.platform for target in entry.targets] == ["tiktok", "youtube"]
        assert entry.movable

    def test_a_post_at_two_times_is_two_entries(self, world: Any) -> None:
        post = world.plan("Apart", "2026-02-03T09:30")
        row = post.targets.get(platform="youtube")
        later = When(wall=datetime.fromisoformat("2026-02-04T18:00"), zone=PARIS)
        schedule.reschedule_target(actor=world.actor, post_id=post.pk, target_id=row.pk, when=later)
        places = calendar.places(world.actor, NOW, NOW + timedelta(days=60), Filters())
        entries = calendar.entries(world.actor, places, Filters())
        assert [[target.platform for target in entry.targets] for entry in entries] == [["tiktok"], ["youtube"]]

    def test_counts_are_those_under_the_other_filters(self, world: Any) -> None:
        tiktok, youtube = world.accounts
        world.plan("Both", "2026-02-03T09:30", campaign="Spring")
        world.plan("One", "2026-02-04T09:30", only=tiktok)
        span = (world.actor, NOW, NOW + timedelta(days=60))
        found = calendar.facets(*span, Filters())
        assert (found.accounts[tiktok.pk], found.accounts[youtube.pk]) == (2, 1)
        assert (found.platforms["tiktok"], found.groups["scheduled"]) == (2, 3)
        assert dict(found.campaigns) == {"Spring": 2}
        found = calendar.facets(*span, Filters(campaigns=frozenset({"Spring"})))
        assert (found.accounts[tiktok.pk], dict(found.campaigns)) == (1, {"Spring": 2})
        found = calendar.facets(*span, Filters(platforms=frozenset({"youtube"})))
        assert (found.platforms["tiktok"], found.groups["scheduled"]) == (2, 1)

    def test_what_was_called_off_shows_only_to_those_who_ask_for_it(self, world: Any) -> None:
        post = world.plan("Off", "2026-02-03T09:30")
        PostTarget.objects.filter(post=post).update(state=TargetState.CANCELLED)
        span = (world.actor, NOW, NOW + timedelta(days=60))
        assert calendar.places(*span, Filters()) == []
        assert len(calendar.places(*span, Filters(groups=frozenset({"cancelled"})))) == 1

    def test_nobody_sees_a_strangers_posts(self, world: Any, in_workspace: Any) -> None:
        world.plan("Mine", "2026-02-03T09:30")
        assert calendar.places(in_workspace.charlie_actor, NOW, NOW + timedelta(days=60), Filters()) == []


class TestMoving:
    def test_a_day_keeps_the_clock_time_over_a_change_of_clocks(self, world: Any) -> None:
        post = world.plan("Spring forward", "2026-03-28T18:05")
        [seen, _] = due(post)
        moved = moving.move_entry(
            actor=world.actor, post_id=post.pk, seen=seen, to=date(2026, 3, 30), at=None, zone=PARIS
        )
        assert moved.at.astimezone(ZoneInfo(PARIS)).isoformat() == "2026-03-30T18:05:00+02:00"
        assert due(post) == [moved.at, moved.at]

    def test_the_zone_in_which_a_person_wrote_the_time_stays(self, world: Any) -> None:
        post = world.plan("From Kathmandu", "2026-02-03T09:45", zone="Asia/Kathmandu")
        [seen, _] = due(post)
        moving.move_entry(
            actor=world.actor, post_id=post.pk, seen=seen, to=date(2026, 2, 5), at=None, zone="America/New_York"
        )
        row = PostTarget.objects.filter(post=post).first()
        assert row is not None
        # 23:00 in New York on the 2nd became 23:00 on the 5th, which is 09:45 in Kathmandu on the 6th.
        assert (row.zone, row.wall_time) == ("Asia/Kathmandu", "2026-02-06T09:45")

    def test_undo_puts_every_account_back_as_it_was(self, world: Any) -> None:
        post = world.plan("Back again", "2026-02-03T09:30")
        before = list(
            PostTarget.objects.filter(post=post).order_by("pk").values("due_at", "zone", "wall_time", "state")
        )
        [seen, _] = due(post)
        moved = moving.move_entry(
            actor=world.actor, post_id=post.pk, seen=seen, to=date(2026, 2, 9), at=time(7), zone="Asia/Kolkata"
        )
        moving.undo(actor=world.actor, key=moved.undo)
        assert written(post) == before

    def test_undo_leaves_alone_what_somebody_moved_since(self, world: Any) -> None:
        post = world.plan("Moved twice", "2026-02-03T09:30")
        [seen, _] = due(post)
        where: dict[str, Any] = {"actor": world.actor, "post_id": post.pk, "at": None, "zone": PARIS}
        first = moving.move_entry(seen=seen, to=date(2026, 2, 9), **where)
        second = moving.move_entry(seen=first.at, to=date(2026, 2, 12), **where)
        with pytest.raises(Conflict):
            moving.undo(actor=world.actor, key=first.undo)
        assert due(post) == [second.at, second.at]

    def test_undo_is_of_the_workspace_and_cannot_be_made_up(self, world: Any, in_workspace: Any) -> None:
        post = world.plan("Too late", "2026-02-03T09:30")
        [seen, _] = due(post)
        moved = moving.move_entry(
            actor=world.actor, post_id=post.pk, seen=seen, to=date(2026, 2, 9), at=None, zone=PARIS
        )
        with pytest.raises(Exception, match=""), clock.freeze(NOW):
            moving.undo(actor=in_workspace.charlie_actor, key=moved.undo)
        with pytest.raises(ValidationFailed):
            moving.undo(actor=world.actor, key=moved.undo[:-1] + ("A" if moved.undo[-1] != "A" else "B"))

    def test_one_of_two_movers_is_refused_and_sees_the_present_time(self, world: Any) -> None:
        post = world.plan("Two at once", "2026-02-03T09:30")
        [seen, _] = due(post)
        where: dict[str, Any] = {"actor": world.actor, "post_id": post.pk, "seen": seen, "at": None, "zone": PARIS}
        moved = moving.move_entry(to=date(2026, 2, 9), **where)
        with pytest.raises(Conflict) as refused:
            moving.move_entry(to=date(2026, 2, 10), **where)
        assert refused.value.code == "stale_version"
        assert refused.value.details["due_at"] == [moved.at.isoformat()]

    def test_half_of_an_entry_is_never_moved(self, world: Any) -> None:
        post = world.plan("Half gone", "2026-02-03T09:30")
        [seen, _] = due(post)
        PostTarget.objects.filter(post=post, platform="tiktok").update(state=TargetState.QUEUED)
        with pytest.raises(Conflict) as refused:
            moving.move_entry(actor=world.actor, post_id=post.pk, seen=seen, to=date(2026, 2, 9), at=None, zone=PARIS)
        assert refused.value.code == "already_going_out"
        assert due(post) == [seen, seen]

    def test_nothing_moves_into_the_past(self, world: Any) -> None:
        post = world.plan("Not back", "2026-02-03T09:30")
        [seen, _] = due(post)
        with pytest.raises(ValidationFailed, match="has passed"):
            moving.move_entry(actor=world.actor, post_id=post.pk, seen=seen, to=date(2026, 1, 2), at=None, zone=PARIS)

    def test_a_draft_gets_its_first_time_and_undo_makes_it_a_draft_again(self, world: Any) -> None:
        post = world.draft("First time")
        moved = moving.schedule_draft(actor=world.actor, post_id=post.pk, to=date(2026, 2, 3), at=time(9), zone=PARIS)
        assert due(post) == [moved.at, moved.at]
        moving.undo(actor=world.actor, key=moved.undo)
        post.refresh_from_db()
        assert (post.state, due(post)) == ("draft", [])


class TestPages:
    @pytest.mark.parametrize("view", ["month", "week", "list"])
    def test_a_view_shows_the_post_in_its_cell(self, world: Any, view: str) -> None:
        post = world.plan("In its cell", "2026-02-03T09:30")
        page = world.browser.get("/schedule/", {"view": view, "date": "2026-02-03", "tz": PARIS}).content.decode()
        key = "2026-02-03T09" if view == "week" else "2026-02-03"
        cell = re.search(rf'id="cell-{key}".*?(?=id="cell-|\Z)', page, re.DOTALL)
        assert cell is not None
        assert f"/posts/{post.pk}/" in cell.group()
        assert page.count("In its cell") >= 1

    @pytest.mark.parametrize("view", ["month", "week", "list"])
    def test_a_cell_fetched_alone_is_the_cell_of_the_page(self, world: Any, view: str) -> None:
        world.plan("The same", "2026-02-03T09:30")
        query = {"view": view, "date": "2026-02-03", "tz": PARIS}
        key = "2026-02-03T09" if view == "week" else "2026-02-03"
        page = world.browser.get("/schedule/", query).content.decode()
        alone = world.browser.get("/schedule/cells/", {**query, "cell": key}).content.decode()
        pattern = rf'id="cell-{key}"(.*?)(?=id="cell-|</tr>|</ol>\s*<aside|\Z)'
        [one], [other] = re.findall(pattern, page, re.DOTALL), re.findall(pattern, alone, re.DOTALL)
        assert " ".join(other.split())[:400] == " ".join(one.split())[:400]

    def test_nothing_changed_is_an_empty_answer(self, world: Any) -> None:
        world.plan("Still", "2026-02-03T09:30")
        query = {"view": "month", "date": "2026-02-03", "cell": "2026-02-03"}
        later = clock.now() + timedelta(seconds=1)
        assert world.browser.get("/schedule/cells/", {**query, "since": later.isoformat()}).status_code == 204
        assert world.browser.get("/schedule/cells/", {**query, "since": clock.now().isoformat()}).status_code == 200

    def test_four_posts_on_a_day_are_three_and_one_more(self, world: Any) -> None:
        for hour in range(4):
            world.plan(f"Number {hour}", f"2026-02-03T1{hour}:00")
        page = world.browser.get("/schedule/", {"view": "month", "date": "2026-02-03", "tz": PARIS}).content.decode()
        assert "+1 more" in page
        assert ("Number 2" in page, "Number 3" in page) == (True, False)

    def test_the_day_of_a_clock_change_says_so(self, world: Any) -> None:
        for view in ("month", "week", "list"):
            page = world.browser.get("/schedule/", {"view": view, "date": "2026-03-29", "tz": PARIS}).content.decode()
            assert "Clocks go forward at 02:00, to 03:00" in page

    def test_a_drop_answers_with_the_new_instant_and_a_key_to_take_it_back(self, world: Any) -> None:
        post = world.plan("Dropped", "2026-02-03T09:30")
        [seen, _] = due(post)
        answer = world.drag(post, seen=seen, date="2026-02-05")
        assert answer.status_code == 200
        told = answer.json()
        assert told["words"] == "Moved to Thu 5 Feb, 09:30 (Europe/Paris)."
        assert due(post)[0].isoformat() == told["at"]
        back = world.browser.post(
            reverse("schedule_undo"),
            {"key": told["undo"]},
            headers={"Accept": "application/json", "HX-Request": "true"},
        )
        assert back.status_code == 200
        assert due(post) == [seen, seen]

    @pytest.mark.parametrize(
        ("fields", "code"),
        [({"date": "soon"}, 400), ({"date": "2026-02-05", "time": "noon"}, 400), ({"date": "2025-02-05"}, 400)],
    )
    def test_an_odd_drop_is_refused_with_a_sentence(self, world: Any, fields: dict[str, str], code: int) -> None:
        post = world.plan("Refused", "2026-02-03T09:30")
        [seen, _] = due(post)
        answer = world.drag(post, seen=seen, **fields)
        assert (answer.status_code, bool(answer.json()["message"])) == (400, True)
        assert due(post) == [seen, seen]

    def test_move_to_works_without_scripts_and_offers_to_take_it_back(self, world: Any) -> None:
        post = world.plan("By form", "2026-02-03T09:30")
        [seen, _] = due(post)
        address = reverse("post_move", args=[post.pk])
        form = world.browser.get(address, {"seen": seen.isoformat(), "tz": PARIS}).content.decode()
        assert 'value="2026-02-03T09:30"' in form
        sent = {"seen": seen.isoformat(), "wall_time": "2026-02-07T10:15", "timezone": PARIS}
        page = world.browser.post(address, sent, follow=True).content.decode()
        assert "Moved to Sat 7 Feb, 10:15 (Europe/Paris)." in page
        [undo] = re.findall(r'action="(/schedule/undo/[^"]+)"', page)
        world.browser.post(unescape(undo))
        assert due(post) == [seen, seen]

    def test_a_viewer_sees_the_calendar_and_moves_nothing(self, world: Any, in_workspace: Any) -> None:
        post = world.plan("Look only", "2026-02-03T09:30")
        [seen, _] = due(post)
        viewer = in_workspace.browsers.victor
        page = viewer.get("/schedule/", {"view": "month", "date": "2026-02-03"}).content.decode()
        assert "Look only" in page
        assert "calendar-move" not in page
        sent = {"seen": seen.isoformat(), "date": "2026-02-05"}
        assert viewer.post(reverse("post_move", args=[post.pk]), sent, headers=BY_SCRIPT).status_code == 403

    def test_a_strangers_post_is_not_there(self, world: Any, in_workspace: Any) -> None:
        post = world.plan("Not yours", "2026-02-03T09:30")
        assert in_workspace.browsers.charlie.get(reverse("post_move", args=[post.pk])).status_code == 404

    @pytest.mark.parametrize(
        "query",
        [
            {
                "view": "year",
                "date": "2026-99-99",
                "tz": "Mars/Base",
                "account": "x",
                "status": "odd",
                "platform": "myspace",
            },
            {"date": "0001-01-01"},
            {"date": "9999-12-31"},
            {"campaign": "\x00"},
            {"campaign": "x" * 5000},
            {"account": str(uuid4())},
        ],
    )
    def test_an_odd_address_is_read_as_far_as_it_can_be(self, world: Any, query: dict[str, str]) -> None:
        assert world.browser.get("/schedule/", query).status_code == 200
        assert world.browser.get("/schedule/cells/", {**query, "cell": "2026-13-77"}).status_code == 200
