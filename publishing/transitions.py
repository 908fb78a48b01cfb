"""The one way in which targets change their state, alone or many at once, and how posts and pages learn of it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Field, QuerySet

from core import clock
from jobs import events
from publishing import signals
from publishing.models import Post, PostTarget
from publishing.states import (
    EXPLAINED,
    FINISHED,
    HOLDING,
    PLANNED,
    PostState,
    StateGroup,
    TargetState,
    derive,
    group_of,
    sources_of,
)

_ENDED: dict[str, Any] = {"run_token": None, "checkpoint_sealed": ""}
# A calendar that hears of more instants at once reads everything anew.
_MOST_TIMES = 50
NO_ERROR: dict[str, Any] = {"error_code": "", "error_sentence": "", "error_words": ""}


def move(target: PostTarget, to: TargetState, *, fence: UUID | None = None, only_if: Any = None, **fields: Any) -> bool:
    """Bring a target into a state by a conditional UPDATE; False when it is not where the caller thought.

    `fence` demands that the run with this token still owns the target, `only_if` is a further condition (a Q). The
    given instance takes over what was written. What explained a former state goes with it, unless `fields` say it.
    """
    rows = PostTarget.objects.filter(pk=target.pk, state__in=sources_of(to))
    if fence is not None:
        rows = rows.filter(run_token=fence)
    if only_if is not None:
        rows = rows.filter(only_if)
    columns = _columns(target, to, fields)
    before, stood, stood_at = target.state, target.status_group, target.due_at
    # What a person must do is part of where a post stands, whether or not the state changes with it.
    weighs = before != to or "asked_at" in columns
    with transaction.atomic():
        if weighs:
            lock_posts([target.post_id])
        if not rows.update(**columns):
            return False
        _take_over(target, columns)
        if weighs:
            refresh_posts([target.post_id])
        if before != to:
            _tell(target)
            publish_events([target])
        if (stood, stood_at) != (target.status_group, target.due_at):
            publish_schedule(target.workspace_id, [stood_at, target.due_at])
    return True


def move_many(changes: Sequence[tuple[PostTarget, Mapping[str, Any]]], to: TargetState) -> bool:
    """`move` for many targets, each with its own fields, by one UPDATE; False when one of them was moved meanwhile.

    To be called in a transaction that has locked the posts (`lock_posts`) and that ends with False. The pages are told
    by whoever calls it (`publish_events`): nobody's post waits for somebody's hint.
    """
    if not changes:
        return True
    written = [(target, _columns(target, to, fields)) for target, fields in changes]
    if _update_each(written, to) != len(written):
        return False
    changed = [target for target, _ in written if target.state != to]
    for target, columns in written:
        _take_over(target, columns)
    refresh_posts({target.post_id for target, _ in written})
    for target in changed:
        _tell(target)
    return True


def _columns(target: PostTarget, to: TargetState, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that a change to `to` writes, in the order in which one part overrules another."""
    ended = {**_ENDED, "finished_at": clock.now()} if to in FINISHED else {}
    held = _held(target, to) if target.state != to else {}
    return {**held, **_outdated(to), **ended, **fields, "state": to, "updated_at": clock.now()}


