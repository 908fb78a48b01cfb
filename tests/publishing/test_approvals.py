"""Rules of approval, requests, decisions and remarks, by services and by the API."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEvent
from core import clock
from core.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from jobs.testing import drain
from notifications.models import Notice
from publishing.approvals import comments, decisions, reminders, requests, rules, selectors
from publishing.models import ApprovalRequest, ApprovalState, Post, PostTarget
from publishing.services import posts, schedule
from publishing.services.schedule import When


@pytest.fixture
def post(connect: Any, make_post: Any, in_workspace: Any) -> Post:
    """A draft of Bob's to one TikTok account."""
    made = make_post(connect("tiktok"))
    Post.objects.filter(pk=made.pk).update(created_by=in_workspace.bob)
    # The maker of posts is Alice's; as far as approvals go, Bob wrote it.
    AuditEvent.objects.filter(verb="post.create").update(actor_user_id=in_workspace.bob.pk)
    return Post.objects.get(pk=made.pk)


def set_rules(cast: Any, **changes: Any) -> Any:
    present = rules.of(cast.workspace.pk)
    return rules.change(actor=cast.alice_actor, version=present.version, changes={"mode": "required", **changes})


class TestRules:
    def test_only_admins_change_them_and_each_reads_them(self, in_workspace: Any) -> None:
        client = in_workspace.clients.bob
        assert client.get("/api/v1/approvals/rules").json()["mode"] == "off"
        assert (
            client.patch("/api/v1/approvals/rules", {"version": 0, "mode": "required"}, format="json").status_code
            == 403
        )
        answer = in_workspace.clients.alice.patch(
            "/api/v1/approvals/rules",
            {
                "version": 0,
                "mode": "required",
                "levels": [{"name": "Client", "user_ids": [str(in_workspace.victor.pk)]}],
            },
            format="json",
        )
        assert (answer.status_code, answer.json()["version"], answer.json()["levels"][0]["name"]) == (200, 1, "Client")

    def test_a_stale_change_is_refused_with_the_present_rules(self, in_workspace: Any) -> None:
        set_rules(in_workspace)
        with pytest.raises(Conflict) as refused:
            rules.change(actor=in_workspace.alice_actor, version=0, changes={"mode": "off"})
        assert refused.value.details["mode"] == "required"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"levels": []}, "levels"),
            ({"levels": [{"name": "Nobody", "roles": [], "user_ids": []}]}, "levels.0"),
            ({"levels": [{"roles": ["boss", "admin"]}]}, "levels.0.roles"),
            ({"deadline_hours": 3, "reminder_hours": 4}, "reminder_hours"),
        ],
    )
    def test_unreasonable_rules_are_refused_by_field(self, in_workspace: Any, changes: Any, field: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            set_rules(in_workspace, **changes)
        assert field in refused.value.fields

    def test_a_stranger_is_no_approver_and_no_deputy(self, in_workspace: Any) -> None:
        stranger = str(in_workspace.charlie.pk)
        for changes in ({"levels": [{"user_ids": [stranger]}]}, {"deputy_id": stranger}):
            with pytest.raises(ValidationFailed):
                set_rules(in_workspace, **changes)


class TestDeciding:
    def test_no_author_approves_unless_the_rules_allow_it(self, post: Post, in_workspace: Any) -> None:
        both = [{"name": "Team", "roles": ["admin", "editor"], "user_ids": []}]
        set_rules(in_workspace, levels=both)
        request = requests.submit(actor=in_workspace.bob_actor, post_id=post.pk)
        with pytest.raises(PermissionDenied) as refused:
            decisions.approve(actor=in_workspace.bob_actor, request_id=request.pk)
        assert "wrote" in refused.value.message
        set_rules(in_workspace, allow_own=True)
        requests.withdraw(actor=in_workspace.bob_actor, request_id=request.pk)
        again = requests.submit(actor=in_workspace.bob_actor, post_id=post.pk)
        decisions.approve(actor=in_workspace.bob_actor, request_id=again.pk)
        assert ApprovalRequest.objects.get(pk=again.pk).state == "approved"

    def test_who_edits_a_post_has_written_it(self, post: Post, in_workspace: Any) -> None:
        set_rules(in_workspace)
        posts.update_post(actor=in_workspace.alice_actor, post_id=post.pk, text="By Alice now")
        request = requests.submit(actor=in_workspace.bob_actor, post_id=post.pk)
        with pytest.raises(PermissionDenied):
            decisions.approve(actor=in_workspace.alice_actor, request_id=request.pk)

    def test_levels_come_one_after_the_other(self, post: Post, in_workspace: Any) -> None:
        levels = [
            {"name": "Client", "user_ids": [str(in_workspace.victor.pk)]},
            {"name": "Lead", "roles": ["admin"]},
        ]
        set_rules(in_workspace, levels=levels)
        request = requests.submit(actor=in_workspace.bob_actor, post_id=post.pk, note="Please look.")
        drain()
        with pytest.raises(PermissionDenied):
            decisions.approve(actor=in_workspace.alice_actor, request_id=request.pk)
        url = f"/api/v1/approvals/{request.pk}/approve"
        assert in_workspace.clients.victor.post(url, {"text": "Nice"}, format="json").json()["level"] == 2
        assert ApprovalRequest.objects.get().state == "open"
        assert in_workspace.clients.alice.post(url).json()["status"] == "approved"
        drain()
        told = dict(Notice.objects.values_list("recipient__name", "title"))
        assert set(told) == {"Victor", "Alice", "Bob"}
        assert told["Bob"].startswith("Approved:")

    def test_changes_are_asked_for_and_the_edit_asks_again(self, post: Post, in_workspace: Any) -> None:
        set_rules(in_workspace)
        bob = in_workspace.bob_actor
        schedule.schedule_post(actor=bob, post_id=post.pk, when=When(at=clock.now() + timedelta(days=1)))
        request = ApprovalRequest.objects.get()
        with pytest.raises(ValidationFailed):
            decisions.request_changes(actor=in_workspace.alice_actor, request_id=request.pk, text="  ")
        decisions.request_changes(actor=in_workspace.alice_actor, request_id=request.pk, text="Shorter, please")
        target = PostTarget.objects.get()
        assert (target.status_group, target.error_sentence) == ("needs_you", "Alice asked for changes: Shorter, please")
        posts.update_post(actor=bob, post_id=post.pk, text="Short")
        target.refresh_from_db()
        assert (target.status_group, target.error_code) == ("needs_approval", "")
        assert list(ApprovalRequest.objects.order_by("number").values_list("state", flat=True)) == [
            "changes_requested", "open",
        ]  # fmt: skip

    def test_an_approval_is_taken_back_and_the_same_content_counts_no_more(self, post: Post, in_workspace: Any) -> None:
        set_rules(in_workspace)
        when = When(at=clock.now() + timedelta(days=1))
        schedule.schedule_post(actor=in_workspace.bob_actor, post_id=post.pk, when=when)
        request = ApprovalRequest.objects.get()
        decisions.approve(actor=in_workspace.alice_actor, request_id=request.pk)
        decisions.request_changes(actor=in_workspace.alice_actor, request_id=request.pk, text="Wait")
        assert PostTarget.objects.get().state == "needs_approval"

    def test_what_was_changed_withdrawn_or_decided_cannot_be_decided(self, post: Post, in_workspace: Any) -> None:
        set_rules(in_workspace)
        alice, bob = in_workspace.alice_actor, in_workspace.bob_actor
        request = requests.submit(actor=bob, post_id=post.pk)
        assert requests.submit(actor=bob, post_id=post.pk).pk == request.pk
        posts.update_post(actor=bob, post_id=post.pk, text="Another")
        assert ApprovalRequest.objects.get().state == ApprovalState.OUTDATED
        with pytest.raises(Conflict) as refused:
            decisions.approve(actor=alice, request_id=request.pk)
        assert refused.value.code == "approval_closed"
        second = requests.submit(actor=bob, post_id=post.pk)
        requests.withdraw(actor=bob, request_id=second.pk)
        with pytest.raises(Conflict):
            decisions.approve(actor=alice, request_id=second.pk)
        with pytest.raises(Conflict):
            requests.withdraw(actor=bob, request_id=second.pk)

    def test_withdrawing_makes_what_waited_a_draft(self, post: Post, in_workspace: Any) -> None:
        set_rules(in_workspace)
        bob = in_workspace.bob_actor
        schedule.publish_now(actor=bob, post_id=post.pk, once_approved=True)
        requests.withdraw(actor=bob, request_id=ApprovalRequest.objects.get().pk)
        assert Post.objects.get().state == "draft"

    def test_off_refuses_and_optional_sends_without(self, post: Post, in_workspace: Any) -> None:
        with pytest.raises(Conflict) as refused:
            requests.submit(actor=in_workspace.bob_actor, post_id=post.pk)
        assert refused.value.code == "approval_off"
        set_rules(in_workspace, mode="optional")
        requests.submit(actor=in_workspace.bob_actor, post_id=post.pk)
        schedule.publish_now(actor=in_workspace.bob_actor, post_id=post.pk)
        drain(advance=True)
        assert PostTarget.objects.get().state == "published"

    def test_a_stranger_finds_nothing_and_a_viewer_only_looks(self, post: Post, in_workspace: Any) -> None:
        set_rules(in_workspace)
        request = requests.submit(actor=in_workspace.bob_actor, post_id=post.pk)
        with pytest.raises(NotFound):
            selectors.request(in_workspace.charlie_actor, request.pk)
        with pytest.raises(NotFound):
            requests.withdraw(actor=in_workspace.charlie_actor, request_id=request.pk)
        url = f"/api/v1/approvals/{request.pk}"
        assert in_workspace.clients.charlie.get(url).status_code == 404
        assert in_workspace.clients.victor.get(url).json()["may_decide"] is False
        for path in ("approve", "changes", "comments", "withdraw"):
            assert in_workspace.clients.victor.post(f"{url}/{path}", {"text": "x"}, format="json").status_code == 403

    def test_lists_say_what_waits_for_whom(self, post: Post, in_workspace: Any) -> None:
        set_rules(in_workspace)
        requests.submit(actor=in_workspace.bob_actor, post_id=post.pk)
        for name, view, found in (
            ("alice", "waiting", 1), ("bob", "waiting", 0), ("bob", "sent", 1), ("alice", "sent", 0),
            ("victor", "all", 1),
        ):  # fmt: skip
            client = getattr(in_workspace.clients, name)
            assert client.get("/api/v1/approvals", {"view": view}).json()["total"] == found, (name, view)


class TestComments:
    def test_at_a_field_and_at_a_second(self, post: Post, in_workspace: Any) -> None:
        set_rules(in_workspace)
        request = requests.submit(actor=in_workspace.bob_actor, post_id=post.pk)
        account = str(PostTarget.objects.get().account_id)
        url = f"/api/v1/approvals/{request.pk}/comments"
        client = in_workspace.clients.alice
        made = client.post(url, {"text": "Too long", "field": "text", "account_id": account}, format="json").json()
        assert (made["by"], made["field"], made["outside"]) == ("Alice", "text", False)
        assert client.post(url, {"text": "Cut here", "time_s": 1.5}, format="json").json()["time_s"] == 1.5
        for body in (
            {"text": "x", "time_s": 99},
            {"text": "x", "account_id": str(request.pk)},
            {"text": "x", "field": "y"},
        ):
            assert client.post(url, body, format="json").status_code == 400, body
        done = in_workspace.clients.bob.post(f"/api/v1/approvals/comments/{made['id']}/resolve").json()
        assert done["resolved_at"]
        assert comments.resolve(actor=in_workspace.bob_actor, comment_id=made["id"], resolved=False).resolved_at is None
        assert len(client.get(f"/api/v1/approvals/{request.pk}").json()["comments"]) == 2


class TestSilence:
    def test_the_silent_are_reminded_once_and_then_the_deputy_may_approve(self, post: Post, in_workspace: Any) -> None:
        set_rules(in_workspace, deadline_hours=24, reminder_hours=4, deputy_id=in_workspace.victor.pk)
        request = requests.submit(actor=in_workspace.bob_actor, post_id=post.pk)
        drain()
        assert (reminders.remind(), reminders.escalate()) == (0, 0)
        with pytest.raises(PermissionDenied):
            decisions.approve(actor=in_workspace.victor_actor, request_id=request.pk)
        with clock.freeze(clock.now() + timedelta(hours=20, minutes=1)):
            assert (reminders.remind(), reminders.remind(), reminders.escalate()) == (1, 0, 0)
            drain()
        with clock.freeze(clock.now() + timedelta(hours=24, minutes=1)):
            assert (reminders.escalate(), reminders.escalate()) == (1, 0)
            drain()
            decisions.approve(actor=in_workspace.victor_actor, request_id=request.pk)
        assert ApprovalRequest.objects.get().state == "approved"
        told = list(Notice.objects.filter(kind="approval_asked").values_list("recipient__name", "title"))
        assert [name for name, _ in told] == ["Alice", "Alice", "Victor"]
        assert told[1][1].startswith("Still waiting")
