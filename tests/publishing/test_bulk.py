"""One change to many chosen posts: partial results, nothing twice, and taking it back."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import AuditEvent
from core import clock, idempotency
from core.errors import PermissionDenied, ValidationFailed
from publishing.models import Post, PostTarget
from publishing.services import bulk, posts, schedule, undo_keys
from publishing.services.bulk import Delete, Duplicate, MoveByDays, SetCampaign, Unschedule
from publishing.services.schedule import When
from publishing.services.undo_keys import FormerPost, FormerShare
from publishing.states import TargetState
from tests.publishing.conftest import JANUARY, PARIS


def times(post: Post) -> list[tuple[str, str, str]]:
    """Zone, wall time and state of each share that counts."""
    rows = PostTarget.objects.filter(post=post).exclude(state=TargetState.CANCELLED).order_by("platform")
    return list(rows.values_list("zone", "wall_time", "state"))


def apply(world: Any, chosen: list[Any], change: Any, **more: Any) -> bulk.Results:
    return bulk.apply(actor=world.actor, post_ids=[getattr(post, "pk", post) for post in chosen], change=change, **more)


class TestMoving:
    def test_each_account_keeps_its_clock_time_over_a_change_of_clocks(self, world: Any) -> None:
        tiktok, _ = world.accounts
        paris = world.plan("Here", "2026-03-27T18:05")
        kathmandu = world.plan("There", "2026-03-27T09:45", zone="Asia/Kathmandu", only=tiktok)
        found = apply(world, [paris, kathmandu], MoveByDays(3))
        assert (found.done, found.refused) == (2, 0)
        assert times(paris) == [(PARIS, "2026-03-30T18:05", "scheduled")] * 2
        assert times(kathmandu) == [("Asia/Kathmandu", "2026-03-30T09:45", "scheduled")]
        row = PostTarget.objects.filter(post=paris).first()
        assert row is not None
        assert row.due_at is not None
        assert row.due_at.isoformat() == "2026-03-30T16:05:00+00:00"

    def test_a_post_at_two_times_moves_as_a_whole(self, world: Any) -> None:
        post = world.plan("Apart", "2026-02-03T09:30")
        later = When(wall=datetime.fromisoformat("2026-02-04T18:00"), zone=PARIS)
        row = post.targets.get(platform="youtube")
        schedule.reschedule_target(actor=world.actor, post_id=post.pk, target_id=row.pk, when=later)
        apply(world, [post], MoveByDays(-2))
        assert [wall for _, wall, _ in times(post)] == ["2026-02-01T09:30", "2026-02-02T18:00"]

    def test_what_is_refused_says_why_and_stops_nothing_else(self, world: Any, in_workspace: Any) -> None:
        moved, near = world.plan("Moves", "2026-02-03T09:30"), world.plan("Too near", "2026-01-06T09:30")
        draft, half, unknown = world.draft("No time"), world.plan("Half gone", "2026-02-05T09:30"), uuid4()
        PostTarget.objects.filter(post=half, platform="tiktok").update(state=TargetState.QUEUED)
        found = apply(world, [near, draft, half, unknown, moved], MoveByDays(-7))
        codes = [(item.done, item.code) for item in found.items]
        assert codes == [
            (False, "due_in_past"), (False, "wrong_state"), (False, "already_going_out"), (False, "not_found"),
            (True, ""),
        ]  # fmt: skip
        assert "has passed" in found.items[0].message
        assert times(moved)[0][1] == "2026-01-27T09:30"
        assert times(near)[0][1] == "2026-01-06T09:30"

    def test_posts_that_move_together_do_not_meet_each_other(self, world: Any) -> None:
        days = [world.plan(f"Day {n}", f"2026-02-0{n}T09:30") for n in range(1, 6)]
        for by in (1, -1):
            found = apply(world, days, MoveByDays(by, accept_conflicts=False))
            assert [item.message for item in found.items] == [""] * 5
        found = apply(world, days[:1], MoveByDays(1, accept_conflicts=False))
        assert found.items[0].code == "schedule_conflict"
        found = apply(world, days[:1], MoveByDays(1))
        assert "same minute" in found.items[0].notes[0]

    @pytest.mark.parametrize("days", [0, 366, -366])
    def test_by_how_many_days_is_within_a_year(self, world: Any, days: int) -> None:
        with pytest.raises(ValidationFailed, match="1 to 365"):
            apply(world, [world.plan("Stays", "2026-02-03T09:30")], MoveByDays(days))


class TestOnce:
    def test_the_same_key_moves_nothing_twice(self, world: Any) -> None:
        rows = [world.plan(f"Once {n}", f"2026-02-0{n}T09:30") for n in range(1, 4)]
        first = apply(world, rows, MoveByDays(1), key="k")
        again = apply(world, rows, MoveByDays(1), key="k")
        assert [item.repeated for item in first.items + again.items] == [False] * 3 + [True] * 3
        assert [times(row)[0][1] for row in rows] == ["2026-02-02T09:30", "2026-02-03T09:30", "2026-02-04T09:30"]
        # Another change under the same key is another change.
        apply(world, rows, MoveByDays(2), key="k")
        assert times(rows[0])[0][1] == "2026-02-04T09:30"

    def test_a_call_that_was_cut_off_goes_on_where_it_ended(self, world: Any, monkeypatch: Any) -> None:
        rows = [world.plan(f"Cut {n}", f"2026-02-0{n}T09:30") for n in range(1, 4)]
        real, calls = idempotency.remember, []

        def dies(*args: Any) -> None:
            calls.append(args)
            if len(calls) == 2:
                raise KeyboardInterrupt
            real(*args)

        monkeypatch.setattr(idempotency, "remember", dies)
        with pytest.raises(KeyboardInterrupt):
            apply(world, rows, Duplicate(), key="k")
        assert Post.objects.count() == 4
        found = apply(world, rows, Duplicate(), key="k")
        assert [item.repeated for item in found.items] == [True, False, False]
        assert Post.objects.count() == 6
        # The key takes back what both calls did.
        bulk.undo(actor=world.actor, key=found.undo)
        assert Post.objects.filter(deleted_at__isnull=True).count() == 3


class TestTakingBack:
    def test_every_change_is_taken_back_whole(self, world: Any) -> None:
        rows = [world.plan(f"Back {n}", f"2026-02-0{n}T09:30", campaign="Old") for n in range(1, 4)]
        before = [times(row) for row in rows]
        for change in (MoveByDays(4), Unschedule(), SetCampaign("New"), Delete()):
            found = apply(world, rows, change)
            assert found.refused == 0, change
            back = bulk.undo(actor=world.actor, key=found.undo)
            assert [item.message for item in back.items] == [""] * 3, change
            assert [times(row) for row in rows] == before, change
            assert set(Post.objects.values_list("campaign", "deleted_at", "state")) == {("Old", None, "scheduled")}

    def test_a_deleted_post_of_which_something_is_live_comes_back_with_the_rest(self, world: Any) -> None:
        post = world.plan("Partly live", "2026-02-03T09:30")
        live = PostTarget.objects.filter(post=post, platform="tiktok")
        live.update(state=TargetState.PUBLISHED, published_at=clock.now(), queued_at=clock.now())
        found = apply(world, [post], Delete())
        assert "stays live" in found.items[0].notes[0]
        bulk.undo(actor=world.actor, key=found.undo)
        post.refresh_from_db()
        assert post.deleted_at is None
        assert [state for *_, state in times(post)] == ["published", "scheduled"]

    def test_a_time_that_has_passed_leaves_a_draft_and_says_so(self, world: Any) -> None:
        post = world.plan("Just now", "2026-01-05T13:05")
        found = apply(world, [post], Delete())
        with clock.freeze(JANUARY + timedelta(minutes=8)):
            back = bulk.undo(actor=world.actor, key=found.undo)
        assert "has passed" in back.items[0].notes[0]
        post.refresh_from_db()
        assert (post.state, post.deleted_at) == ("draft", None)

    def test_what_somebody_changed_since_is_left_alone(self, world: Any) -> None:
        one, two = world.plan("One", "2026-02-03T09:30"), world.plan("Two", "2026-02-04T09:30")
        found = apply(world, [one, two], MoveByDays(1))
        apply(world, [one], MoveByDays(1))
        back = bulk.undo(actor=world.actor, key=found.undo)
        assert [item.code for item in back.items] == ["stale_version", ""]
        assert (times(one)[0][1], times(two)[0][1]) == ("2026-02-05T09:30", "2026-02-04T09:30")
        named = apply(world, [one], SetCampaign("A"))
        apply(world, [one], SetCampaign("B"))
        assert bulk.undo(actor=world.actor, key=named.undo).items[0].code == "stale_version"

    def test_taken_back_twice_does_nothing_twice(self, world: Any) -> None:
        post = world.plan("Again", "2026-02-03T09:30")
        for change in (MoveByDays(1), Unschedule(), Duplicate(), SetCampaign("x"), Delete()):
            key = apply(world, [post], change).undo
            assert bulk.undo(actor=world.actor, key=key).refused == 0
            assert bulk.undo(actor=world.actor, key=key).refused == 1, change
        assert times(post)[0][1] == "2026-02-03T09:30"

    def test_a_key_cannot_be_made_up_kept_or_used_elsewhere(self, world: Any, in_workspace: Any) -> None:
        post = world.plan("Mine", "2026-02-03T09:30")
        key = apply(world, [post], MoveByDays(1)).undo
        with pytest.raises(ValidationFailed):
            bulk.undo(actor=world.actor, key=f"{key[:-1]}{'A' if key[-1] != 'A' else 'B'}")
        assert bulk.undo(actor=in_workspace.charlie_actor, key=key).items[0].code == "not_found"
        assert times(post)[0][1] == "2026-02-04T09:30"

    def test_the_key_of_500_posts_to_three_accounts_can_be_sent(self) -> None:
        former = FormerShare(uuid4(), JANUARY, PARIS, JANUARY + timedelta(days=1, microseconds=7))
        many = [FormerPost(uuid4(), [FormerShare(uuid4(), JANUARY, PARIS, JANUARY)] * 2 + [former]) for _ in range(500)]
        key = undo_keys.make("move", many)
        assert len(key) < 100_000
        assert undo_keys.read(key, {"move"}) == ("move", many)


class TestOthers:
    def test_a_copy_says_the_same_and_has_no_time(self, world: Any) -> None:
        post = world.plan("Said twice", "2026-02-03T09:30", campaign="Spring")
        [item] = apply(world, [post], Duplicate()).items
        copy = Post.objects.get(pk=item.copy_id)
        assert (copy.text, copy.campaign, copy.state) == ("Said twice", "Spring", "draft")
        assert posts.Content.of(copy).is_of(post)

    def test_a_viewer_and_a_stranger_change_nothing(self, world: Any, in_workspace: Any) -> None:
        post = world.plan("Mine", "2026-02-03T09:30")
        for change in (MoveByDays(1), Unschedule(), Duplicate(), SetCampaign("x"), Delete()):
            with pytest.raises(PermissionDenied):
                bulk.apply(actor=in_workspace.victor_actor, post_ids=[post.pk], change=change)
            found = bulk.apply(actor=in_workspace.charlie_actor, post_ids=[post.pk], change=change)
            assert [item.code for item in found.items] == ["not_found"]
        assert times(post)[0][1] == "2026-02-03T09:30"
        assert Post.objects.count() == 1

    def test_one_to_500_posts_each_once(self, world: Any) -> None:
        with pytest.raises(ValidationFailed, match="1 to 500"):
            apply(world, [], Delete())
        with pytest.raises(ValidationFailed, match="1 to 500"):
            apply(world, [uuid4() for _ in range(501)], Delete())
        post = world.draft("Once")
        assert len(apply(world, [post, post], Duplicate()).items) == 1
        assert AuditEvent.objects.filter(verb="post.create").count() == 2


class TestApi:
    def ask(self, world: Any, body: Any, key: str = "", path: str = "bulk") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return world.api.post(f"/api/v1/posts/{path}", body, format="json", headers=headers)

    def test_a_repeated_request_answers_the_same_and_undo_takes_it_back(self, world: Any) -> None:
        one, two = world.plan("One", "2026-02-03T09:30"), world.draft("Two")
        body = {"action": "move", "post_ids": [str(one.pk), str(two.pk)], "days": 3}
        first, again = self.ask(world, body, "k1"), self.ask(world, body, "k1")
        assert first.status_code == 200, first.content
        assert (first.json()["done"], first.json()["refused"]) == (1, 1)
        assert first.json() == again.json()
        assert times(one)[0][1] == "2026-02-06T09:30"
        back = self.ask(world, {"key": first.json()["undo"]}, path="bulk/undo")
        assert (back.status_code, back.json()["done"]) == (200, 1)
        assert times(one)[0][1] == "2026-02-03T09:30"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"action": "move"}, "days"),
            ({"action": "move", "days": 0}, "days"),
            ({"action": "set_campaign"}, "campaign"),
            ({"action": "delete", "days": 1}, "days"),
            ({"action": "explode"}, "action"),
            ({"action": "delete", "post_ids": []}, "post_ids"),
            ({"action": "delete", "ids": []}, "ids"),
        ],
    )
    def test_an_odd_request_is_refused_by_field(self, world: Any, body: dict[str, Any], field: str) -> None:
        answer = self.ask(world, {"post_ids": [str(uuid4())], **body})
        assert answer.status_code == 400
        assert field in answer.json()["details"]["fields"]


class TestPages:
    def press(self, world: Any, chosen: list[Post], do: str, **more: str) -> str:
        form = {"post": [str(post.pk) for post in chosen], "do": do, "next": "/posts/", **more}
        answer = world.browser.post("/posts/selected/", form, follow=True)
        assert answer.redirect_chain == [("/posts/", 302)]
        return unescape(answer.content.decode())

    def test_chosen_posts_are_moved_and_moved_back_without_scripts(self, world: Any) -> None:
        rows = [world.plan(f"Row {n}", f"2026-02-0{n}T09:30") for n in range(1, 4)]
        page = world.browser.get("/posts/").content.decode()
        [key] = re.findall(r'name="key" value="(\w+)"', page)
        assert page.count('name="post"') >= 3
        page = self.press(world, rows, "move", days="2", key=key)
        assert "3 posts moved by 2 days." in page
        assert [times(row)[0][1] for row in rows] == ["2026-02-03T09:30", "2026-02-04T09:30", "2026-02-05T09:30"]
        undo = re.findall(r'name="key" value="([^"]{40,})"', page)[0]
        # The same press sent again does nothing.
        assert "nothing was changed again" in self.press(world, rows, "move", days="2", key=key)
        page = world.browser.post("/posts/selected/undo/", {"key": undo}, follow=True).content.decode()
        assert "3 posts as before." in page
        assert times(rows[0])[0][1] == "2026-02-01T09:30"

    def test_what_stays_is_named_with_its_reason(self, world: Any) -> None:
        moved, draft = world.plan("Moves", "2026-02-03T09:30"), world.draft("Has no time")
        page = self.press(world, [moved, draft], "unschedule")
        assert "1 of 2 posts without a time again." in page
        assert "“Has no time”: Nothing of this post is scheduled." in page

    @pytest.mark.parametrize(
        ("do", "more", "words"),
        [
            ("campaign", {"campaign": " Spring  26 "}, "1 post in the campaign “Spring 26”."),
            ("campaign", {"campaign": ""}, "1 post taken out of their campaigns."),
            ("campaign", {"campaign": "x" * 81}, "80 characters at most"),
            ("duplicate", {}, "1 post copied as drafts."),
            ("delete", {}, "1 post deleted."),
            ("move", {"days": "x"}, "Say by how many days"),
            ("explode", {}, "Choose what to do"),
        ],
    )
    def test_each_change_says_what_it_did(self, world: Any, do: str, more: dict[str, str], words: str) -> None:
        assert words in self.press(world, [world.plan("Row", "2026-02-03T09:30")], do, **more)

    def test_nothing_chosen_says_so(self, world: Any) -> None:
        assert "Choose 1 to 500 posts" in self.press(world, [], "delete")

    def test_the_list_of_the_calendar_offers_the_same_and_is_come_back_to(self, world: Any) -> None:
        post = world.plan("In the calendar", "2026-02-03T09:30")
        address = f"/schedule/?view=list&date=2026-02-03&tz={PARIS}"
        page = world.browser.get(address).content.decode()
        assert f'value="{post.pk}" form="bulk"' in " ".join(page.split())
        form = {"post": str(post.pk), "do": "move", "days": "1", "next": address}
        page = world.browser.post("/posts/selected/", form, follow=True).content.decode()
        assert "1 post moved by 1 day." in page
        assert 'id="calendar"' in page

    def test_a_viewer_is_offered_nothing_and_a_strange_way_back_is_not_taken(
        self, world: Any, in_workspace: Any
    ) -> None:
        post = world.plan("Look only", "2026-02-03T09:30")
        for address in ("/posts/", "/schedule/?view=list&date=2026-02-03"):
            page = in_workspace.browsers.victor.get(address).content.decode()
            assert ("Look only" in page, 'form="bulk"' in page) == (True, False)
        sent = {"post": str(post.pk), "do": "delete", "next": "https://example.com/posts/"}
        assert in_workspace.browsers.victor.post("/posts/selected/", sent).status_code == 403
        assert world.browser.post("/posts/selected/", sent)["Location"] == "/posts/"
