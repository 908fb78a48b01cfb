"""One function changes the state of targets, alone or many at once: same rules, same columns, same signals."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from core import clock
from publishing import signals
from publishing.models import Post, PostTarget, SocialAccount
from publishing.states import TargetState as S
from publishing.transitions import lock_posts, move, move_many

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("frozen")]

# From, to, and what else is written.
CHANGES: list[tuple[S, S, dict[str, Any]]] = [
    (S.SCHEDULED, S.QUEUED, {"spec": {"text": "Größe “1”", "media": []}, "content_key": "k", "queued_at": "now"}),
    (S.WAITING, S.QUEUED, {"transient_count": 0, "run_token": None}),
    (S.UPLOADING, S.WAITING, {"wait_reason": "rate", "next_at": "now", "error_code": "quota", "committed": True}),
    (S.UNCONFIRMED, S.PUBLISHED, {"published_at": "now", "permalink": "https://x.example/1", "progress_pct": 100}),
    (S.QUEUED, S.FAILED, {"error_code": "rejected", "error_sentence": "No."}),
]


@pytest.fixture
def make(in_workspace: SimpleNamespace) -> Any:
    """`make(state)` is a target of a post of its own that has been held up for five minutes."""
    workspace = in_workspace.workspace
    account = SocialAccount.objects.create(
        workspace=workspace, platform="youtube", external_id="UC1", username="lumen", connected_at=clock.now()
    )

    def target(state: S) -> PostTarget:
        post = Post.objects.create(workspace=workspace, text="Words", state="scheduled")
        return PostTarget.objects.create(
            workspace=workspace, post=post, account=account, platform="youtube", state=state, due_at=clock.now(),
            held_since=clock.now() - timedelta(minutes=5), wait_reason="retry", delays={"worker": 7},
            error_code="transient", error_sentence="Once.",
        )  # fmt: skip

    return target


def columns(target: PostTarget) -> dict[str, Any]:
    """What the database holds, beside what tells two targets apart."""
    found: dict[str, Any] = PostTarget.objects.filter(pk=target.pk).values().get()
    apart = ("id", "post_id", "created_at", "content_key")
    return {name: value for name, value in found.items() if name not in apart}


def given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: clock.now() if value == "now" else value for name, value in fields.items()}


@pytest.mark.parametrize(("before", "after", "fields"), CHANGES)
def test_many_are_written_like_one(make: Any, before: S, after: S, fields: dict[str, Any]) -> None:
    one, two, three = (make(before) for _ in range(3))
    heard: list[Any] = []

    def hear(sender: Any, target_id: Any, state: str, **_: Any) -> None:
        heard.append((target_id, state))

    signals.target_changed.connect(hear)
    try:
        assert move(one, after, **given(fields))
        with transaction.atomic():
            lock_posts([two.post_id, three.post_id])
            # One account never has the same content on its way twice.
            keys = [{"content_key": key} if "spec" in fields else {} for key in ("l", "m")]
            changes = [(target, {**given(fields), **key}) for target, key in zip((two, three), keys, strict=True)]
            assert move_many(changes, after)
    finally:
        signals.target_changed.disconnect(hear)
    assert columns(one) == columns(two) == columns(three)
    assert (two.state, two.post_id) == (after, PostTarget.objects.get(pk=two.pk).post_id)
    assert heard == [(target.pk, after) for target in (one, two, three)]
    states = set(Post.objects.values_list("state", flat=True))
    assert len(states) == 1
    assert states != {"scheduled"} or after == S.SCHEDULED


def test_one_that_has_moved_meanwhile_refuses_all(make: Any) -> None:
    first, second = make(S.SCHEDULED), make(S.SCHEDULED)
    PostTarget.objects.filter(pk=second.pk).update(state=S.CANCELLED)
    with transaction.atomic():
        assert not move_many([(first, {}), (second, {})], S.QUEUED)
        transaction.set_rollback(True)
    assert PostTarget.objects.get(pk=first.pk).state == S.SCHEDULED
    assert first.state == S.SCHEDULED, "who is refused is left as it was"


def test_nothing_to_move_is_no_statement(make: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert move_many([], S.QUEUED)
