"""Where approval is required nothing unapproved is sent, whatever door it comes through."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from core import clock
from core.actor import Actor
from core.errors import Conflict
from jobs.testing import drain
from publishing import selectors
from publishing.approvals import decisions, release, rules
from publishing.engine import receipts
from publishing.models import ApprovalMode, ApprovalPolicy, ApprovalRequest, Post, PostTarget
from publishing.schedule import queueing, scheduler
from publishing.services import bulk, moving, posts, schedule, sending, targets
from publishing.services.posts import Content, TargetInput
from publishing.services.schedule import When
from publishing.services.undo_keys import FormerPost, FormerShare
from publishing.states import TargetState
from publishing.transitions import move

TOMORROW = timedelta(days=1)


@pytest.fixture
def required(in_workspace: Any) -> ApprovalPolicy:
    """The workspace requires the approval of an admin; Bob writes, Alice approves."""
    return rules.change(actor=in_workspace.alice_actor, version=0, changes={"mode": ApprovalMode.REQUIRED})


@pytest.fixture
def draft(connect: Any, make_post: Any, in_workspace: Any) -> Any:
    """`draft()` is a post of Bob's to one account, on TikTok where nothing else is said."""
    account = connect("tiktok")

    def make(text: str = "A quiet morning", *, to: Any = account) -> Post:
        post = make_post(to, text=text)
        Post.objects.filter(pk=post.pk).update(created_by=in_workspace.bob)
        AuditEvent.objects.filter(verb="post.create").update(actor_user_id=in_workspace.bob.pk)
        return Post.objects.get(pk=post.pk)

    make.account = account  # type: ignore[attr-defined]
    return make


def only() -> PostTarget:
    return PostTarget.objects.select_related("account", "post").get()


def due_and_drained() -> None:
    """Everything that is due is looked for, and every job has run."""
    scheduler.queue_due()
    drain(advance=True)
    scheduler.queue_due()
    drain(advance=True)


def assert_held(box: Any) -> None:
    due_and_drained()
    with clock.freeze(clock.now() + TOMORROW + timedelta(hours=1)):
        due_and_drained()
    assert box.live("tiktok") == []
    assert box.calls("tiktok", "init") == []
    assert not PostTarget.objects.exclude(state__in=["draft", "needs_approval", "failed", "scheduled"]).exists()


