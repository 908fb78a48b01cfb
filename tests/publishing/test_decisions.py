"""The engine's decisions as values: every outcome in every situation, without a database and without a clock."""

import ast
import inspect
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from publishing.engine import decide as package
from publishing.engine.decide import DECISIONS, decide, outcomes
from publishing.engine.decide import outcomes as happened
from publishing.engine.decide.model import GoOn, JudgeToken, Pause, RenewTokens, Rules, State, Stop, Transition
from publishing.platforms.base import Checkpoint, Live, Next, NotThere, Unknown, Wait
from publishing.platforms.errors import ErrorKind
from publishing.states import AttemptOutcome, TargetState, WaitReason, may_follow
from tests.publishing import decision_table
from tests.publishing.decision_table import (
    CASES,
    CHUNK,
    COMMIT,
    DELAYS,
    FRESH,
    HOUR,
    LOOKING,
    MID,
    NOW,
    POLL,
    POST,
    RULES,
    SENDING,
    SENT,
    SPEC,
    Case,
    decided,
    error,
    platform,
)

SITUATIONS = [pytest.param(case, when, id=f"{case.words}-{when}") for case in CASES for when in case.states]


def go(state: State, outcome: object, rules: Rules = RULES) -> Transition:
    return decide(rules, state, outcome, NOW)


class TestTable:
    def test_the_documented_table_is_what_is_decided(self) -> None:
        """`python -m tests.publishing.decision_table` writes it again."""
        assert decision_table.documented() == decision_table.table()

    def test_every_outcome_has_a_decision_and_a_line(self) -> None:
        kinds = {
            kind for _, kind in inspect.getmembers(outcomes, inspect.isclass) if kind.__module__ == outcomes.__name__
        }
        assert kinds == set(DECISIONS) == {type(case.outcome) for case in CASES}

    def test_decisions_import_no_row_and_no_clock(self) -> None:
        for path in Path(str(package.__file__)).parent.glob("*.py"):
            names = [name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for name in _imported(node)]
            assert not [name for name in names if name.startswith(("django", "core", "jobs", "publishing.models"))]
            assert not [name for name in names if name in ("publishing.transitions", "time")]


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


class TestEverySituation:
    @pytest.mark.parametrize(("case", "when"), SITUATIONS)
    def test_the_change_is_allowed_and_the_same_twice(self, case: Case, when: str) -> None:
        state, found = case.states[when], decided(case, when)
        assert found == decided(case, when)
        assert found.to is None or may_follow(state.state, found.to)

    @pytest.mark.parametrize(("case", "when"), SITUATIONS)
    def test_only_a_certain_no_makes_something_sent_repeatable(self, case: Case, when: str) -> None:
        state, found = case.states[when], decided(case, when)
        certain = (
            (isinstance(case.outcome, happened.Unreachable | happened.Refused) and case.outcome.step is POST)
            or isinstance(case.outcome, happened.Answered)  # taken in part: the last part is still to be sent
            or (isinstance(case.outcome, happened.Found) and isinstance(case.outcome.finding, NotThere))
            or getattr(getattr(case.outcome, "error", None), "dead", False)
        )
        if state.committed and found.fields.get("committed") is False:
            assert certain
        if state.committed and found.to in (TargetState.FAILED, TargetState.WAITING, TargetState.CANCELLED):
            assert found.fields.get("committed") is False or state.state == TargetState.IN_INBOX

    @pytest.mark.parametrize(("case", "when"), SITUATIONS)
    def test_who_waits_says_until_when_and_who_fails_says_why(self, case: Case, when: str) -> None:
        state, found = case.states[when], decided(case, when)
        if (
            isinstance(found.then, Pause)
            and found.to is not None
            and found.to not in (state.state, TargetState.PUBLISHED)
        ):
            assert (found.to, found.fields["next_at"]) == (TargetState.WAITING, NOW + found.then.after)
        if found.to in (TargetState.FAILED, TargetState.WAITING, TargetState.ACTION_REQUIRED, TargetState.UNCONFIRMED):
            assert found.to == state.state or (found.fields["error_code"] and found.fields["error_sentence"])

    @pytest.mark.parametrize("case", [case for case in CASES if case.states == COMMIT], ids=lambda case: case.words)
    def test_the_commit_step_always_gives_its_lock_back(self, case: Case) -> None:
        dead_process = isinstance(case.outcome, happened.Interrupted | happened.JobEnded)
        assert decided(case, "after").release_lock or dead_process


