"""The schedule: wall times through pages and API, conflicts that a person accepts, and why a post is late."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Preferences
from accounts.services import tokens
from core import clock, timezones
from core.errors import Conflict
from jobs.testing import drain
from publishing.models import PostTarget
from publishing.schedule import lateness, scheduler
from publishing.services import posts, schedule
from publishing.services.posts import TargetInput
from publishing.services.schedule import When
from tests.publishing.conftest import TIKTOK, portrait

CASES = [
    ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30", "03:30"),
    ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", "first one"),
    ("Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:30", "03:30"),
    ("Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30", "first one"),
    ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45", "02:45"),
    ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", "first one"),
    ("Pacific/Chatham", "2026-09-27T03:00", "2026-09-26T14:15", "04:00"),
]


@pytest.fixture
def in_january(box: Any) -> Iterator[None]:
    """All the days on which clocks change are still to come."""
    with clock.freeze(datetime(2026, 1, 5, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def draft(connect: Any, in_workspace: Any) -> Any:
    account, file = connect("tiktok"), portrait(in_workspace.workspace)

    def make(text: str = "A quiet morning") -> Any:
        return posts.create_post(
            actor=in_workspace.alice_actor,
            text=text,
            media_ids=[file.pk],
            targets=[TargetInput(account.pk, options=TIKTOK)],
        )

    return make


@pytest.fixture
def alice_api(in_workspace: Any) -> Any:
    """`alice_api(path, body)` posts JSON with a bearer token."""
    client = Client(headers={"Authorization": f"Bearer {tokens.issue(in_workspace.alice).access}"})
    return lambda path, body: client.post(f"/api/v1/{path}", body, content_type="application/json")


@pytest.mark.parametrize(("zone", "written", "instant", "told"), CASES)
class TestWallTimes:
    def test_the_api_takes_them_in_the_named_zone_and_says_what_became_of_them(
        self, in_january: None, draft: Any, alice_api: Any, in_workspace: Any, zone: str, written: str, instant: str,
        told: str,
    ) -> None:  # fmt: skip
        # The person's own zone skips or repeats the same hour: reading must not trip over that.
        Preferences.objects.filter(user=in_workspace.alice).update(timezone=zone)
        post = draft()
        answer = alice_api(f"posts/{post.pk}/schedule", {"wall_time": written, "timezone": zone})
        assert answer.status_code == 200, answer.content
        target = PostTarget.objects.get(post=post)
        assert target.due_at == datetime.fromisoformat(instant).replace(tzinfo=UTC)
        assert target.zone == zone
        assert told in answer.json()["notes"][0]

    def test_the_page_says_it_too_for_a_person_who_lives_elsewhere(
        self, in_january: None, draft: Any, in_workspace: Any, zone: str, written: str, instant: str,
        told: str,
    ) -> None:  # fmt: skip
        Preferences.objects.filter(user=in_workspace.alice).update(timezone="Asia/Tokyo")
        post = draft()
        client = in_workspace.browsers.alice
        target = PostTarget.objects.get(post=post)
        url = reverse("schedule_move", args=[post.pk, target.pk])
        page = client.post(url, {"wall_time": written, "timezone": zone}, follow=True).content.decode()
        assert told in page
        target.refresh_from_db()
        assert target.due_at == datetime.fromisoformat(instant).replace(tzinfo=UTC)


class TestZones:
    def test_names_that_were_replaced_are_read_as_what_they_are_called_now(
        self, in_january: None, draft: Any, in_workspace: Any
    ) -> None:
        wall = datetime.fromisoformat("2026-06-01T09:00")
        schedule.schedule_post(
            actor=in_workspace.alice_actor, post_id=draft().pk, when=When(wall=wall, zone="Asia/Katmandu")
        )
        target = PostTarget.objects.get()
        assert (target.zone, target.wall_time) == ("Asia/Kathmandu", "2026-06-01T09:00")
        assert target.due_at == datetime(2026, 6, 1, 3, 15, tzinfo=UTC)

    def test_every_offered_name_is_a_present_one_and_places_stay_apart(self) -> None:
        assert all(timezones.canonical(name) == name for name in timezones.choices())
        assert not {"Asia/Katmandu", "Asia/Calcutta", "Europe/Kiev", "US/Eastern"} & set(timezones.choices())
        assert timezones.canonical("Europe/Amsterdam") == "Europe/Amsterdam"
        assert timezones.canonical("Mars/Olympus") == ""


class TestConflicts:
    def at(self, minutes: float) -> When:
        return When(at=clock.now() + timedelta(minutes=minutes), zone="UTC")

    def test_the_same_minute_is_refused_until_it_is_accepted(
        self, box: Any, draft: Any, alice_api: Any, in_workspace: Any
    ) -> None:
        first, second = draft("One"), draft("Two")
        schedule.schedule_post(actor=in_workspace.alice_actor, post_id=first.pk, when=self.at(60))
        body = {"scheduled_at": (clock.now() + timedelta(minutes=60)).isoformat(), "accept_conflicts": False}
        refused = alice_api(f"posts/{second.pk}/schedule", body)
        assert (refused.status_code, refused.json()["error"]) == (409, "conflict")
        assert refused.json()["details"]["code"] == "schedule_conflict"
        found = refused.json()["details"]["conflicts"][0]
        assert (found["kind"], found["post_id"]) == ("same_minute", str(first.pk))
        assert PostTarget.objects.get(post=second).state == "draft"
        accepted = alice_api(f"posts/{second.pk}/schedule", {**body, "accept_conflicts": True})
        assert accepted.status_code == 200
        assert "same minute" in accepted.json()["notes"][0]

    def test_the_same_content_within_a_week_is_told_whether_planned_or_out(
        self, box: Any, draft: Any, in_workspace: Any
    ) -> None:
        actor = in_workspace.alice_actor
        schedule.schedule_post(actor=actor, post_id=draft().pk, when=self.at(60))
        with pytest.raises(Conflict) as refused:
            schedule.schedule_post(actor=actor, post_id=draft().pk, when=self.at(3000), accept_conflicts=False)
        assert "is planned" in refused.value.message
        PostTarget.objects.filter(state="draft").delete()
        clock.advance(timedelta(minutes=61))
        scheduler.queue_due()
        drain(advance=True)
        with pytest.raises(Conflict) as refused:
            schedule.schedule_post(actor=actor, post_id=draft().pk, when=self.at(3000), accept_conflicts=False)
        assert "went out" in refused.value.message
        _, notes = schedule.schedule_post(actor=actor, post_id=draft().pk, when=self.at(8 * 24 * 60))
        assert notes == []

    def test_the_composer_shows_them_with_a_box_to_accept(self, box: Any, draft: Any, in_workspace: Any) -> None:
        first, second = draft("One"), draft("Two")
        schedule.schedule_post(actor=in_workspace.alice_actor, post_id=first.pk, when=self.at(60))
        wall = PostTarget.objects.get(post=first).wall_time
        client = in_workspace.browsers.alice
        url = reverse("schedule_move", args=[second.pk, PostTarget.objects.get(post=second).pk])
        page = client.post(url, {"wall_time": wall, "timezone": "UTC"})
        assert (page.status_code, b"accept_conflicts" in page.content) == (409, True)
        assert b"same minute" in page.content
        assert PostTarget.objects.get(post=second).state == "draft"
        moved = client.post(url, {"wall_time": wall, "timezone": "UTC", "accept_conflicts": "yes"})
        assert moved.status_code == 302
        assert PostTarget.objects.get(post=second).state == "scheduled"


class TestLateness:
    def planned(self, draft: Any, in_workspace: Any) -> PostTarget:
        when = When(at=clock.now() + timedelta(minutes=5), zone="UTC")
        schedule.schedule_post(actor=in_workspace.alice_actor, post_id=draft().pk, when=when)
        return PostTarget.objects.get()

    def test_a_worker_that_was_off_is_ours_to_say(self, box: Any, draft: Any, in_workspace: Any) -> None:
        target = self.planned(draft, in_workspace)
        clock.advance(timedelta(minutes=5 + 42))
        found = lateness.of(target)
        assert found is not None
        assert found.sentence == "Late by 42 minutes: our workers were not running or were busy."
        scheduler.queue_due()
        drain(advance=True)
        target.refresh_from_db()
        after = lateness.of(target)
        assert after is not None
        assert (target.state, set(after.reasons)) == ("published", {"worker"})
        assert 42 * 60 <= after.seconds <= 42 * 60 + 30

    def test_a_refused_rate_and_a_lost_connection_are_named(
        self, box: Any, draft: Any, connect: Any, in_workspace: Any
    ) -> None:
        box.fault("rate_limit", platform="tiktok", step="video.init", retry_after=600)
        target = self.planned(draft, in_workspace)
        clock.advance(timedelta(minutes=5))
        scheduler.queue_due()
        drain()
        clock.advance(timedelta(minutes=10))
        box.fault("token_revoked", platform="tiktok", step="video.init")
        drain()
        target.refresh_from_db()
        assert target.state == "action_required"
        clock.advance(timedelta(hours=3))
        connect("tiktok")
        drain(advance=True)
        target.refresh_from_db()
        found = lateness.of(target)
        assert found is not None
        assert target.state == "published"
        assert (found.reasons["rate"], found.reasons["action_required"]) == (600, 3 * 3600)
        assert "the connection needed you (3 h)" in found.sentence
        assert "only so many posts a minute (10 minutes)" in found.sentence

    def test_a_post_on_time_says_nothing(self, box: Any, draft: Any, in_workspace: Any) -> None:
        target = self.planned(draft, in_workspace)
        assert lateness.of(target) is None
        clock.advance(timedelta(minutes=5, seconds=4))
        scheduler.queue_due()
        drain(advance=True)
        target.refresh_from_db()
        assert (target.state, lateness.of(target)) == ("published", None)


class TestTimesWithoutAnOffset:
    """`2026-12-24T10:30` is what the clocks show in the named zone, else in the person's own; it is never UTC."""

    @pytest.mark.parametrize(
        ("written", "zone", "instant", "local", "shown_zone"),
        [
            ("2026-12-24T10:30", "Europe/Berlin", "2026-12-24T09:30:00Z", "2026-12-24T10:30", "Europe/Berlin"),
            ("2026-12-24T10:30", "", "2026-12-24T01:30:00Z", "2026-12-24T10:30", "Asia/Tokyo"),
            ("2026-12-24T10:30:00Z", "Europe/Berlin", "2026-12-24T10:30:00Z", "2026-12-24T11:30", "Europe/Berlin"),
            ("2026-12-24T10:30:00-05:00", "", "2026-12-24T15:30:00Z", "2026-12-25T00:30", "Asia/Tokyo"),
        ],
    )
    def test_they_are_read_in_the_named_zone_and_the_answer_says_local_time_zone_and_instant(
        self, in_january: None, draft: Any, alice_api: Any, in_workspace: Any, written: str, zone: str, instant: str,
        local: str, shown_zone: str,
    ) -> None:  # fmt: skip
        Preferences.objects.filter(user=in_workspace.alice).update(timezone="Asia/Tokyo")
        post = draft()
        body = {"scheduled_at": written, **({"timezone": zone} if zone else {})}
        answer = alice_api(f"posts/{post.pk}/schedule", body).json()
        for part in (answer, answer["posts"][0]):
            assert (part["scheduled_at"], part["wall_time"], part["timezone"]) == (instant, local, shown_zone)

    def test_an_account_may_have_a_time_and_a_zone_of_its_own(
        self, in_january: None, connect: Any, alice_api: Any, in_workspace: Any
    ) -> None:
        account, file = connect("tiktok"), portrait(in_workspace.workspace)
        own = {"account_id": str(account.pk), "options": TIKTOK, "scheduled_at": "2026-12-24T10:30"}
        time = {"scheduled_at": "2026-12-24T08:00", "timezone": "Europe/Berlin"}
        body = {"media_ids": [str(file.pk)], "caption": "x", **time}
        first = alice_api("posts/schedule", {**body, "targets": [own]}).json()["posts"][0]
        assert (first["scheduled_at"], first["timezone"]) == ("2026-12-24T09:30:00Z", "Europe/Berlin")
        body = {**body, "caption": "y", "targets": [{**own, "timezone": "America/New_York"}]}
        second = alice_api("posts/schedule", body).json()["posts"][0]
        assert (second["scheduled_at"], second["timezone"]) == ("2026-12-24T15:30:00Z", "America/New_York")

    def test_the_filters_of_the_list_follow_the_same_rule(
        self, in_january: None, draft: Any, alice_api: Any, in_workspace: Any
    ) -> None:
        Preferences.objects.filter(user=in_workspace.alice).update(timezone="Asia/Tokyo")
        assert alice_api(f"posts/{draft().pk}/schedule", {"scheduled_at": "2026-12-24T00:30"}).status_code == 200
        token = {"Authorization": f"Bearer {tokens.issue(in_workspace.alice).access}"}

        def total(query: str) -> Any:
            return Client(headers=token).get(f"/api/v1/posts/scheduled?{query}").json().get("total")

        assert total("start=2026-12-24&end=2026-12-25") == 1
        assert total("start=2026-12-24T00:31") == 0
        assert total("start=2026-12-24&timezone=UTC") == 0  # 23 December, 15:30 in UTC
        assert total("start=2026-12-23T15:30:00Z&end=2026-12-23T15:31:00Z") == 1

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"scheduled_at": "2026-12-24"}, "scheduled_at"),
            ({"scheduled_at": "2199-01-01T10:00:00Z"}, "scheduled_at"),
            ({"scheduled_at": "2028-02-01T10:00:00Z"}, "scheduled_at"),
            ({"scheduled_at": "2026-13-45T00:00:00Z"}, "scheduled_at"),
            ({"wall_time": "2026-12-24T10:30:00Z"}, "wall_time"),
            ({"wall_time": "2026-12-24T10:30", "scheduled_at": "2026-12-24T11:30"}, "wall_time"),
            ({"scheduled_at": "2026-12-24T10:30", "timezone": "Mars/Olympus"}, "timezone"),
        ],
    )
    def test_what_is_no_time_two_times_or_far_away_is_refused_by_the_field(
        self, in_january: None, draft: Any, alice_api: Any, body: dict[str, str], field: str
    ) -> None:
        answer = alice_api(f"posts/{draft().pk}/schedule", body)
        assert answer.status_code == 400
        assert list(answer.json()["details"]["fields"]) == [field]
        assert PostTarget.objects.get().due_at is None

    @pytest.mark.parametrize(
        "query", ["start=garbage", "start=2026-13-45T00:00:00Z", "end=9999-12-31T23:59:59-23:59", "timezone=Nowhere"]
    )
    def test_a_filter_that_cannot_be_read_is_refused_instead_of_listing_everything(
        self, in_january: None, draft: Any, in_workspace: Any, query: str
    ) -> None:
        token = {"Authorization": f"Bearer {tokens.issue(in_workspace.alice).access}"}
        answer = Client(headers=token).get(f"/api/v1/posts/scheduled?{query}")
        assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, [query.partition("=")[0]])

    @pytest.mark.parametrize("on", ["9999-12-31", "0001-01-01", "2026-13-45", "²", "2026-W01-1"])
    def test_the_page_of_a_day_that_cannot_be_shows_today(self, in_january: None, in_workspace: Any, on: str) -> None:
        client = in_workspace.browsers.alice
        page = client.get(reverse("schedule"), {"date": on})
        assert (page.status_code, page.context["query"].on) == (200, page.context["query"].today)

    def test_moving_a_post_to_2199_on_the_page_says_why_not(
        self, in_january: None, draft: Any, in_workspace: Any
    ) -> None:
        post = draft()
        client = in_workspace.browsers.alice
        url = reverse("schedule_move", args=[post.pk, PostTarget.objects.get().pk])
        page = client.post(url, {"wall_time": "2199-01-01T10:00", "timezone": "UTC"})
        assert page.status_code == 422
        assert "Choose a date between" in page.content.decode()


