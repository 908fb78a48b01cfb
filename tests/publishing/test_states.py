"""The map of states, and how a post's state comes about."""

import pytest

from pages import chips
from publishing.platforms.base import Adapter
from publishing.platforms.registry import ADAPTERS
from publishing.states import (
    FINISHED,
    IN_FLIGHT,
    PostState,
    StateGroup,
    TargetState,
    derive,
    group_of,
    may_follow,
    sources_of,
)

S = TargetState


ASKED = "asked"
STOPPED = "stopped"


def groups(states: list[str]) -> list[StateGroup]:
    """The groups of states; `ASKED` stands for a post of which the person is asked whether it is live, `STOPPED` for a
    planned one whose account cannot post."""
    named = {ASKED: group_of(S.UNCONFIRMED, asked=True), STOPPED: group_of(S.SCHEDULED, stopped=True)}
    return [named.get(state) or group_of(state) for state in states]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], PostState.DRAFT),
        ([S.DRAFT, S.DRAFT], PostState.DRAFT),
        ([S.SCHEDULED, S.DRAFT], PostState.SCHEDULED),
        ([S.SCHEDULED, S.CANCELLED], PostState.SCHEDULED),
        ([S.SCHEDULED, S.PUBLISHED], PostState.SCHEDULED),
        ([S.SCHEDULED, STOPPED], PostState.NEEDS_YOU),
        ([S.QUEUED], PostState.PUBLISHING),
        ([S.UPLOADING, S.PUBLISHED], PostState.PUBLISHING),
        ([S.WAITING, S.PUBLISHED], PostState.WAITING),
        ([S.WAITING, S.UPLOADING], PostState.WAITING),
        ([S.UNCONFIRMED, S.FAILED], PostState.UNCONFIRMED),
        ([ASKED, S.PUBLISHED], PostState.NEEDS_YOU),
        ([S.ACTION_REQUIRED], PostState.NEEDS_YOU),
        ([S.ACTION_REQUIRED, S.PUBLISHED, S.UPLOADING, S.WAITING], PostState.NEEDS_YOU),
        ([S.PUBLISHED, S.PUBLISHED], PostState.PUBLISHED),
        ([S.PUBLISHED, S.FAILED], PostState.PARTIALLY_PUBLISHED),
        ([S.PUBLISHED, S.CANCELLED], PostState.PARTIALLY_PUBLISHED),
        ([S.PUBLISHED, S.DRAFT], PostState.PARTIALLY_PUBLISHED),
        ([S.IN_INBOX], PostState.IN_INBOX),
        ([S.IN_INBOX, S.PUBLISHED], PostState.IN_INBOX),
        ([S.IN_INBOX, S.PUBLISHED, S.FAILED], PostState.PARTIALLY_PUBLISHED),
        ([S.IN_INBOX, S.FAILED], PostState.FAILED),
        ([S.FAILED, S.CANCELLED], PostState.FAILED),
        ([S.CANCELLED], PostState.CANCELLED),
        ([S.DRAFT, S.CANCELLED], PostState.DRAFT),
    ],
)
def test_a_posts_state_is_the_worst_that_a_person_must_know_of(states: list[str], expected: PostState) -> None:
    assert derive(groups(states)) is expected


def test_every_state_has_a_group_and_a_chip_of_its_own_words() -> None:
    for state in (*S, *StateGroup, *PostState):
        assert chips.chip(state) in chips.STATES.values(), state
    assert {group_of(state) for state in S} == set(StateGroup)


def test_what_has_ended_does_not_move_by_itself() -> None:
    for state in (S.PUBLISHED, S.CANCELLED):
        assert not [after for after in S if may_follow(state, after)]
    assert {after for after in S if may_follow(S.IN_INBOX, after)} == {S.PUBLISHED, S.FAILED, S.CANCELLED}
    assert {after for after in S if may_follow(S.FAILED, after)} == {S.QUEUED, S.PUBLISHED}


def test_every_unfinished_state_can_be_cancelled_and_none_is_both_flying_and_finished() -> None:
    assert set(sources_of(S.CANCELLED)) == set(S) - FINISHED | {S.IN_INBOX}
    assert not IN_FLIGHT & FINISHED


def test_a_scheduled_target_never_skips_the_queue() -> None:
    assert not may_follow(S.SCHEDULED, S.UPLOADING)
    assert not may_follow(S.DRAFT, S.PUBLISHED)


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=lambda adapter: adapter.name)
def test_every_platform_says_how_to_connect_and_what_each_scope_allows(adapter: Adapter) -> None:
    assert adapter.guide.steps
    assert adapter.guide.needs
    assert set(adapter.consent.scopes) <= set(adapter.guide.scopes)
