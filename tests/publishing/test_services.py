"""Services, selectors and the schedule: what changes, what is refused, what is told."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.selectors import timezone_of
from core import clock, scope
from core.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from jobs import events
from jobs.testing import drain
from publishing import selectors
from publishing.models import (
    Post,
    PostTarget,
    SocialAccount,
)
from publishing.posts import request_body
from publishing.schedule import scheduler, specs
from publishing.services import posts, schedule, social_accounts, targets
from publishing.services.posts import TargetInput
from publishing.services.schedule import When
from tests import factories
from tests.publishing.conftest import TIKTOK, portrait


class TestDue:
    def test_what_is_due_goes_out_by_itself_and_what_is_not_waits(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account, actor = connect("tiktok"), in_workspace.alice_actor
        soon, later = (make_post(account, text=text) for text in ("Soon", "Later"))
        for post, minutes in ((soon, 10), (later, 90)):
            when = When(at=clock.now() + timedelta(minutes=minutes), zone="UTC")
            schedule.schedule_post(actor=actor, post_id=post.pk, when=when)
        assert scheduler.queue_due() == 0
        clock.advance(timedelta(minutes=11))
        assert scheduler.queue_due() == 1
        assert scheduler.queue_due() == 0
        drain(advance=True, until=clock.now() + timedelta(minutes=5))
        soon.refresh_from_db()
        later.refresh_from_db()
        assert (soon.state, later.state) == ("published", "scheduled")

    def test_the_same_content_due_twice_at_once_goes_out_once_and_says_why(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account, file = connect("tiktok"), portrait(in_workspace.workspace)
        for _ in range(2):
            post = make_post(account, media=file)
            when = When(at=clock.now() + timedelta(minutes=1))
            _, notes = schedule.schedule_post(actor=in_workspace.alice_actor, post_id=post.pk, when=when)
        assert "same minute" in notes[0]
        clock.advance(timedelta(minutes=2))
        assert scheduler.queue_due() == 1
        failed = PostTarget.objects.get(state="failed")
        assert (failed.error_code, failed.post.state) == ("duplicate_content", "failed")
        drain(advance=True)
        assert len(box.live("tiktok")) == 1

    def test_identical_content_is_refused_only_while_another_is_unfinished(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account, actor, file = connect("tiktok"), in_workspace.alice_actor, portrait(in_workspace.workspace)
        first, second = (make_post(account, media=file, text=text) for text in ("A  text", "A text "))
        schedule.publish_now(actor=actor, post_id=first.pk)
        with pytest.raises(Conflict) as refused:
            schedule.publish_now(actor=actor, post_id=second.pk)
        assert refused.value.code == "duplicate_content"
        assert PostTarget.objects.get(post=second).state == "draft"
        drain(advance=True)
        schedule.publish_now(actor=actor, post_id=second.pk)
        drain(advance=True)
        assert len(box.live("tiktok")) == 2

    def test_the_database_itself_refuses_a_second_one(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        one, two = (PostTarget.objects.get(post=make_post(account, text=text)) for text in "12")
        PostTarget.objects.filter(pk=one.pk).update(state="queued", content_key="k")
        with pytest.raises(IntegrityError), transaction.atomic():
            PostTarget.objects.filter(pk=two.pk).update(state="waiting", content_key="k")

    def test_the_frozen_spec_is_what_goes_out(self, box: Any, connect: Any, make_post: Any, in_workspace: Any) -> None:
        post = make_post(connect("tiktok"), text="As frozen")
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        Post.objects.update(text="Changed behind its back")
        drain(advance=True)
        assert box.live("tiktok")[0]["caption"] == "As frozen"

    def test_a_spec_survives_freezing(self, box: Any, connect: Any, make_post: Any) -> None:
        target = PostTarget.objects.get(post=make_post(connect("tiktok")))
        spec = specs.build(target)
        assert specs.thaw("tiktok", specs.freeze(spec)) == spec


class TestPosts:
    def test_who_may_what(self, box: Any, connect: Any, make_post: Any, in_workspace: Any) -> None:
        post = make_post(connect("tiktok"))
        target = post.targets.get()
        ids = {"post_id": post.pk, "target_id": target.pk}
        for call in (
            lambda actor: posts.update_post(actor=actor, post_id=post.pk, text="x"),
            lambda actor: posts.delete_post(actor=actor, post_id=post.pk),
            lambda actor: schedule.publish_now(actor=actor, post_id=post.pk),
            lambda actor: schedule.schedule_post(actor=actor, post_id=post.pk, when=When()),
            lambda actor: schedule.unschedule(actor=actor, post_id=post.pk),
            lambda actor: schedule.reschedule_target(actor=actor, when=When(), **ids),
            lambda actor: targets.retry(actor=actor, **ids),
            lambda actor: targets.cancel(actor=actor, **ids),
            lambda actor: targets.look_again(actor=actor, **ids),
            lambda actor: targets.resolve_live(actor=actor, link="", **ids),
            lambda actor: targets.resolve_not_live(actor=actor, **ids),
        ):
            with pytest.raises(PermissionDenied):
                call(in_workspace.victor_actor)
            with scope.workspace(in_workspace.elsewhere.pk), pytest.raises(NotFound):
                call(in_workspace.charlie_actor)
        post.refresh_from_db()
        assert (post.state, post.deleted_at, post.version) == ("draft", None, 1)

    def test_targets_are_added_changed_and_left_out(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        tiktok, youtube, actor = connect("tiktok"), connect("youtube"), in_workspace.alice_actor
        post = make_post(tiktok)
        wanted = [TargetInput(tiktok.pk, "Own words", "", TIKTOK), TargetInput(youtube.pk, title="T")]
        changed = posts.update_post(actor=actor, post_id=post.pk, targets=wanted, campaign="Spring", text="Shared")
        assert {row.effective_text() for row in changed.targets.all()} == {"Own words", "Shared"}
        assert selectors.campaigns(actor) == ["Spring"]
        left = posts.update_post(actor=actor, post_id=post.pk, targets=wanted[1:], version=2)
        assert [row.account_id for row in left.targets.all()] == [youtube.pk]

    def test_other_media_replace_the_former(self, box: Any, connect: Any, make_post: Any, in_workspace: Any) -> None:
        actor, post = in_workspace.alice_actor, make_post(connect("tiktok"))
        other = portrait(in_workspace.workspace)
        changed = posts.update_post(actor=actor, post_id=post.pk, media_ids=[other.pk])
        assert [item.file_id for item in changed.media.all()] == [other.pk]

    def test_a_stale_write_at_the_same_moment_is_refused(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        post = make_post(connect("tiktok"))
        real = posts._refuse_going_out

        def somebody_else(row: Post) -> None:
            Post.objects.filter(pk=row.pk).update(version=9)
            real(row)

        monkeypatch.setattr(posts, "_refuse_going_out", somebody_else)
        with pytest.raises(Conflict) as refused:
            posts.update_post(actor=in_workspace.alice_actor, post_id=post.pk, text="Mine")
        assert refused.value.code == "stale_version"

    def test_a_foreign_file_or_account_is_unknown(self, box: Any, connect: Any, in_workspace: Any) -> None:
        actor = in_workspace.alice_actor
        with scope.system("tests"):
            foreign = factories.make_media(in_workspace.elsewhere)
        with pytest.raises(ValidationFailed):
            posts.create_post(actor=actor, text="", media_ids=[foreign.pk], targets=[])
        with pytest.raises(NotFound):
            posts.create_post(actor=actor, text="", media_ids=[], targets=[TargetInput(uuid4())])

    def test_without_accounts_there_is_nothing_to_publish(self, box: Any, in_workspace: Any) -> None:
        actor = in_workspace.alice_actor
        post = posts.create_post(actor=actor, text="x", media_ids=[], targets=[], source=("script", uuid4()))
        with pytest.raises(ValidationFailed) as refused:
            schedule.publish_now(actor=actor, post_id=post.pk)
        assert (refused.value.code, post.source_type) == ("no_targets", "script")
        assert selectors.summary(post) == "No accounts chosen yet."

    def test_a_disconnected_account_is_told_before_anything_is_sent(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:

        account, actor = connect("tiktok"), in_workspace.alice_actor
        post = make_post(account)
        assert selectors.stakes(actor) == {}
        schedule.schedule_post(actor=actor, post_id=post.pk, when=When(at=clock.now() + timedelta(days=1)))
        assert selectors.stakes(actor) == {account.pk: selectors.Stakes(scheduled=1, in_flight=0)}
        social_accounts.disconnect(actor=actor, account_id=account.pk, confirmed=True)
        with pytest.raises(ValidationFailed, match="disconnected"):
            schedule.publish_now(actor=actor, post_id=post.pk)


class TestSchedule:
    def test_moving_one_account_and_making_all_a_draft_again(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        actor, post = in_workspace.alice_actor, make_post(connect("tiktok"))
        when = When(wall=datetime.fromisoformat("2026-06-01T10:00"), zone="Europe/Paris")
        post, notes = schedule.schedule_post(actor=actor, post_id=post.pk, when=when)
        target = post.targets.get()
        assert (notes, target.due_at.isoformat(), target.wall_time) == (
            [], "2026-06-01T08:00:00+00:00", "2026-06-01T10:00",
        )  # fmt: skip
        fold = When(wall=datetime.fromisoformat("2026-10-25T02:30"), zone="Europe/Paris")
        moved, notes = schedule.reschedule_target(actor=actor, post_id=post.pk, target_id=target.pk, when=fold)
        assert (moved.due_at.isoformat(), len(notes)) == ("2026-10-25T00:30:00+00:00", 1)
        back = schedule.unschedule(actor=actor, post_id=post.pk)
        assert (back.state, back.targets.get().due_at) == ("draft", None)

    def test_what_is_going_out_is_not_moved(self, box: Any, connect: Any, make_post: Any, in_workspace: Any) -> None:
        actor, post = in_workspace.alice_actor, make_post(connect("tiktok"))
        schedule.publish_now(actor=actor, post_id=post.pk)
        later = When(at=clock.now() + timedelta(days=1))
        with pytest.raises(Conflict):
            schedule.schedule_post(actor=actor, post_id=post.pk, when=later)
        with pytest.raises(Conflict):
            schedule.reschedule_target(actor=actor, post_id=post.pk, target_id=post.targets.get().pk, when=later)

    def test_the_zone_of_a_person_and_of_nobody(self, in_workspace: Any) -> None:
        from core.actor import Actor

        in_workspace.alice.preferences.timezone = "Asia/Kathmandu"
        in_workspace.alice.preferences.save()
        assert timezone_of(in_workspace.alice_actor) == "Asia/Kathmandu"
        assert timezone_of(Actor.system(in_workspace.workspace.pk)) == "UTC"


class TestTargets:
    def test_a_waiting_target_goes_on_when_asked(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        actor, post = in_workspace.alice_actor, make_post(connect("tiktok"))
        box.fault("error_before", platform="tiktok", step="creator_info")
        schedule.publish_now(actor=actor, post_id=post.pk)
        drain()
        target = post.targets.get()
        assert target.state == "waiting"
        targets.retry(actor=actor, post_id=post.pk, target_id=target.pk)
        drain()
        target.refresh_from_db()
        assert target.state == "processing"

    def test_looking_again_is_for_unconfirmed_ones(
        self, box: Any, connect: Any, publish: Any, in_workspace: Any
    ) -> None:
        actor = in_workspace.alice_actor
        box.fault("reset_after", platform="tiktok", step="upload.chunk")
        box.fault("error_before", platform="tiktok", step="status", times=10_000)
        target = publish(connect("tiktok"))
        assert target.waits_for_answer
        box.http.delete(f"{box.base}/_control/faults")
        targets.look_again(actor=actor, post_id=target.post_id, target_id=target.pk)
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"
        with pytest.raises(Conflict):
            targets.look_again(actor=actor, post_id=target.post_id, target_id=target.pk)

    def test_an_unconfirmed_target_parked_by_a_dead_consent_is_looked_for_after_reconnect_and_not_sent_again(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account, actor = connect("tiktok"), in_workspace.alice_actor
        box.fault("reset_after", platform="tiktok", step="upload.chunk")
        box.fault("token_revoked", platform="tiktok", step="status")
        post = make_post(account)
        schedule.publish_now(actor=actor, post_id=post.pk)
        drain(advance=True)
        target = post.targets.get()
        assert (target.state, target.committed) == ("action_required", True)
        with pytest.raises(Conflict):
            targets.cancel(actor=actor, post_id=post.pk, target_id=target.pk)
        connect("tiktok")
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"
        assert len(box.live("tiktok")) == 1

    def test_a_disconnected_account_is_not_retried(
        self, box: Any, connect: Any, publish: Any, in_workspace: Any
    ) -> None:

        account, actor = connect("youtube"), in_workspace.alice_actor
        box.fault("processing_failed", platform="youtube", step="upload.start")
        target = publish(account)
        social_accounts.disconnect(actor=actor, account_id=account.pk, confirmed=True)
        with pytest.raises(Conflict, match="disconnected"):
            targets.retry(actor=actor, post_id=target.post_id, target_id=target.pk)

    def test_an_account_disconnected_while_its_post_waits_parks_it(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:

        account, actor = connect("tiktok"), in_workspace.alice_actor
        post = make_post(account)
        schedule.publish_now(actor=actor, post_id=post.pk)
        social_accounts.disconnect(actor=actor, account_id=account.pk, confirmed=True)
        drain(advance=True)
        assert post.targets.get().state == "action_required"
        connect("tiktok")
        drain(advance=True)
        assert post.targets.get().state == "published"


class TestReading:
    def test_hashtags_are_added_once(self) -> None:
        assert request_body.with_hashtags("Hi #Calm", ["calm", "#new", " ", "new"]) == "Hi #Calm\n\n#new"
        assert request_body.with_hashtags("Hi", []) == "Hi"
        assert request_body.text_of({}) is None
        assert request_body.text_of({"hashtags": ["a"]}) == "#a"

    def test_a_title_is_the_first_line_cut_at_a_word(self) -> None:
        assert request_body.title_from("\n  First line #tag\nsecond") == "First line"
        assert request_body.title_from("#only #tags") == "#only #tags"
        assert request_body.title_from("word " * 40) == ("word " * 20).strip()
        assert request_body.title_from("x" * 150) == "x" * 100
        assert request_body.title_from("a <b> c") == "a b c"
        assert request_body.title_from("") == ""


class TestIsolation:
    def test_the_topic_of_a_post_is_only_for_its_workspace(
        self, box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
    ) -> None:
        post = make_post(connect("tiktok"))
        topic = f"post:{post.pk}"
        assert events.owners([topic]) == {topic: in_workspace.workspace.pk}

    def test_a_target_cannot_point_at_another_workspaces_account(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        from django.core.exceptions import ValidationError

        post = make_post(connect("tiktok"))
        with scope.system("tests"):
            foreign = SocialAccount.objects.create(
                workspace=in_workspace.elsewhere, platform="tiktok", external_id="x", connected_at=clock.now()
            )
            with pytest.raises(ValidationError):
                PostTarget.objects.create(
                    workspace=in_workspace.workspace, post=post, account=foreign, platform="tiktok"
                )

    def test_pages_exist(self) -> None:
        assert reverse("connections") == "/settings/connections/"
        assert reverse("compose") == "/compose/"
        assert reverse("posts") == "/posts/"
