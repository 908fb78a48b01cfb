"""Doing what was decided: what is written together, what stands by itself, and what nobody writes any more."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from core import clock
from jobs.models import Job
from publishing.engine.apply import apply
from publishing.engine.decide.model import Pause, Receipt, Stop, Transition
from publishing.engine.receipts import Superseded
from publishing.models import AccountStatus, Attempt, AttemptOutcome, Post, PostTarget, SocialAccount
from publishing.platforms.base import Checkpoint
from publishing.states import TargetState as S

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def target(in_workspace: SimpleNamespace) -> PostTarget:
    """A target in the middle of its upload, owned by a run, its account's commit lock held."""
    workspace = in_workspace.workspace
    account = SocialAccount.objects.create(
        workspace=workspace, platform="youtube", external_id="UC1", username="lumen", connected_at=clock.now()
    )
    post = Post.objects.create(workspace=workspace, text="Words")
    row = PostTarget.objects.create(
        workspace=workspace, post=post, account=account, platform="youtube", state=S.UPLOADING, run_token=uuid4()
    )
    SocialAccount.objects.filter(pk=account.pk).update(commit_lease=row.pk)
    return row


@pytest.fixture
def attempt(target: PostTarget) -> Attempt:
    """The open receipt of its call."""
    return Attempt.objects.create(
        workspace_id=target.workspace_id, target=target, run_token=uuid4(), step="chunk", effect="safe",
        started_at=clock.now(),
    )  # fmt: skip


def outcome_of(attempt: Attempt) -> str:
    attempt.refresh_from_db()
    return attempt.outcome


class TestOwnership:
    @pytest.mark.parametrize(("with_state", "outcome"), [(True, ""), (False, "refused")])
    def test_another_run_owns_the_target_by_now(
        self, target: PostTarget, attempt: Attempt, with_state: bool, outcome: str
    ) -> None:
        """It must find the receipt of a commit open; any refusal stands whoever owns the target."""
        receipt = Receipt(AttemptOutcome.REFUSED, "No.", with_state=with_state)
        decided = Transition(Checkpoint(), S.FAILED, {"error_code": "rejected"}, Stop(), receipt)
        with pytest.raises(Superseded):
            apply(target, decided, fence=uuid4(), attempt=attempt)
        assert outcome_of(attempt) == outcome
        assert PostTarget.objects.get().state == S.UPLOADING

    def test_the_owner_writes_state_checkpoint_and_receipt(self, target: PostTarget, attempt: Attempt) -> None:
        decided = Transition(
            Checkpoint({"offset": 5}, {"upload": "https://up.example"}),
            S.WAITING,
            {"wait_reason": "rate", "next_at": clock.now(), "error_sentence": "It waits."},
            Pause(timedelta(minutes=1)),
            Receipt(AttemptOutcome.OK, details={"found": "live"}, with_state=True),
            release_lock=True,
        )
        apply(target, decided, fence=target.run_token, attempt=attempt)
        row = PostTarget.objects.select_related("account", "post").get()
        assert (row.state, row.checkpoint, row.post.state) == (S.WAITING, {"offset": 5}, "waiting")
        assert "up.example" not in row.checkpoint_sealed
        assert row.account.commit_lease is None
        assert outcome_of(attempt) == "ok"

    def test_what_only_goes_on_in_memory_writes_nothing(self, target: PostTarget) -> None:
        before = PostTarget.objects.values().get()
        apply(target, Transition(Checkpoint({"reserved": "init"})), fence=target.run_token)
        assert PostTarget.objects.values().get() == before


class TestAccounts:
    def parked(self) -> Transition:
        fields = {"error_code": "account_type", "error_sentence": "A personal account."}
        going_on = Transition(Checkpoint(), S.UPLOADING, {"next_at": clock.now()}, Pause(timedelta()))
        return Transition(
            Checkpoint(), S.ACTION_REQUIRED, fields, Stop(), account_problem="A personal account.",
            if_reconnected=going_on,
        )  # fmt: skip

    def test_a_parked_post_marks_its_account_and_asks_its_person(self, target: PostTarget) -> None:
        assert apply(target, self.parked(), fence=target.run_token).then == Stop()
        account = SocialAccount.objects.get()
        assert (account.status, account.problem) == (AccountStatus.ERROR, "A personal account.")
        assert PostTarget.objects.get().state == S.ACTION_REQUIRED
        assert Job.objects.filter(kind="publish.tell_target", subject_id=target.pk).exists()

    def test_a_reconnect_since_the_run_began_lets_it_go_on(self, target: PostTarget) -> None:
        assert target.account.connected_at is not None
        SocialAccount.objects.update(connected_at=clock.now() + timedelta(seconds=1))
        assert apply(target, self.parked(), fence=target.run_token).then == Pause(timedelta())
        assert SocialAccount.objects.get().status == AccountStatus.CONNECTED
        assert PostTarget.objects.get().state == S.UPLOADING

    def test_a_hold_rests_the_whole_account(self, target: PostTarget) -> None:
        until = clock.now() + timedelta(hours=12)
        fields: dict[str, Any] = {"wait_reason": "hold", "next_at": until, "error_sentence": "It rests."}
        held = Transition(
            Checkpoint(), S.WAITING, fields, Pause(timedelta(hours=12)), hold_account=(until, "It rests.")
        )
        apply(target, held, fence=target.run_token)
        assert (SocialAccount.objects.get().hold_until, SocialAccount.objects.get().problem) == (until, "It rests.")


class TestPublished:
    def test_a_live_post_without_a_link_is_looked_at_again(self, target: PostTarget) -> None:
        fields = {"external_id": "id1", "published_at": clock.now()}
        live = Transition(Checkpoint(), S.PUBLISHED, fields, Stop(), settle_after=timedelta(hours=1))
        apply(target, live, fence=target.run_token)
        row = PostTarget.objects.get()
        assert (row.state, row.run_token, row.checkpoint_sealed) == (S.PUBLISHED, None, "")
        assert Job.objects.get(kind="publish.settle").run_at == clock.now() + timedelta(hours=1)

    def test_an_asked_person_is_notified(self, target: PostTarget) -> None:
        fields = {"unconfirmed_at": clock.now(), "asked_at": clock.now(), "error_sentence": "Is it live?"}
        apply(target, Transition(Checkpoint(), S.UNCONFIRMED, fields, asks=True), fence=target.run_token)
        assert PostTarget.objects.get().waits_for_answer
        assert Job.objects.filter(kind="publish.tell_target", subject_id=target.pk).exists()
