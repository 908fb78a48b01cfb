"""The map of states, and how a post's state comes about."""

import pytest

from publishing.platforms.base import Adapter
from publishing.platforms.registry import ADAPTERS
from publishing.states import FINISHED, IN_FLIGHT, PostState, TargetState, derive, may_follow, sources_of

S = TargetState


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], PostState.DRAFT),
        ([S.DRAFT, S.DRAFT], PostState.DRAFT),
        ([S.SCHEDULED, S.DRAFT], PostState.SCHEDULED),
        ([S.SCHEDULED, S.CANCELLED], PostState.SCHEDULED),
        ([S.SCHEDULED, S.PUBLISHED], PostState.PUBLISHING),
        ([S.QUEUED], PostState.PUBLISHING),
        ([S.WAITING, S.PUBLISHED], PostState.PUBLISHING),
        ([S.UNCONFIRMED, S.FAILED], PostState.PUBLISHING),
        ([S.ACTION_REQUIRED], PostState.PUBLISHING),
        ([S.PUBLISHED, S.PUBLISHED], PostState.PUBLISHED),
        ([S.PUBLISHED, S.FAILED], PostState.PARTIALLY_PUBLISHED),
        ([S.PUBLISHED, S.CANCELLED], PostState.PARTIALLY_PUBLISHED),
        ([S.FAILED, S.CANCELLED], PostState.FAILED),
        ([S.CANCELLED], PostState.CANCELLED),
        ([S.DRAFT, S.CANCELLED], PostState.DRAFT),
    ],
)
def test_a_posts_state_follows_from_its_targets(states: list[TargetState], expected: PostState) -> None:
    assert derive(states) is expected


def test_what_has_ended_does_not_move_by_itself() -> None:
    for state in (S.PUBLISHED, S.CANCELLED):
        assert not [after for after in S if may_follow(state, after)]
    assert {after for after in S if may_follow(S.FAILED, after)} == {S.QUEUED, S.PUBLISHED}


def test_every_unfinished_state_can_be_cancelled_and_none_is_both_flying_and_finished() -> None:
    assert set(sources_of(S.CANCELLED)) == set(S) - FINISHED
    assert not IN_FLIGHT & FINISHED


def test_a_scheduled_target_never_skips_the_queue() -> None:
    assert not may_follow(S.SCHEDULED, S.UPLOADING)
    assert not may_follow(S.DRAFT, S.PUBLISHED)


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=lambda adapter: adapter.name)
def test_every_platform_says_how_to_connect_and_what_each_scope_allows(adapter: Adapter) -> None:
    assert adapter.guide.steps
    assert adapter.guide.needs
    assert set(adapter.consent.scopes) <= set(adapter.guide.scopes)