def _take_over(target: PostTarget, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(target, name, value)


def _update_each(written: Sequence[tuple[PostTarget, Mapping[str, Any]]], to: TargetState) -> int:
    """Write each row's own values, from one JSON text for all of them; how many rows still allowed it."""
    table = PostTarget._meta.db_table
    names = sorted({name for _, columns in written for name in columns})
    known = {field.name: field for field in PostTarget._meta.concrete_fields}
    fields = [known[name] for name in names]
    rows = [{"id": target.pk, **{name: columns[name] for name in names}} for target, columns in written]
    given, values = _as_rows([known["id"], *fields], rows)
    sources = [state.value for state in sources_of(to)]
    columns = ", ".join(f"{field.column} = wanted.{field.column}" for field in fields)
    places = ", ".join(["%s"] * len(sources))
    # Names are the model's own; every value is a parameter.
    statement = (
        f"UPDATE {table} SET {columns} FROM ({given}) AS wanted "  # noqa: S608
        f"WHERE {table}.id = wanted.id AND {table}.state IN ({places})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *sources])
        return int(cursor.rowcount)


def _as_rows(fields: Sequence[Field[Any, Any]], rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[Any]]:
    """A SELECT of rows with these fields' columns, and its parameters."""
    whole = json.dumps([{field.column: _as_json(field, row[field.name]) for field in fields} for row in rows])
    if connection.vendor == "postgresql":
        types = ", ".join(f"{field.column} {field.db_type(connection)}" for field in fields)
        return f"SELECT * FROM json_to_recordset(%s::json) AS given ({types})", [whole]  # noqa: S608
    columns = ", ".join(f"value ->> '{field.column}' AS {field.column}" for field in fields)
    return f"SELECT {columns} FROM json_each(%s)", [whole]  # noqa: S608


def _as_json(field: Field[Any, Any], value: Any) -> Any:
    """A value as the database reads it back out of JSON."""
    if value is None or field.get_internal_type() == "JSONField":
        return value
    return str(field.get_db_prep_value(value, connection)) if not isinstance(value, bool | int) else value


def _outdated(to: TargetState) -> dict[str, Any]:
    """The columns that say nothing about this state: the one place that clears an error, a reason and a time."""
    columns: dict[str, Any] = {}
    if to not in EXPLAINED:
        columns |= NO_ERROR
    if to != TargetState.WAITING:
        columns["wait_reason"] = ""
    if to not in PLANNED:
        columns["held"] = False
    if to not in (TargetState.WAITING, TargetState.UNCONFIRMED):
        columns["next_at"] = None
    return columns


def _held(target: PostTarget, to: TargetState) -> dict[str, Any]:
    """What a change of state does to the account of what held the target up."""
    now = clock.now()
    columns: dict[str, Any] = {}
    if target.state in HOLDING and target.held_since is not None:
        reason = target.wait_reason if target.state == TargetState.WAITING else target.state
        seconds = max(0, round((now - target.held_since).total_seconds()))
        columns["delays"] = {**target.delays, reason: int(target.delays.get(reason, 0)) + seconds}
        columns["held_since"] = None
    if to in HOLDING:
        columns["held_since"] = now
    return columns


def lock_posts(post_ids: Collection[UUID] | QuerySet[Any]) -> set[UUID]:
    """Changes of one post's targets take turns, post first: else two that end together would each miss the other.

    Always in the order of their keys, so that nobody waits in a circle. Those that are there.
    """
    rows = Post.objects.select_for_update().filter(pk__in=post_ids).order_by("pk")
    return set(rows.values_list("pk", flat=True))


def _tell(target: PostTarget) -> None:
    ids = {"target_id": target.pk, "post_id": target.post_id, "workspace_id": target.workspace_id}
    signals.target_changed.send(PostTarget, state=target.state, **ids)
    if target.state == TargetState.PUBLISHED:
        signals.target_published.send(PostTarget, **ids)
    elif target.state == TargetState.FAILED:
        signals.target_failed.send(PostTarget, **ids)
    elif target.state == TargetState.ACTION_REQUIRED:
        signals.target_asks.send(PostTarget, **ids)


def refresh_posts(post_ids: Collection[UUID]) -> None:
    """Derive the state of posts again from their targets: one read, and one write for each state."""
    groups: dict[UUID, set[StateGroup]] = {post_id: set() for post_id in post_ids}
    former: dict[UUID, tuple[UUID, str]] = {}
    rows = PostTarget.objects.filter(post_id__in=groups)
    names = ("post_id", "state", "asked_at", "error_code", "workspace_id", "post__state")
    for post_id, state, asked_at, error_code, workspace_id, post_state in rows.values_list(*names):
        groups[post_id].add(group_of(state, asked=asked_at is not None, stopped=error_code != ""))
        former[post_id] = (workspace_id, post_state)
    by_state: dict[PostState, list[UUID]] = defaultdict(list)
    changed: dict[tuple[UUID, PostState], list[UUID]] = defaultdict(list)
    for post_id, found in groups.items():
        state = derive(found)
        by_state[state].append(post_id)
        if post_id in former and former[post_id][1] != state:
            changed[former[post_id][0], state].append(post_id)
    for state, ids in by_state.items():
        Post.objects.filter(pk__in=ids).exclude(state=state).update(state=state, updated_at=clock.now())
    for (workspace_id, state), ids in changed.items():
        signals.posts_changed.send(Post, workspace_id=workspace_id, post_ids=ids, state=state)


def publish_schedule(workspace_id: UUID, times: Iterable[datetime | None]) -> None:
    """A hint to the calendars of a workspace that something at these instants is no longer as they show it."""
    found = sorted({at.isoformat() for at in times if at is not None})
    if found:
        data = {"times": found[:_MOST_TIMES], "whole": len(found) > _MOST_TIMES}
        events.publish_events([("workspace", workspace_id, "schedule.changed", data)])


def publish_events(targets: Sequence[PostTarget]) -> None:
    """A hint to the pages that look at the targets' posts, once the transaction in hand has committed."""
    events.publish_events(
        [
            (
                "post",
                target.post_id,
                "post.state",
                {"target_id": str(target.pk), "state": target.state, "progress_pct": target.progress_pct},
            )
            for target in targets
        ]
    )
