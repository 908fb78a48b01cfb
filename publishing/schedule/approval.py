"""Whether what would be sent was approved: the one question that decides over sending where approval is required.

The engine asks it before the first step of every target, whatever door it came through; services ask it earlier, so
that people are told early.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from publishing.models import ApprovalMode, ApprovalPolicy, ApprovalRequest, ApprovalState, PostTarget
from publishing.platforms.base import Spec
from publishing.schedule import specs
from publishing.states import EDITABLE


def digest(account_id: UUID, spec: Spec) -> str:
    """Names what one account would get: words, title, options, files and cover. The time is no part of it."""
    whole: dict[str, Any] = specs.freeze(spec)
    whole["media"] = [item.file_id for item in spec.media]
    whole["thumbnail"] = spec.thumbnail.file_id if spec.thumbnail else None
    text = json.dumps([str(account_id), spec.platform, whole], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def spec_of(target: PostTarget) -> Spec:
    """What is sent of a target: what was frozen for it, or what would be frozen now."""
    frozen = bool(target.spec) and target.state not in EDITABLE
    return specs.thaw(target.platform, target.spec) if frozen else specs.build(target)


def digest_of(target: PostTarget) -> str:
    return digest(target.account_id, spec_of(target))


def is_required(workspace_id: UUID) -> bool:
    """Whether nothing of a workspace may go out without approval."""
    rows = ApprovalPolicy.objects.for_workspace(workspace_id)
    return rows.filter(mode=ApprovalMode.REQUIRED).exists()


@dataclass(frozen=True, slots=True)
class Gate:
    """What may be sent of some posts of one workspace."""

    required: bool
    approved: frozenset[tuple[UUID, str]] = field(default_factory=frozenset)

    @classmethod
    def of(cls, workspace_id: UUID, post_ids: Collection[UUID]) -> "Gate":
        """Reads the rules, and what was approved where they require it."""
        if not is_required(workspace_id):
            return cls(False)
        rows = ApprovalRequest.objects.for_workspace(workspace_id).filter(post_id__in=list(post_ids))
        found = rows.filter(state=ApprovalState.APPROVED).values_list("post_id", "digests")
        return cls(True, frozenset((post_id, name) for post_id, names in found for name in names))

    def holds(self, target: PostTarget) -> bool:
        """Whether a target must not be sent as it stands."""
        return self.required and (target.post_id, digest_of(target)) not in self.approved

    def any_held(self, targets: Iterable[PostTarget]) -> bool:
        return self.required and any(self.holds(target) for target in targets)


def holds(target: PostTarget) -> bool:
    """Whether a target must not be sent as it stands."""
    return Gate.of(target.workspace_id, [target.post_id]).holds(target)
