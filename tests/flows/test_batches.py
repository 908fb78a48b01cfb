"""A post of each of many videos: times by a pattern, words, everything in the way told, nothing twice."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import pytest

from core import clock
from core.errors import PermissionDenied, ValidationFailed
from flows.batches import planning, times, writing
from flows.batches.planning import Batch, Wording
from flows.batches.times import Pattern
from library.content import PlatformPart, TemplateContent
from library.services import templates
from media.models import MediaFile
from publishing.models import Post, PostTarget
from publishing.services import bulk, captions, schedule
from tests import factories
from tests.publishing.conftest import JANUARY, PARIS, TIKTOK, YOUTUBE, portrait

NEW_YORK = "America/New_York"
DAILY = Pattern(NEW_YORK, date(2026, 1, 5), (time(18),))
OPTIONS = {"tiktok": TIKTOK, "youtube": YOUTUBE}


@pytest.fixture
def videos(world: Any, in_workspace: Any) -> list[MediaFile]:
    """Ten variations of a video, of which the first has a title of its own."""
    found = []
    for number in range(10):
        file = portrait(in_workspace.workspace, padding=number + 1)
        file.original_name = f"Variation {number}.mp4"
        file.save(update_fields=["original_name"])
        found.append(file)
    factories.make_video(in_workspace.workspace, title="Morning routine", media=found[0])
    return found


def batch(world: Any, **more: Any) -> Batch:
    return Batch([account.pk for account in world.accounts], OPTIONS, **more)


def plan(world: Any, videos: list[MediaFile], pattern: Pattern = DAILY, **words: Any) -> Any:
    wording = Wording(**words) if words else Wording("{{title}} #tips")
    return planning.plan(
        actor=world.actor, media_ids=[file.pk for file in videos], batch=batch(world), pattern=pattern, wording=wording
    )


class TestTimes:
    @pytest.fixture(autouse=True)
    def _now(self) -> Any:
        with clock.freeze(JANUARY):
            yield

    def walls(self, pattern: Pattern, count: int) -> list[str]:
        return [
            f"{when.resolve(pattern.zone).wall:%a %Y-%m-%d %H:%M}" for when in times.slots(pattern, count)
        ]  # fmt: skip

    def test_daily_keeps_the_clock_time_over_a_change_of_clocks(self) -> None:
        found = times.slots(Pattern(NEW_YORK, date(2026, 3, 7), (time(18),)), 3)
        at = [when.resolve(NEW_YORK).at for when in found]
        assert at == [
            datetime(2026, 3, 7, 23, tzinfo=UTC), datetime(2026, 3, 8, 22, tzinfo=UTC),
            datetime(2026, 3, 9, 22, tzinfo=UTC),
        ]  # fmt: skip

    def test_only_on_some_days_at_several_times_and_never_in_the_past(self) -> None:
        pattern = Pattern(PARIS, date(2025, 1, 1), (time(18), time(9), time(9)), frozenset({0, 4}))
        # It is Monday, 13:00.
        assert self.walls(pattern, 4) == [
            "Mon 2026-01-05 18:00", "Fri 2026-01-09 09:00", "Fri 2026-01-09 18:00", "Mon 2026-01-12 09:00",
        ]  # fmt: skip

    def test_every_so_many_hours(self) -> None:
        pattern = Pattern("Asia/Kathmandu", date(2026, 1, 5), (time(9),), every_hours=36)
        assert self.walls(pattern, 3) == ["Tue 2026-01-06 21:00", "Thu 2026-01-08 09:00", "Fri 2026-01-09 21:00"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"times": ()}, "times"),
            ({"times": tuple(time(n) for n in range(13))}, "times"),
            ({"weekdays": frozenset()}, "weekdays"),
            ({"every_hours": 10_000}, "every_hours"),
            ({"starts_on": date(2027, 12, 30)}, "times"),
        ],
    )
    def test_an_odd_pattern_is_refused_at_its_field(self, change: dict[str, Any], field: str) -> None:
        given = {"zone": PARIS, "starts_on": date(2026, 1, 5), "times": (time(18),), **change}
        with pytest.raises(ValidationFailed) as refused:
            times.slots(Pattern(**given), 60)
        assert field in refused.value.fields


class TestPlanning:
    def test_ten_variations_go_out_daily_at_six_to_both_platforms_with_fitted_hashtags(
        self, world: Any, videos: list[MediaFile]
    ) -> None:
        items = plan(world, videos, text="{{title}}", optimize=True)
        rows = writing.check(actor=world.actor, items=items, batch=batch(world))
        assert [mistake.message for row in rows for mistake in row.mistakes] == []
        done = writing.write(actor=world.actor, rows=rows)
        assert len(done.made) == 10
        targets = PostTarget.objects.filter(state="scheduled")
        assert targets.count() == 20
        assert sorted(set(targets.values_list("wall_time", flat=True))) == [
            f"2026-01-{5 + n:02}T18:00" for n in range(10)
        ]
        assert set(targets.values_list("zone", flat=True)) == {NEW_YORK}
        first = targets.filter(post_id=done.made[0][1])
        texts = {row.platform: row.effective_text() for row in first}
        assert all("#" in text and "Morning routine" in text for text in texts.values()), texts
        assert texts["tiktok"] != texts["youtube"]

    def test_a_text_has_each_videos_title_and_a_template_its_platforms_own_words(
        self, world: Any, videos: list[MediaFile]
    ) -> None:
        assert [item.text for item in plan(world, videos[:2])] == ["Morning routine #tips", "Variation 1 #tips"]
        template = templates.create(
            actor=world.actor,
            content=TemplateContent(
                "Daily", "{{title}}: {{cta}}", platforms={"tiktok": PlatformPart("{{title}} on TikTok")}
            ),
        )
        [item] = plan(world, videos[:1], template_id=template.pk, values={"cta": "Save it"})
        assert (item.text, item.own) == ("Morning routine: Save it", {"tiktok": "Morning routine on TikTok"})
        with pytest.raises(ValidationFailed, match="cta"):
            plan(world, videos[:1], template_id=template.pk)

    def test_what_cannot_be_fitted_keeps_its_text_and_says_so(
        self, world: Any, videos: list[MediaFile], monkeypatch: Any
    ) -> None:
        def refuses(**_: Any) -> Any:
            raise ValidationFailed("budget", "This month's budget is used up.")

        monkeypatch.setattr(captions, "propose", refuses)
        [item] = plan(world, videos[:1], text="Hello", optimize=True)
        assert (item.text, dict(item.own)) == ("Hello", {})
        assert "budget is used up" in item.notes[0]

    def test_foreign_files_and_accounts_are_not_there(
        self, world: Any, videos: list[MediaFile], in_workspace: Any
    ) -> None:
        with pytest.raises(Exception, match="does not exist"):
            planning.plan(
                actor=in_workspace.charlie_actor, media_ids=[videos[0].pk], batch=batch(world), pattern=DAILY,
                wording=Wording("x"),
            )  # fmt: skip
        with pytest.raises(PermissionDenied):
            planning.plan(
                actor=in_workspace.victor_actor, media_ids=[videos[0].pk], batch=batch(world), pattern=DAILY,
                wording=Wording("x"),
            )  # fmt: skip


class TestWriting:
    def test_nothing_is_made_while_something_stands_in_the_way(self, world: Any, videos: list[MediaFile]) -> None:
        items = plan(world, videos[:3])
        items[1] = planning.Item(items[1].media_id, items[1].when, "x" * 2_300)
        rows = writing.check(actor=world.actor, items=items, batch=batch(world))
        with pytest.raises(ValidationFailed) as refused:
            writing.write(actor=world.actor, rows=rows)
        assert {item["row"] for item in refused.value.details["mistakes"]} == {2}
        assert Post.objects.count() == 0
        done = writing.write(actor=world.actor, rows=rows, only_right=True)
        assert [number for number, _ in done.made] == [1, 3]
        assert bulk.undo(actor=world.actor, key=done.undo).done == 2

    def test_a_press_that_comes_twice_makes_nothing_twice(
        self, world: Any, videos: list[MediaFile], monkeypatch: Any
    ) -> None:
        real, calls = writing.sending.send, []

        def dies(**given: Any) -> Any:
            calls.append(given)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return real(**given)

        monkeypatch.setattr(writing.sending, "send", dies)
        rows = writing.check(actor=world.actor, items=plan(world, videos), batch=batch(world))
        with pytest.raises(KeyboardInterrupt):
            writing.write(actor=world.actor, rows=rows, key="k")
        assert Post.objects.count() == 2
        # Later the next free times are others; what was made keeps its own.
        with clock.freeze(datetime(2026, 1, 5, 23, 30, tzinfo=UTC)):
            rows = writing.check(actor=world.actor, items=plan(world, videos), batch=batch(world))
            done = writing.write(actor=world.actor, rows=rows, key="k")
        assert (len(done.made), Post.objects.count()) == (10, 10)

    def test_the_same_minute_is_a_note(self, world: Any, videos: list[MediaFile]) -> None:
        first = plan(world, videos[:1])
        rows = writing.check(actor=world.actor, items=first, batch=batch(world))
        writing.write(actor=world.actor, rows=rows)
        [row] = writing.check(actor=world.actor, items=plan(world, videos[1:2]), batch=batch(world))
        assert "planned for the same minute" in " ".join(row.notes)
        assert not row.mistakes
        assert schedule.HORIZON.days > 700


class TestApi:
    def ask(self, world: Any, key: str = "", **more: Any) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        body = {
            "platforms": ["tiktok", "youtube"],
            "pattern": {"times": ["18:00"], "timezone": NEW_YORK},
            "content": "{{title}}",
            "platform_options": OPTIONS,
            **more,
        }
        return world.api.post("/api/v1/posts/from-videos", body, format="json", headers=headers)

    def test_ten_days_are_planned_by_one_request_and_taken_back_by_another(
        self, world: Any, videos: list[MediaFile]
    ) -> None:
        chosen = {"media_ids": [str(file.pk) for file in videos]}
        dry = self.ask(world, dry_run=True, **chosen)
        assert (dry.status_code, len(dry.json()["items"]), Post.objects.count()) == (200, 10, 0)
        answer, again = self.ask(world, "k", **chosen), self.ask(world, "k", **chosen)
        assert (answer.status_code, answer.json()["made"]) == (201, 10)
        assert again.json() == answer.json()
        assert answer.json()["items"][9]["wall_time"] == "2026-01-14T18:00"
        assert Post.objects.count() == 10
        back = world.api.post("/api/v1/posts/bulk/undo", {"key": answer.json()["undo"]}, format="json")
        assert back.json()["done"] == 10

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({}, "media_ids"),
            ({"media_ids": [str(uuid4())]}, "media_ids"),
            ({"platforms": []}, "account_ids"),
            ({"variables": {"a": "b"}}, "variables"),
            ({"template_id": str(uuid4())}, "content"),
            ({"pattern": {"times": ["18:00"], "weekdays": ["monday"], "every_hours": 3}}, "pattern"),
            ({"captions": "x"}, "captions"),
        ],
    )
    def test_an_odd_request_is_refused_by_field(
        self, world: Any, videos: list[MediaFile], more: dict[str, Any], field: str
    ) -> None:
        if field != "media_ids":
            more = {"media_ids": [str(videos[0].pk)], **more}
        answer = self.ask(world, **more)
        assert (answer.status_code, field in answer.json()["details"]["fields"]) == (400, True), answer.content