class TestReceipts:
    @pytest.mark.parametrize(
        "outcome",
        [
            happened.Answered(POST, Next(MID)),
            happened.Answered(POST, Live(MID, "id")),
            happened.Unanswered(POST, "timeout"),
            happened.Refused(POST, error(ErrorKind.TRANSIENT, status=503)),
        ],
    )
    def test_what_may_be_live_is_completed_only_together_with_the_state(self, outcome: object) -> None:
        """Else a run that takes over would find no open receipt, and send again."""
        receipt = go(SENDING, outcome).receipt
        assert receipt is not None
        assert receipt.with_state

    def test_a_refusal_stands_whoever_owns_the_target(self) -> None:
        receipt = go(SENDING, happened.Refused(POST, error(ErrorKind.REJECTED, status=400))).receipt
        assert receipt is not None
        assert (receipt.outcome, receipt.status, receipt.words, receipt.with_state) == (
            AttemptOutcome.REFUSED, 400, "no", False,
        )  # fmt: skip

    def test_a_token_that_could_not_be_renewed_has_no_receipt(self) -> None:
        assert go(FRESH, happened.Refused(CHUNK, error(ErrorKind.AUTH_EXPIRED), called=False)).receipt is None


class TestCheckpoints:
    def test_a_wait_keeps_where_the_work_stands_but_asks_the_account_again(self) -> None:
        found = go(FRESH, happened.Refused(CHUNK, error(ErrorKind.RATE_LIMITED)))
        assert found.checkpoint == MID.without("asked")

    def test_what_was_sent_asks_nothing_again(self) -> None:
        assert go(SENT, happened.Refused(POLL, error(ErrorKind.RATE_LIMITED))).checkpoint == MID

    def test_an_unanswered_first_step_reserves_its_quota_again(self) -> None:
        found = go(FRESH, happened.Unanswered(CHUNK, "timeout"))
        assert found.checkpoint is not None
        assert (found.checkpoint.get("recovered"), found.checkpoint.get("reserved")) == ("chunk", None)
        later = go(replace(FRESH, checkpoint=MID.with_data(reserved="init")), happened.Unanswered(CHUNK, "timeout"))
        assert later.checkpoint is not None
        assert later.checkpoint.get("reserved") == "init"

    def test_a_used_up_quota_starts_over_without_counting_as_a_restart(self) -> None:
        assert go(FRESH, happened.Refused(CHUNK, error(ErrorKind.QUOTA))).checkpoint == Checkpoint()

    def test_a_live_post_keeps_no_upload_address(self) -> None:
        found = go(SENDING, happened.Answered(POST, Live(MID, "id")))
        assert found.checkpoint == Checkpoint(MID.data)

    def test_starting_over_counts_and_remembers_that_the_account_was_held(self) -> None:
        held = replace(FRESH, checkpoint=MID.with_data(held=True, restarts=1))
        found = go(held, happened.Expired())
        assert found.checkpoint == Checkpoint({"held": True, "restarts": 2})
        assert found.to == TargetState.WAITING


class TestRetries:
    def test_one_five_and_fifteen_minutes_then_it_fails(self) -> None:
        waits = []
        for count in range(4):
            found = go(replace(FRESH, transient_count=count), happened.Unreachable(CHUNK, "refused"))
            waits.append(found.then.after if isinstance(found.then, Pause) else None)
        assert waits == [*DELAYS, None]
        assert "4 times" in found.fields["error_sentence"]

    def test_new_starts_count_like_failures(self) -> None:
        worn = replace(FRESH, checkpoint=MID.with_data(restarts=4))
        assert go(worn, happened.Unreachable(CHUNK, "refused")).to == TargetState.FAILED

    def test_an_answer_ends_the_count_and_the_renewal(self) -> None:
        found = go(replace(FRESH, transient_count=2, renewed=True), happened.Answered(CHUNK, Next(MID, 30)))
        assert (found.fields["transient_count"], found.fields["progress_pct"], found.renewed) == (0, 30, False)
        assert found.publishes_progress


class TestTokens:
    def test_a_refused_token_is_renewed_once_then_judged(self) -> None:
        bad = happened.Refused(CHUNK, error(ErrorKind.AUTH_EXPIRED, token_problem=True))
        first = go(FRESH, bad)
        assert (first.then, first.renewed) == (RenewTokens(), True)
        again = go(replace(FRESH, renewed=True), bad)
        assert again.then == JudgeToken(bad.error)

    def test_a_reconnect_at_the_same_moment_goes_on_at_once(self) -> None:
        found = go(FRESH, happened.Refused(CHUNK, error(ErrorKind.ACCOUNT_TYPE)))
        assert found.account_problem == "It said no."
        instead = found.if_reconnected
        assert instead is not None
        assert (instead.to, instead.then) == (FRESH.state, Pause(timedelta()))

    def test_a_dead_connection_is_no_problem_of_the_account(self) -> None:
        dead = error(ErrorKind.AUTH_EXPIRED)
        dead.code = "grant_dead"
        assert go(FRESH, happened.Refused(CHUNK, dead, called=False)).account_problem == ""


