"""Queues: the next free time, the order of what waits, pausing, days without posts, a changed week."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from core import clock, scope
from core.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from publishing.insight import alarms
from publishing.models import ApprovalPolicy, Post, PostTarget, Queue, QueuePlace
from publishing.queues import selectors
from publishing.schedule import lateness, scheduler
from publishing.services import queued_posts, queues, schedule, sending
from publishing.services.posts import Content
from publishing.services.schedule import When
from publishing.states import TargetState
from tests.publishing.conftest import PARIS

DAILY = [["09:00", "18:00"]] * 7


@pytest.fixture
def queue(world: Any) -> Any:
    """The TikTok account posts at nine and six every day, the YouTube account on Mondays at noon."""
    tiktok, youtube = world.accounts
    queues.set_week(actor=world.actor, account_id=tiktok.pk, week=DAILY, zone=PARIS)
    queues.set_week(actor=world.actor, account_id=youtube.pk, week=[["12:00"], *[[]] * 6], zone="Asia/Kathmandu")
    return tiktok


def add(world: Any, text: str, only: Any) -> PostTarget:
    post = world.draft(text, only=only)
    queued_posts.add(actor=world.actor, post_id=post.pk)
    return PostTarget.objects.get(post=post)


def walls(world: Any, account: Any) -> list[tuple[str, str]]:
    rows = selectors.waiting(world.actor, account.pk)
    return [(place.target.post.text, place.target.wall_time[5:]) for place in rows]


class TestAdding:
    def test_each_account_gets_its_own_next_free_time(self, world: Any, queue: Any) -> None:
        now = clock.now()
        post = world.draft("Both")
        added = queued_posts.add(actor=world.actor, post_id=post.pk)
        found = {row.platform: row for row in added.post.targets.all()}
        assert found["tiktok"].state == found["youtube"].state == TargetState.SCHEDULED
        assert found["tiktok"].zone == PARIS
        assert found["tiktok"].wall_time[11:] in ("09:00", "18:00")
        assert found["youtube"].wall_time[11:] == "12:00"
        assert found["youtube"].zone == "Asia/Kathmandu"
        assert all(row.due_at > now for row in found.values())

    def test_times_are_given_one_after_the_other(self, world: Any, queue: Any) -> None:
        rows = [add(world, f"Post {n}", queue) for n in range(3)]
        assert rows[0].due_at < rows[1].due_at < rows[2].due_at
        assert {row.wall_time[11:] for row in rows} == {"09:00", "18:00"}

    def test_a_time_that_another_post_has_is_not_free(self, world: Any, queue: Any) -> None:
        free = selectors.account_queue(world.actor, queue.pk).next
        assert free is not None
        world.plan("By hand", f"{free.wall:%Y-%m-%dT%H:%M}", only=queue)
        assert add(world, "Queued", queue).due_at > free.at

    def test_adding_twice_moves_nothing(self, world: Any, queue: Any) -> None:
        row = add(world, "Once", queue)
        added = queued_posts.add(actor=world.actor, post_id=row.post_id)
        assert "already" in added.notes[0]
        assert PostTarget.objects.get(pk=row.pk).due_at == row.due_at

    def test_one_account_of_several(self, world: Any, queue: Any) -> None:
        post = world.draft("Only one")
        queued_posts.add(actor=world.actor, post_id=post.pk, account_ids=[queue.pk])
        states = dict(PostTarget.objects.filter(post=post).values_list("platform", "state"))
        assert states == {"tiktok": "scheduled", "youtube": "draft"}

    def test_an_account_without_times_is_named(self, world: Any) -> None:
        post = world.draft("Nowhere", only=world.accounts[0])
        with pytest.raises(Conflict) as refused:
            queued_posts.add(actor=world.actor, post_id=post.pk)
        assert refused.value.code == "queue_empty"
        assert world.accounts[0].handle in refused.value.message
        assert PostTarget.objects.get(post=post).state == TargetState.DRAFT

    def test_a_full_queue_says_so(self, world: Any, queue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("publishing.schedule.queues.AHEAD", timedelta(days=1))
        for n in range(2):
            add(world, f"Post {n}", queue)
        with pytest.raises(Conflict, match="leave room for 0 posts"):
            add(world, "Too much", queue)

    def test_the_composer_adds_in_one_transaction(self, world: Any, queue: Any) -> None:
        content = Content.of(world.draft("Template", only=queue))
        first = sending.send(actor=world.actor, content=content, timing=sending.Queued(), key="one")
        again = sending.send(actor=world.actor, content=content, timing=sending.Queued(), key="one")
        assert first.post.pk == again.post.pk
        assert QueuePlace.objects.count() == 1

    def test_a_viewer_and_a_stranger_add_nothing(self, world: Any, queue: Any, in_workspace: Any) -> None:
        post = world.draft("Mine", only=queue)
        with pytest.raises(PermissionDenied):
            queued_posts.add(actor=in_workspace.victor_actor, post_id=post.pk)
        with pytest.raises(NotFound):
            queued_posts.add(actor=in_workspace.charlie_actor, post_id=post.pk)
        with pytest.raises(NotFound):
            queues.set_week(actor=in_workspace.charlie_actor, account_id=queue.pk, week=DAILY)

    def test_what_is_planned_by_hand_leaves_the_queue(self, world: Any, queue: Any) -> None:
        row = add(world, "Moved", queue)
        when = When(at=row.due_at + timedelta(hours=1), zone=PARIS)
        schedule.reschedule_target(actor=world.actor, post_id=row.post_id, target_id=row.pk, when=when)
        assert walls(world, queue) == []
        assert add(world, "Next", queue).due_at == row.due_at

    def test_taking_out_makes_a_draft_and_frees_the_time(self, world: Any, queue: Any) -> None:
        row = add(world, "Out", queue)
        queued_posts.remove(actor=world.actor, post_id=row.post_id)
        assert PostTarget.objects.get(pk=row.pk).state == TargetState.DRAFT
        assert add(world, "In", queue).due_at == row.due_at
        with pytest.raises(Conflict, match="in no queue"):
            queued_posts.remove(actor=world.actor, post_id=row.post_id)


@pytest.mark.django_db(transaction=True)
def test_two_who_add_at_once_never_get_the_same_time(world: Any, queue: Any) -> None:
    drafts = [world.draft(f"Post {n}", only=queue) for n in range(6)]
    gate, failed = threading.Barrier(len(drafts)), []

    def run(post: Post) -> None:
        try:
            gate.wait(10)
            with scope.workspace(world.actor.workspace_id):
                queued_posts.add(actor=world.actor, post_id=post.pk)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(post,)) for post in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    times = list(PostTarget.objects.filter(account=queue).values_list("due_at", flat=True))
    assert len(set(times)) == len(drafts)
    assert QueuePlace.objects.filter(queue__account=queue).count() == len(drafts)


class TestOrder:
    def test_the_times_stay_and_the_posts_change_places(self, world: Any, queue: Any) -> None:
        rows = [add(world, name, queue) for name in "ABCD"]
        before = [at for _, at in walls(world, queue)]
        queued_posts.reorder(actor=world.actor, account_id=queue.pk, target_ids=[row.pk for row in reversed(rows)])
        assert [name for name, _ in walls(world, queue)] == list("DCBA")
        assert [at for _, at in walls(world, queue)] == before

    def test_one_post_goes_before_another_or_last(self, world: Any, queue: Any) -> None:
        rows = [add(world, name, queue) for name in "ABCD"]
        queued_posts.place(actor=world.actor, account_id=queue.pk, target_id=rows[3].pk, before=rows[1].pk)
        assert [name for name, _ in walls(world, queue)] == list("ADBC")
        queued_posts.place(actor=world.actor, account_id=queue.pk, target_id=rows[0].pk, before=None)
        assert [name for name, _ in walls(world, queue)] == list("DBCA")

    def test_what_somebody_else_changed_is_not_overwritten(self, world: Any, queue: Any) -> None:
        rows = [add(world, name, queue) for name in "AB"]
        seen = schedule.time_read(rows[0])
        queued_posts.place(actor=world.actor, account_id=queue.pk, target_id=rows[0].pk, before=None, seen=seen)
        with pytest.raises(Conflict, match="changed in the meantime"):
            queued_posts.place(actor=world.actor, account_id=queue.pk, target_id=rows[0].pk, before=None, seen=seen)
        with pytest.raises(Conflict, match="changed in the meantime"):
            queued_posts.reorder(actor=world.actor, account_id=queue.pk, target_ids=[rows[0].pk])

    def test_a_seed_mixes_alike_and_uses_the_same_times(self, world: Any, queue: Any) -> None:
        for name in "ABCDEF":
            add(world, name, queue)
        before = [at for _, at in walls(world, queue)]
        queued_posts.shuffle(actor=world.actor, account_id=queue.pk, seed=7)
        first = walls(world, queue)
        queued_posts.shuffle(actor=world.actor, account_id=queue.pk, seed=7)
        assert walls(world, queue) == first
        assert [at for _, at in first] == before
        assert "".join(name for name, _ in first) != "ABCDEF"

    def test_what_is_on_its_way_never_moves(self, world: Any, queue: Any) -> None:
        rows = [add(world, name, queue) for name in "ABC"]
        PostTarget.objects.filter(pk=rows[0].pk).update(state=TargetState.PUBLISHING)
        queued_posts.shuffle(actor=world.actor, account_id=queue.pk, seed=1)
        queues.set_week(actor=world.actor, account_id=queue.pk, week=[["11:11"]] * 7, move=True)
        assert PostTarget.objects.get(pk=rows[0].pk).due_at == rows[0].due_at
        assert {at[6:] for _, at in walls(world, queue)} == {"11:11"}


class TestPausing:
    def test_what_is_due_waits_and_nobody_calls_it_late(self, world: Any, queue: Any) -> None:
        row = add(world, "Waits", queue)
        assert queues.pause(actor=world.actor, account_id=queue.pk) == 1
        clock.advance(row.due_at + timedelta(hours=3) - clock.now())
        with scope.system("test"):
            assert scheduler.queue_due() == 0
            assert not alarms.not_started().exists()
        assert lateness.of(PostTarget.objects.select_related("account").get(pk=row.pk)) is None

    def test_resuming_gives_what_is_overdue_the_next_times(self, world: Any, queue: Any) -> None:
        rows = [add(world, name, queue) for name in "ABCD"]
        queues.pause(actor=world.actor, account_id=queue.pk)
        clock.advance(rows[1].due_at + timedelta(minutes=5) - clock.now())
        assert queues.resume(actor=world.actor, account_id=queue.pk) == 2
        assert [name for name, _ in walls(world, queue)] == list("CDAB")
        assert not PostTarget.objects.filter(held=True).exists()

    def test_or_moves_everything_in_its_order(self, world: Any, queue: Any) -> None:
        rows = [add(world, name, queue) for name in "ABCD"]
        queues.pause(actor=world.actor, account_id=queue.pk)
        clock.advance(rows[1].due_at + timedelta(minutes=5) - clock.now())
        assert queues.resume(actor=world.actor, account_id=queue.pk, in_order=True) == 4
        assert [name for name, _ in walls(world, queue)] == list("ABCD")
        assert walls(world, queue)[0][1] == rows[2].wall_time[5:]

    def test_what_is_added_meanwhile_waits_too(self, world: Any, queue: Any) -> None:
        queues.pause(actor=world.actor, account_id=queue.pk)
        post = world.draft("Later", only=queue)
        added = queued_posts.add(actor=world.actor, post_id=post.pk)
        assert any("paused" in note for note in added.notes)
        assert PostTarget.objects.get(post=post).held

    def test_a_chosen_time_and_publishing_now_are_not_held(self, world: Any, queue: Any) -> None:
        rows = [add(world, name, queue) for name in "AB"]
        queues.pause(actor=world.actor, account_id=queue.pk)
        when = When(at=rows[0].due_at + timedelta(hours=1), zone=PARIS)
        schedule.reschedule_target(actor=world.actor, post_id=rows[0].post_id, target_id=rows[0].pk, when=when)
        schedule.publish_now(actor=world.actor, post_id=rows[1].post_id)
        assert not PostTarget.objects.filter(held=True).exists()

    def test_only_a_paused_queue_is_resumed(self, world: Any, queue: Any) -> None:
        with pytest.raises(Conflict, match="not paused"):
            queues.resume(actor=world.actor, account_id=queue.pk)


class TestApproval:
    def test_what_waits_for_approval_keeps_its_time_and_is_never_sent_by_a_queue(self, world: Any, queue: Any) -> None:
        levels = [{"name": "Client", "roles": ["admin"], "user_ids": []}]
        ApprovalPolicy.objects.create(workspace_id=world.actor.workspace_id, mode="required", levels=levels)
        first, second = add(world, "A", queue), add(world, "B", queue)
        assert first.state == second.state == TargetState.NEEDS_APPROVAL
        assert first.due_at < second.due_at
        queues.pause(actor=world.actor, account_id=queue.pk)
        assert PostTarget.objects.get(pk=first.pk).held
        assert queued_posts.shuffle(actor=world.actor, account_id=queue.pk, seed=1) == 0
        assert set(PostTarget.objects.values_list("state", flat=True)) == {"needs_approval"}
        queued_posts.remove(actor=world.actor, post_id=first.post_id)
        assert add(world, "C", queue).due_at == first.due_at


class TestBlackoutDays:
    def test_a_day_of_the_workspace_gives_out_no_time(self, world: Any, queue: Any) -> None:
        row = add(world, "First", queue)
        day = date.fromisoformat(row.wall_time[:10])
        _, waiting = queues.black_out(actor=world.actor, day=day, note="Holiday")
        assert waiting == 1
        assert add(world, "Second", queue).wall_time[:10] > day.isoformat()

    def test_what_waits_on_it_moves_when_it_is_rearranged(self, world: Any, queue: Any) -> None:
        row = add(world, "First", queue)
        day = date.fromisoformat(row.wall_time[:10])
        queues.black_out(actor=world.actor, day=day, account_id=queue.pk)
        found = queues.preview(actor=world.actor, account_id=queue.pk)
        assert found.moving == 1
        assert queues.rearrange(actor=world.actor, account_id=queue.pk, seen=found.seen) == 1
        assert walls(world, queue)[0][1][:5] > f"{day:%m-%d}"

    def test_each_day_once_and_only_to_come(self, world: Any, queue: Any) -> None:
        day = clock.now().date() + timedelta(days=3)
        row, _ = queues.black_out(actor=world.actor, day=day)
        with pytest.raises(ValidationFailed, match="without posts already"):
            queues.black_out(actor=world.actor, day=day)
        with pytest.raises(ValidationFailed, match="has passed"):
            queues.black_out(actor=world.actor, day=day - timedelta(days=30))
        queues.lift(actor=world.actor, blackout_id=row.pk)
        assert not selectors.blackout_days(world.actor).exists()

    def test_nobody_lifts_a_strangers(self, world: Any, queue: Any, in_workspace: Any) -> None:
        row, _ = queues.black_out(actor=world.actor, day=clock.now().date() + timedelta(days=3))
        with pytest.raises(NotFound):
            queues.lift(actor=in_workspace.charlie_actor, blackout_id=row.pk)


class TestChangingTheWeek:
    def test_what_waits_keeps_its_time_unless_it_is_to_move(self, world: Any, queue: Any) -> None:
        add(world, "A", queue)
        before = walls(world, queue)
        queues.set_week(actor=world.actor, account_id=queue.pk, week=[["07:30"]] * 7)
        assert walls(world, queue) == before

    def test_it_moves_to_the_first_new_times_in_its_order(self, world: Any, queue: Any) -> None:
        for name in "ABC":
            add(world, name, queue)
        week = [["07:30"]] * 7
        found = queues.preview(actor=world.actor, account_id=queue.pk, week=week, zone="Asia/Kathmandu")
        assert [f"{shift.slot.wall:%H:%M}" for shift in found.shifts] == ["07:30"] * 3
        _, moved = queues.set_week(
            actor=world.actor, account_id=queue.pk, week=week, zone="Asia/Kathmandu", move=True, seen=found.seen
        )
        assert moved == 3
        assert [name for name, _ in walls(world, queue)] == list("ABC")
        assert set(PostTarget.objects.filter(account=queue).values_list("zone", flat=True)) == {"Asia/Kathmandu"}

    def test_a_preview_that_is_no_longer_true_moves_nothing(self, world: Any, queue: Any) -> None:
        rows = [add(world, name, queue) for name in "AB"]
        found = queues.preview(actor=world.actor, account_id=queue.pk, week=[["07:30"]] * 7)
        PostTarget.objects.filter(pk=rows[0].pk).update(state=TargetState.QUEUED)
        with pytest.raises(Conflict, match="changed in the meantime"):
            queues.set_week(actor=world.actor, account_id=queue.pk, week=[["07:30"]] * 7, move=True, seen=found.seen)
        assert Queue.objects.get(account=queue).week == DAILY

    def test_a_former_version_is_refused(self, world: Any, queue: Any) -> None:
        with pytest.raises(Conflict, match="changed in the meantime"):
            queues.set_week(actor=world.actor, account_id=queue.pk, week=DAILY, version=99)

    @pytest.mark.parametrize("text", ["24:00", "9h", "", "12:60", "noon"])
    def test_a_time_that_is_none_is_named(self, world: Any, queue: Any, text: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            queues.set_week(actor=world.actor, account_id=queue.pk, week=[[text], *[[]] * 6])
        assert "monday" in refused.value.fields

    def test_too_few_times_for_what_waits_move_nothing(self, world: Any, queue: Any) -> None:
        add(world, "A", queue)
        with pytest.raises(Conflict) as refused:
            queues.set_week(actor=world.actor, account_id=queue.pk, week=[[]] * 7, move=True)
        assert refused.value.code == "queue_full"
        assert Queue.objects.get(account=queue).week == DAILY


class TestOverTheApi:
    def test_a_week_is_set_read_and_filled(self, world: Any) -> None:
        tiktok = world.accounts[0]
        times = {"monday": ["18:00"], "friday": ["09:00", "09:00", "08:15"]}
        answer = world.api.put(f"/api/v1/queues/{tiktok.pk}", {"times": times, "timezone": PARIS}, format="json")
        assert answer.status_code == 200, answer.json()
        assert answer.json()["times"]["friday"] == ["08:15", "09:00"]
        assert answer.json()["next_free"]["timezone"] == PARIS
        post = world.draft("Via API", only=tiktok)
        answer = world.api.post(f"/api/v1/posts/{post.pk}/queue", {}, format="json")
        assert answer.status_code == 200, answer.json()
        assert answer.json()["status"] == "scheduled"
        listed = world.api.get(f"/api/v1/queues/{tiktok.pk}/posts").json()
        assert [row["post_id"] for row in listed["items"]] == [str(post.pk)]
        used = world.api.get(f"/api/v1/queues/{tiktok.pk}/slots").json()["items"]
        assert [use["free"] for use in used][:2] == [False, True]
        assert world.api.get("/api/v1/queues").json()["items"][0]["waiting"] == 1
        assert world.api.delete(f"/api/v1/posts/{post.pk}/queue").json()["status"] == "draft"

    def test_unknown_fields_and_odd_times_are_refused_by_name(self, world: Any) -> None:
        url = f"/api/v1/queues/{world.accounts[0].pk}"
        answer = world.api.put(url, {"times": {"monday": ["25:00"]}}, format="json")
        assert answer.status_code == 400
        answer = world.api.put(url, {"times": {"someday": ["10:00"]}}, format="json")
        assert answer.status_code == 400
        assert "someday" in str(answer.json())

    def test_pausing_and_shuffling_answer_numbers(self, world: Any, queue: Any) -> None:
        add(world, "A", queue)
        url = f"/api/v1/queues/{queue.pk}"
        assert world.api.post(f"{url}/pause").json() == {"waiting": 1}
        assert world.api.get(url).json()["paused_at"]
        assert world.api.post(f"{url}/resume", {}, format="json").json() == {"moved": 0}
        assert world.api.post(f"{url}/shuffle", {"seed": 3}, format="json").json() == {"moved": 0}
        found = world.api.post(f"{url}/preview", {"times": {"sunday": ["10:00"]}}, format="json").json()
        assert found["moving"] == 1
        assert world.api.post(f"{url}/rearrange", {"seen": "old"}, format="json").status_code == 409

    def test_days_without_posts(self, world: Any, queue: Any) -> None:
        day = (clock.now() + timedelta(days=9)).date().isoformat()
        made = world.api.post("/api/v1/blackout-days", {"day": day, "note": "Fair"}, format="json")
        assert (made.status_code, made.json()["waiting"]) == (201, 0)
        assert world.api.get("/api/v1/blackout-days").json()["total"] == 1
        assert world.api.delete(f"/api/v1/blackout-days/{made.json()['id']}").status_code == 204

    def test_a_strangers_queue_is_not_there(self, world: Any, queue: Any, in_workspace: Any) -> None:
        charlie = in_workspace.clients.charlie
        assert charlie.get(f"/api/v1/queues/{queue.pk}").status_code == 404
        assert charlie.post(f"/api/v1/queues/{queue.pk}/pause").status_code == 404


def test_a_zone_of_the_person_is_taken_when_none_is_named(world: Any) -> None:
    queue, _ = queues.set_week(actor=world.actor, account_id=world.accounts[0].pk, week=DAILY)
    assert queue.zone == "UTC"
    assert datetime.fromisoformat(f"2026-01-01T{queue.week[0][0]}")