class TestDoors:
    def test_publishing_now_is_refused_by_service_page_and_api(
        self, required: Any, draft: Any, in_workspace: Any, box: Any
    ) -> None:
        post = draft()
        with pytest.raises(Conflict) as refused:
            schedule.publish_now(actor=in_workspace.bob_actor, post_id=post.pk)
        assert refused.value.code == "approval_required"
        answer = in_workspace.clients.bob.post(f"/api/v1/posts/{post.pk}/publish")
        assert (answer.status_code, answer.json()["details"]["code"]) == (409, "approval_required")
        assert_held(box)

    def test_publishing_once_approved_waits_and_goes_out_by_the_approval(
        self, required: Any, draft: Any, in_workspace: Any, box: Any
    ) -> None:
        post = draft()
        answer = in_workspace.clients.bob.post(
            f"/api/v1/posts/{post.pk}/publish", {"once_approved": True}, format="json"
        )
        assert (answer.status_code, answer.json()["status"]) == (202, "needs_approval")
        assert_held(box)
        decisions.approve(actor=in_workspace.alice_actor, request_id=ApprovalRequest.objects.get().pk)
        due_and_drained()
        assert only().state == TargetState.PUBLISHED
        assert len(box.live("tiktok")) == 1

    def test_scheduling_waits_and_goes_out_at_its_time_once_approved(
        self, required: Any, draft: Any, in_workspace: Any, box: Any
    ) -> None:
        post = draft()
        _, notes = schedule.schedule_post(
            actor=in_workspace.bob_actor, post_id=post.pk, when=When(at=clock.now() + TOMORROW)
        )
        assert schedule.AWAITS_APPROVAL in notes
        assert (only().state, only().status_group, Post.objects.get().state) == ("needs_approval",) * 3
        request = ApprovalRequest.objects.get()
        assert (request.state, request.requested_by_id) == ("open", in_workspace.bob.pk)
        decisions.approve(actor=in_workspace.alice_actor, request_id=request.pk)
        assert only().state == TargetState.SCHEDULED
        due_and_drained()
        assert box.live("tiktok") == []
        with clock.freeze(clock.now() + TOMORROW + timedelta(seconds=5)):
            due_and_drained()
        assert only().state == TargetState.PUBLISHED

    def test_what_is_sent_in_one_call_by_composer_api_or_autopilot_is_held(
        self, required: Any, draft: Any, in_workspace: Any, box: Any
    ) -> None:
        content = Content.of(selectors.post(in_workspace.alice_actor, draft().pk))
        with pytest.raises(Conflict):
            sending.send(actor=in_workspace.bob_actor, content=content, timing=sending.Now())
        sending.send(actor=in_workspace.bob_actor, content=content, timing=sending.Now(once_approved=True))
        when = When(at=clock.now() + TOMORROW)
        sending.send(actor=in_workspace.bob_actor, content=content, timing=sending.At(when))
        assert_held(box)

    def test_the_calendar_and_many_at_once_keep_it_waiting(
        self, required: Any, draft: Any, in_workspace: Any, box: Any
    ) -> None:
        post, actor = draft(), in_workspace.bob_actor
        schedule.schedule_post(actor=actor, post_id=post.pk, when=When(at=clock.now() + TOMORROW))
        seen = only().due_at
        assert seen is not None
        moved = moving.move_entry(
            actor=actor, post_id=post.pk, seen=seen, to=(seen + TOMORROW).date(), at=None, zone="UTC",
            accept_conflicts=True,
        )  # fmt: skip
        assert only().state == "needs_approval"
        bulk.apply(actor=actor, post_ids=[post.pk], change=bulk.MoveByDays(-1))
        assert only().state == "needs_approval"
        moving.put_back(actor=actor, former=FormerPost(post.pk, [
            FormerShare(only().pk, moved.at, "UTC", only().due_at)
        ]))  # fmt: skip
        assert only().state == "needs_approval"
        assert_held(box)

    def test_the_engine_holds_what_was_queued_or_scheduled_past_every_service(
        self, required: Any, draft: Any, in_workspace: Any, box: Any
    ) -> None:
        draft()
        target = only()
        move(target, TargetState.SCHEDULED, due_at=clock.now())
        due_and_drained()
        assert only().state == "needs_approval"
        target = only()
        queueing.queue(target, Actor.system(target.workspace_id))
        drain(advance=True)
        assert (only().state, only().queued_at, only().run_token) == ("needs_approval", None, None)
        assert_held(box)
        assert ApprovalRequest.objects.filter(state="open").count() == 1

    def test_an_approval_taken_back_while_the_file_goes_over_stops_it_before_it_is_public(
        self,
        required: Any,
        connect: Any,
        draft: Any,
        in_workspace: Any,
        box: Any,
        monkeypatch: Any,
    ) -> None:
        post = draft(to=connect("facebook"))
        schedule.schedule_post(actor=in_workspace.bob_actor, post_id=post.pk, when=When(at=clock.now() + TOMORROW))
        request = ApprovalRequest.objects.get()
        decisions.approve(actor=in_workspace.alice_actor, request_id=request.pk)
        steps: list[str] = []
        begin = receipts.begin

        def taken_back(target: PostTarget, token: Any, step: Any) -> Any:
            if not steps:
                decisions.request_changes(actor=in_workspace.alice_actor, request_id=request.pk, text="Not yet.")
            steps.append(step.name)
            return begin(target, token, step)

        monkeypatch.setattr(receipts, "begin", taken_back)
        with clock.freeze(clock.now() + TOMORROW + timedelta(seconds=5)):
            scheduler.queue_due()
            drain()
        assert steps
        assert box.live("facebook") == []
        assert (only().state, only().committed) == ("needs_approval", False)

    def test_trying_again_is_refused_alone_and_held_with_all(self, draft: Any, in_workspace: Any, box: Any) -> None:
        draft()
        target = only()
        queueing.queue(target, Actor.system(target.workspace_id))
        move(only(), TargetState.FAILED, error_code="internal", error_sentence="Ours.")
        rules.change(actor=in_workspace.alice_actor, version=0, changes={"mode": ApprovalMode.REQUIRED})
        actor = in_workspace.bob_actor
        with pytest.raises(Conflict) as refused:
            targets.retry(actor=actor, post_id=only().post_id, target_id=only().pk)
        assert refused.value.code == "approval_required"
        targets.retry_all(actor=actor)
        assert_held(box)

    def test_the_console_tries_again_by_the_same_service(self, draft: Any, in_workspace: Any, box: Any) -> None:
        draft()
        target = only()
        queueing.queue(target, Actor.system(target.workspace_id))
        move(only(), TargetState.FAILED, error_code="internal", error_sentence="Ours.")
        rules.change(actor=in_workspace.alice_actor, version=0, changes={"mode": ApprovalMode.REQUIRED})
        url = reverse("admin:publishing_posttarget_changelist")
        in_workspace.browsers.operator.post(url, {"action": "try_again", "_selected_action": [str(target.pk)]})
        assert_held(box)