class TestLooking:
    @pytest.mark.parametrize(
        ("refuses", "answered", "minutes"), [(True, True, 1), (True, False, 10), (False, True, 10)]
    )
    def test_how_long_listings_must_lack_it(self, refuses: bool, answered: bool, minutes: int) -> None:
        rules = Rules(platform(refuses_repeats=refuses), SPEC, DELAYS)
        missing = happened.Found(NotThere(MID, complete=False), answered)
        since = NOW - timedelta(minutes=minutes)
        certain = go(replace(LOOKING, negatives=2, negative_since=since), missing, rules)
        assert (certain.to, certain.fields["committed"]) == (TargetState.UPLOADING, False)
        soon = go(replace(LOOKING, negatives=2, negative_since=since + timedelta(seconds=1)), missing, rules)
        assert soon.to == TargetState.UNCONFIRMED

    def test_looks_become_rarer_but_never_rarer_than_a_minute(self) -> None:
        state, after = LOOKING, []
        for _ in range(6):
            found = go(state, happened.Found(Unknown("Not yet.")))
            assert isinstance(found.then, Pause)
            assert found.checkpoint is not None
            after.append(found.then.after.total_seconds())
            state = replace(state, checkpoint=found.checkpoint)
        assert after == [5, 15, 30, 60, 60, 60]

    def test_the_last_look_before_the_question_comes_at_half_an_hour(self) -> None:
        tried = replace(
            LOOKING,
            unconfirmed_at=NOW - timedelta(minutes=29, seconds=40),
            checkpoint=MID.with_data(looks_for_commit=9),
        )
        assert go(tried, happened.Found(Unknown("Not yet."))).then == Pause(timedelta(seconds=20))

    def test_a_question_that_is_answered_leaves_nothing_of_itself(self) -> None:
        found = go(LOOKING, happened.LookRefused(error(ErrorKind.REJECTED, dead=True)))
        known = {"unconfirmed_at": None, "asked_at": None, "negatives": 0, "negative_since": None}
        assert known.items() <= found.fields.items()

    def test_a_day_without_an_answer_ends_the_search_but_not_the_question(self) -> None:
        old = replace(LOOKING, unconfirmed_at=NOW - 24 * HOUR, asked_at=NOW - 23 * HOUR)
        found = go(old, happened.Found(Unknown("Not yet.")))
        assert (found.to, found.then, found.asks) == (TargetState.UNCONFIRMED, Stop(), False)
        assert found.fields == {"next_at": None}


class TestWaits:
    def test_a_time_that_has_passed_is_no_negative_wait(self) -> None:
        past = go(FRESH, happened.Refused(CHUNK, error(ErrorKind.RATE_LIMITED, until=NOW - HOUR)))
        assert past.then == Pause(timedelta())

    @pytest.mark.parametrize(("seconds", "to"), [(61, FRESH.state), (62, TargetState.WAITING)])
    def test_only_a_long_wait_for_a_slot_is_told(self, seconds: int, to: Any) -> None:
        found = go(FRESH, happened.SlotBooked(NOW + timedelta(seconds=seconds), {"slot": 7}, committing=True))
        assert (found.to, found.fields["booking"], found.release_lock) == (to, {"slot": 7}, True)

    def test_the_reasons_of_waits(self) -> None:
        reasons = {
            go(FRESH, outcome).fields["wait_reason"]
            for outcome in (
                happened.AccountRests(NOW + HOUR, "It rests."),
                happened.QuotaExhausted(NOW + HOUR, "None is left."),
                happened.AllowanceLow(NOW + HOUR),
                happened.NotRenewed("timeout"),
            )
        }
        assert reasons == set(WaitReason)

    def test_a_platform_that_needs_time_says_when_it_is_asked_again(self) -> None:
        found = go(SENT, happened.Answered(POLL, Wait(MID, timedelta(seconds=30))))
        assert (found.fields["next_at"], found.then) == (NOW + timedelta(seconds=30), Pause(timedelta(seconds=30)))
        assert found.receipt is not None
        assert found.receipt.next_at == NOW + timedelta(seconds=30)
        assert go(SENT, happened.Answered(POLL, Next(MID))).then == GoOn()
