"""Posts that come again: on which days, each once, with texts in turn; changing, stopping, being killed meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Conflict, NotFound, ValidationFailed
from jobs.testing import drain
from publishing.models import ApprovalPolicy, ApprovalRequest, Post, PostTarget, RecurringOccurrence, RecurringPost
from publishing.schedule import recurring as reading
from publishing.schedule.recurrence import Pattern
from publishing.services import occurrences, posts, recurring, schedule
from publishing.services.schedule import When
from publishing.states import TargetState
from tests.publishing.conftest import JANUARY, PARIS

# JANUARY is Monday 5 January 2026, noon UTC.
DAILY = Pattern("days", time(18), PARIS, date(2026, 1, 5), date(2026, 1, 11))


def on_days(pattern: Pattern, **changes: Any) -> list[str]:
    return [f"{on:%m-%d}" for on in replace(pattern, **changes).days()]


def made(rule: RecurringPost) -> list[tuple[str, str]]:
    """Local time and text of each post that still stands, soonest first."""
    rows = RecurringOccurrence.objects.filter(rule=rule, post__deleted_at=None).select_related("post").order_by("at")
    return [(f"{PostTarget.objects.filter(post=row.post).first().wall_time}", row.post.text) for row in rows]


@pytest.fixture
def repeat(world: Any) -> Callable[..., RecurringPost]:
    def make(pattern: Pattern = DAILY, texts: Any = ("One", "Two"), **more: Any) -> RecurringPost:
        post = world.draft("Source")
        found = recurring.create(actor=world.actor, post_id=post.pk, pattern=pattern, texts=texts, **more)
        drain()
        return found.rule

    return make


class TestDays:
    def test_every_few_days(self) -> None:
        assert on_days(DAILY, every=3) == ["01-05", "01-08", "01-11"]

    def test_days_of_the_week(self) -> None:
        assert on_days(DAILY, rhythm="weekdays", weekdays=(0, 6)) == ["01-05", "01-11"]

    def test_a_month_without_the_day_takes_its_last(self) -> None:
        found = on_days(DAILY, rhythm="monthly", month_day=31, ends_on=date(2026, 4, 30))
        assert found == ["01-31", "02-28", "03-31", "04-30"]

    @pytest.mark.parametrize(
        ("zone", "day", "asked", "shown"),
        [
            (PARIS, date(2026, 3, 29), time(2, 30), "03:30"),
            ("America/New_York", date(2026, 3, 8), time(2, 30), "03:30"),
            ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "02:45"),
            ("Asia/Kathmandu", date(2026, 3, 29), time(2, 30), "02:30"),
            ("Asia/Kolkata", date(2026, 3, 29), time(2, 30), "02:30"),
            ("Pacific/Chatham", date(2026, 9, 27), time(3), "04:00"),
        ],
    )
    def test_the_wall_time_stays_whatever_clocks_do(self, zone: str, day: date, asked: time, shown: str) -> None:
        pattern = Pattern("days", asked, zone, day - timedelta(days=1), day + timedelta(days=1))
        found = list(pattern.instants(datetime(2026, 1, 1, tzinfo=UTC)))
        assert [f"{one.wall:%d %H:%M}" for one in found] == [
            f"{day - timedelta(days=1):%d} {asked:%H:%M}",
            f"{day:%d} {shown}",
            f"{day + timedelta(days=1):%d} {asked:%H:%M}",
        ]
        assert bool(found[1].note()) == (shown != f"{asked:%H:%M}")

    def test_in_words(self) -> None:
        assert DAILY.words() == "Every day at 18:00 (Europe/Paris)"
        weekly = replace(DAILY, rhythm="weekdays", weekdays=(4, 0, 2))
        assert weekly.words() == "Every Monday, Wednesday and Friday at 18:00 (Europe/Paris)"
        assert replace(DAILY, count=3).end_words() == "until 11 January 2026, 3 posts at most"


class TestMaking:
    def test_each_time_is_a_post_of_its_own_with_the_texts_in_turn(self, world: Any, repeat: Any) -> None:
        rule = repeat(replace(DAILY, ends_on=date(2026, 1, 7)), ["One", "Two"])
        assert made(rule) == [("2026-01-05T18:00", "One"), ("2026-01-06T18:00", "Two"), ("2026-01-07T18:00", "One")]
        rows = PostTarget.objects.filter(post__text__in=["One", "Two"])
        assert {row.state for row in rows} == {TargetState.SCHEDULED}
        assert rows.count() == 6
        first = Post.objects.filter(text="One").first()
        assert first is not None
        assert first.created_by_id == world.actor.user_id
        assert (first.source_type, first.source_id) == ("recurring_post", rule.pk)

    def test_the_repeated_post_stays_a_draft(self, repeat: Any) -> None:
        repeat()
        assert Post.objects.get(text="Source").state == "draft"

    def test_a_time_that_has_passed_today_is_left_out(self, repeat: Any) -> None:
        rule = repeat(replace(DAILY, at=time(9), ends_on=date(2026, 1, 6)))
        assert [at for at, _ in made(rule)] == ["2026-01-06T09:00"]

    def test_a_count_ends_it(self, repeat: Any) -> None:
        assert len(made(repeat(replace(DAILY, count=2)))) == 2

    def test_posts_are_made_thirty_days_ahead_and_then_further(self, repeat: Any) -> None:
        rule = repeat(replace(DAILY, ends_on=date(2026, 3, 31)))
        assert made(rule)[-1][0] == "2026-02-03T18:00"
        before = len(made(rule))
        with clock.freeze(JANUARY + timedelta(days=2)):
            assert occurrences.order_due() == 1
            assert occurrences.make_ahead(rule.workspace_id, rule.pk) == 2
        assert len(made(rule)) == before + 2

    def test_made_again_nothing_is_made_twice(self, repeat: Any) -> None:
        rule = repeat()
        assert occurrences.make_ahead(rule.workspace_id, rule.pk) == 0
        assert len(made(rule)) == 7

    def test_a_run_that_is_killed_leaves_whole_posts_and_is_gone_on_with(self, world: Any, monkeypatch: Any) -> None:
        post = world.draft("Source")
        rule = recurring.create(actor=world.actor, post_id=post.pk, pattern=DAILY, texts=["One"]).rule
        real, calls = occurrences.plan, []

        def dies(*given: Any) -> None:
            calls.append(given)
            if len(calls) == 3:
                raise KeyboardInterrupt
            real(*given)

        monkeypatch.setattr(occurrences, "plan", dies)
        with pytest.raises(KeyboardInterrupt):
            occurrences.make_ahead(rule.workspace_id, rule.pk)
        assert len(made(rule)) == 3
        assert Post.objects.filter(source_id=rule.pk).count() == 3
        monkeypatch.setattr(occurrences, "plan", real)
        drain()
        assert [at[:10] for at, _ in made(rule)] == [f"2026-01-{day:02}" for day in range(5, 12)]
        assert Post.objects.filter(source_id=rule.pk).count() == 7

    def test_a_page_sent_twice_makes_one_rule(self, world: Any) -> None:
        post = world.draft("Source")
        given = {"actor": world.actor, "post_id": post.pk, "pattern": DAILY, "texts": ["One"], "rule_id": post.pk}
        assert recurring.create(**given).rule.pk == recurring.create(**given).rule.pk
        assert RecurringPost.objects.count() == 1
        assert RecurringOccurrence.objects.count() == 1

    def test_what_stands_in_the_way_is_said_and_tried_again(self, world: Any, repeat: Any, monkeypatch: Any) -> None:
        rule = repeat(replace(DAILY, ends_on=date(2026, 3, 31)))

        def refuse(**_: Any) -> None:
            raise ValidationFailed("not_ready_to_publish", "The file is gone.")

        with clock.freeze(JANUARY + timedelta(days=3)):
            with monkeypatch.context() as patch:
                patch.setattr(posts, "create_post", refuse)
                assert occurrences.make_ahead(rule.workspace_id, rule.pk) == 0
            assert reading.rule(world.actor, rule.pk).problem == "The file is gone."
            assert occurrences.make_ahead(rule.workspace_id, rule.pk) == 3
            assert reading.rule(world.actor, rule.pk).problem == ""

    def test_it_has_ended_when_its_last_time_has_passed(self, world: Any, repeat: Any) -> None:
        rule = repeat(replace(DAILY, count=1))
        with clock.freeze(JANUARY + timedelta(days=2)):
            occurrences.make_ahead(rule.workspace_id, rule.pk)
            assert reading.rule(world.actor, rule.pk).state == "ended"


class TestApproval:
    def test_each_post_waits_for_its_own_approval_and_follows_the_rule(self, world: Any, repeat: Any) -> None:
        levels = [{"name": "Lead", "roles": ["admin"], "user_ids": []}]
        ApprovalPolicy.objects.create(workspace_id=world.actor.workspace_id, mode="required", levels=levels)
        rule = repeat(replace(DAILY, count=2))
        mine = PostTarget.objects.filter(post__source_id=rule.pk)
        assert {row.state for row in mine} == {TargetState.NEEDS_APPROVAL}
        assert ApprovalRequest.objects.filter(post__source_id=rule.pk, state="open").count() == 2
        changed = recurring.update(
            actor=world.actor, rule_id=rule.pk, version=1, pattern=replace(DAILY, at=time(20), count=2), texts=["New"]
        )
        assert "Each of its posts waits for approval" in " ".join(changed.notes)
        assert made(rule) == [("2026-01-05T20:00", "New"), ("2026-01-06T20:00", "New")]
        assert {row.state for row in PostTarget.objects.filter(post__source_id=rule.pk)} == {TargetState.NEEDS_APPROVAL}


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"every": 0}, "every"),
            ({"rhythm": "weekdays"}, "weekdays"),
            ({"rhythm": "monthly", "month_day": 32}, "month_day"),
            ({"count": 0}, "count"),
            ({"starts_on": date(2026, 1, 4)}, "starts_on"),
            ({"ends_on": date(2026, 1, 4)}, "ends_on"),
            ({"ends_on": date(2027, 1, 7)}, "ends_on"),
            ({"ends_on": date(2026, 1, 5), "at": time(9)}, "ends_on"),
        ],
    )
    def test_a_rule_that_cannot_be_is_refused_at_its_field(self, world: Any, changes: Any, field: str) -> None:
        post = world.draft("Source")
        with pytest.raises(ValidationFailed) as refused:
            recurring.create(actor=world.actor, post_id=post.pk, pattern=replace(DAILY, **changes), texts=["One"])
        assert field in refused.value.fields
        assert RecurringPost.objects.count() == 0
        assert Post.objects.count() == 1

    def test_a_post_without_accounts_is_not_repeated(self, world: Any) -> None:
        post = posts.create_post(actor=world.actor, text="Alone", media_ids=[], targets=[])
        with pytest.raises(ValidationFailed, match="at least one account"):
            recurring.create(actor=world.actor, post_id=post.pk, pattern=DAILY, texts=["One"])

    def test_a_stranger_finds_nothing(self, repeat: Any, in_workspace: Any) -> None:
        rule = repeat()
        with pytest.raises(NotFound):
            recurring.stop(actor=in_workspace.charlie_actor, rule_id=rule.pk)


class TestChanging:
    def test_only_what_is_to_come_changes(self, world: Any, repeat: Any) -> None:
        rule = repeat()
        with clock.freeze(JANUARY + timedelta(days=1, hours=6)):
            recurring.update(
                actor=world.actor, rule_id=rule.pk, version=1, pattern=replace(DAILY, at=time(20, 30)), texts=["New"]
            )
            drain()
        assert made(rule) == [
            ("2026-01-05T18:00", "One"), ("2026-01-06T18:00", "Two"),
            *((f"2026-01-{day:02}T20:30", "New") for day in range(7, 12)),
        ]  # fmt: skip
        assert Post.objects.filter(source_id=rule.pk).count() == 7

    def test_a_new_text_keeps_the_posts(self, world: Any, repeat: Any) -> None:
        rule = repeat()
        before = list(rule.occurrences.order_by("at").values_list("post_id", flat=True))
        recurring.update(actor=world.actor, rule_id=rule.pk, version=1, texts=["A", "B", "C"])
        assert list(rule.occurrences.order_by("at").values_list("post_id", flat=True)) == before
        assert [words for _, words in made(rule)] == ["A", "B", "C", "A", "B", "C", "A"]
        recurring.update(actor=world.actor, rule_id=rule.pk, version=2, texts=["D"])
        assert {words for _, words in made(rule)} == {"D"}

    def test_what_a_person_has_changed_or_moved_or_deleted_stays_so(self, world: Any, repeat: Any) -> None:
        rule = repeat()
        first, second, third, *_ = [row.post for row in rule.occurrences.order_by("at").select_related("post")]
        posts.update_post(actor=world.actor, post_id=first.pk, text="By hand")
        later = When(wall=datetime.fromisoformat("2026-01-20T08:00"), zone=PARIS)
        schedule.schedule_post(actor=world.actor, post_id=second.pk, when=later)
        posts.delete_post(actor=world.actor, post_id=third.pk)
        done = recurring.update(actor=world.actor, rule_id=rule.pk, version=1, texts=["New"])
        drain()
        assert "3 posts that you changed, moved or deleted yourselves stayed as they were." in done.notes
        assert [words for _, words in made(rule)] == ["By hand", "Two", "New", "New", "New", "New"]
        assert PostTarget.objects.filter(post=second).first().wall_time == "2026-01-20T08:00"

    def test_a_shorter_rule_takes_its_posts_back(self, world: Any, repeat: Any) -> None:
        rule = repeat()
        recurring.update(actor=world.actor, rule_id=rule.pk, version=1, pattern=replace(DAILY, count=2))
        drain()
        assert len(made(rule)) == 2
        assert PostTarget.objects.filter(state=TargetState.SCHEDULED).count() == 4

    def test_a_stale_version_is_refused(self, world: Any, repeat: Any) -> None:
        rule = repeat()
        recurring.update(actor=world.actor, rule_id=rule.pk, version=1, texts=["New"])
        with pytest.raises(Conflict) as refused:
            recurring.update(actor=world.actor, rule_id=rule.pk, version=1, texts=["Newer"])
        assert refused.value.code == "stale_version"


class TestStopping:
    def test_what_is_planned_is_deleted(self, world: Any, repeat: Any) -> None:
        rule = repeat()
        done = recurring.stop(actor=world.actor, rule_id=rule.pk)
        assert list(done.notes) == ["7 planned posts deleted."]
        assert not PostTarget.objects.filter(state=TargetState.SCHEDULED).exists()
        assert occurrences.make_ahead(rule.workspace_id, rule.pk) == 0
        assert recurring.stop(actor=world.actor, rule_id=rule.pk).notes == []

    def test_or_kept(self, world: Any, repeat: Any) -> None:
        rule = repeat()
        recurring.stop(actor=world.actor, rule_id=rule.pk, keep_planned=True)
        assert len(made(rule)) == 7
        with pytest.raises(Conflict, match="ended"):
            recurring.update(actor=world.actor, rule_id=rule.pk, version=1, texts=["New"])


class TestApi:
    def test_repeat_change_and_stop(self, world: Any) -> None:
        post = world.draft("Source")
        body = {
            "post_id": str(post.pk), "rhythm": "weekdays", "weekdays": ["friday", "monday"], "time": "18:00",
            "timezone": PARIS, "starts_on": "2026-01-05", "ends_on": "2026-01-31", "texts": ["One", "Two"],
        }  # fmt: skip
        key = {"HTTP_IDEMPOTENCY_KEY": "again"}
        answer = world.api.post("/api/v1/recurring-posts", body, format="json", **key)
        assert answer.status_code == 201, answer.data
        assert world.api.post("/api/v1/recurring-posts", body, format="json", **key).data == answer.data
        rule = answer.data["rule"]
        assert rule["summary"] == "Every Monday and Friday at 18:00 (Europe/Paris), until 31 January 2026"
        drain()
        one = f"/api/v1/recurring-posts/{rule['id']}"
        found = world.api.get(f"{one}/occurrences").data
        assert found["total"] == 8
        assert found["items"][-1]["number"] == 1
        answer = world.api.patch(one, {"version": 1, "time": "19:00"}, format="json")
        assert answer.status_code == 200, answer.data
        assert answer.data["rule"]["next_at"] == "2026-01-05T18:00:00Z"
        assert world.api.patch(one, {"version": 1, "time": "19:00"}, format="json").status_code == 409
        refused = world.api.patch(one, {"version": 2, "hour": 3}, format="json")
        assert (refused.status_code, "hour" in refused.data["details"]["fields"]) == (400, True)
        assert world.api.post(f"{one}/stop", {}, format="json").data["rule"]["status"] == "stopped"
        assert world.api.get("/api/v1/recurring-posts?status=active").data["total"] == 0