class TestTwoPeople:
    def test_a_time_that_was_changed_meanwhile_is_shown_beside_the_persons_own(
        self, in_january: None, draft: Any, in_workspace: Any
    ) -> None:
        post = draft()
        row = PostTarget.objects.get()
        client = in_workspace.browsers.alice
        url = reverse("schedule_move", args=[post.pk, row.pk])
        assert 'name="seen" value=""' in client.get(url).content.decode()
        bobs = When(wall=datetime.fromisoformat("2026-06-01T09:00"), zone="Europe/Paris")
        schedule.reschedule_target(actor=in_workspace.bob_actor, post_id=post.pk, target_id=row.pk, when=bobs)
        mine = {"wall_time": "2026-06-02T10:30", "timezone": "UTC", "seen": ""}
        answer = client.post(url, mine)
        page = answer.content.decode()
        assert answer.status_code == 422
        for shown in ("01 June 2026, 09:00 (Europe/Paris)", "02 June 2026, 10:30 (UTC)", 'value="2026-06-02T10:30"'):
            assert shown in page
        row.refresh_from_db()
        assert row.wall_time == "2026-06-01T09:00"
        seen = schedule.time_read(row)
        assert f'name="seen" value="{seen}"' in page
        assert client.post(url, {**mine, "seen": seen}).status_code == 302
        row.refresh_from_db()
        assert row.wall_time == "2026-06-02T10:30"

    def test_a_time_changed_between_reading_and_writing_is_not_overwritten(
        self, in_january: None, draft: Any, in_workspace: Any, monkeypatch: Any
    ) -> None:
        post = draft()
        row = PostTarget.objects.get()
        theirs = clock.now() + timedelta(days=3)

        def meanwhile(*args: Any) -> list[Any]:
            PostTarget.objects.filter(pk=row.pk).update(due_at=theirs, state="scheduled")
            return []

        monkeypatch.setattr(schedule.conflicts, "of", meanwhile)
        mine = When(at=clock.now() + timedelta(days=5), zone="UTC")
        with pytest.raises(Conflict) as refused:
            schedule.reschedule_target(
                actor=in_workspace.alice_actor, post_id=post.pk, target_id=row.pk, when=mine, seen=""
            )
        assert refused.value.code == "stale_version"
        row.refresh_from_db()
        assert row.due_at == theirs
