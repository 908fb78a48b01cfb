"""Where magic caption tags take effect inside handlers: at creation, and at the step that commits."""

from __future__ import annotations

from sandbox import faults
from sandbox.faults import Fault
from sandbox.http import Call, Injected


def at_create(call: Call, caption: str) -> None:
    """Refusals and token faults, when the platform first sees the caption."""
    for kind in faults.tags(caption):
        if kind in faults.UNIT_KINDS or Fault(kind).transport:
            continue
        key = faults.tag_key(call.account_id, kind, caption)
        if kind in faults.LASTING_TAGS or call.tx.one("SELECT 1 FROM tags_fired WHERE key = ?", key) is None:
            raise Injected(kind, key)


def at_commit(call: Call, caption: str) -> None:
    """Errors, resets and timeouts, at the step that makes the post."""
    for kind in faults.tags(caption):
        fault = Fault(kind)
        if not fault.transport:
            continue
        key = faults.tag_key(call.account_id, kind, caption)
        if call.tx.one("SELECT 1 FROM tags_fired WHERE key = ?", key) is not None:
            continue
        if fault.before:
            raise Injected(kind, key)
        faults.fire_once(call.tx, key)
        call.after_fault = kind
        return


def marked(call: Call, caption: str, kind: str) -> Fault | None:
    """A fault that belongs to the unit being made: from a rule on this call, or from the caption."""
    for fault in call.unit_faults:
        if fault.kind == kind:
            return fault
    return Fault(kind) if kind in faults.tags(caption) else None