class TestContent:
    def test_an_edit_after_the_approval_asks_again_and_the_time_alone_does_not(
        self, required: Any, draft: Any, in_workspace: Any, box: Any
    ) -> None:
        post, bob = draft(), in_workspace.bob_actor
        schedule.schedule_post(actor=bob, post_id=post.pk, when=When(at=clock.now() + TOMORROW))
        decisions.approve(actor=in_workspace.alice_actor, request_id=ApprovalRequest.objects.get().pk)
        schedule.schedule_post(actor=bob, post_id=post.pk, when=When(at=clock.now() + 2 * TOMORROW))
        assert only().state == "scheduled"
        posts.update_post(actor=bob, post_id=post.pk, campaign="Spring")
        assert only().state == "scheduled"
        posts.update_post(actor=bob, post_id=post.pk, text="Not what was approved")
        assert only().state == "needs_approval"
        assert list(ApprovalRequest.objects.order_by("number").values_list("state", flat=True)) == ["approved", "open"]
        posts.update_post(actor=bob, post_id=post.pk, text="A quiet morning")
        assert only().state == "scheduled"

    def test_changed_options_files_and_accounts_ask_again(self, required: Any, draft: Any, in_workspace: Any) -> None:
        post, bob = draft(), in_workspace.bob_actor
        schedule.schedule_post(actor=bob, post_id=post.pk, when=When(at=clock.now() + TOMORROW))
        decisions.approve(actor=in_workspace.alice_actor, request_id=ApprovalRequest.objects.get().pk)
        options = {**only().options, "allow_comments": not only().options.get("allow_comments", False)}
        wanted = [TargetInput(draft.account.pk, options=options)]
        posts.update_post(actor=bob, post_id=post.pk, targets=wanted)
        assert only().state == "needs_approval"

    def test_a_time_that_passes_while_waiting_asks_for_a_new_one(
        self, required: Any, draft: Any, in_workspace: Any, box: Any
    ) -> None:
        post = draft()
        schedule.schedule_post(actor=in_workspace.bob_actor, post_id=post.pk, when=When(at=clock.now() + TOMORROW))
        request = ApprovalRequest.objects.get()
        with clock.freeze(clock.now() + TOMORROW + timedelta(minutes=2)):
            assert (release.mark_all_late(), release.mark_all_late()) == (1, 0)
            assert (only().error_code, only().status_group, Post.objects.get().state) == (
                "approval_late", "needs_you", "needs_you",
            )  # fmt: skip
            decisions.approve(actor=in_workspace.alice_actor, request_id=request.pk)
            due_and_drained()
            assert (box.live("tiktok"), only().status_group) == ([], "needs_you")
            schedule.publish_now(actor=in_workspace.bob_actor, post_id=post.pk)
            due_and_drained()
            assert only().state == "published"

    def test_rules_that_change_hold_and_let_go(self, draft: Any, in_workspace: Any, box: Any) -> None:
        post, alice = draft(), in_workspace.alice_actor
        schedule.schedule_post(actor=in_workspace.bob_actor, post_id=post.pk, when=When(at=clock.now() + TOMORROW))
        assert only().state == "scheduled"
        found = rules.change(actor=alice, version=0, changes={"mode": "required"})
        drain()
        assert only().state == "needs_approval"
        assert ApprovalRequest.objects.get().requested_by_id == in_workspace.bob.pk
        rules.change(actor=alice, version=found.version, changes={"mode": "optional"})
        drain()
        assert only().state == "scheduled"
