"""A live post whose public id or link is not known yet (TikTok gives it after moderation), or a draft that the person
has still to post in the platform's app: ask now and then."""

from datetime import timedelta
from typing import Any

from django.db.models import Q

import jobs
from core import clock
from core.actor import Actor
from publishing import specs
from publishing.engine import grants, sessions, windows
from publishing.errors import TargetError
from publishing.models import PostTarget
from publishing.platforms.base import Checkpoint
from publishing.platforms.errors import NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import adapter_for
from publishing.states import TargetState
from publishing.transitions import move, publish_events

KIND = "publish.settle"
UNSETTLED = Q(state=TargetState.IN_INBOX) | Q(state=TargetState.PUBLISHED) & (Q(external_id="") | Q(permalink=""))
_LATER = timedelta(minutes=10)


def order(target: PostTarget, after: timedelta) -> None:
    """Look again after a while, in the caller's transaction."""
    jobs.enqueue(
        kind=KIND,
        actor=Actor.system(target.workspace_id),
        subject=("post_target", target.pk),
        unique_key=f"settle:{target.pk}",
        run_at=clock.now() + after,
    )


def look(target: PostTarget) -> timedelta | None:
    """One look; when to look again, or None when everything is known or will never be."""
    account = target.account
    if account.grant_id is None:
        return None
    adapter = adapter_for(target.platform, account.via)
    try:
        grant = grants.usable(grants.read(account.grant_id))
        full = windows.take(adapter, "status", str(account.grant_id))
        if full is not None:
            return full + timedelta(seconds=5)
        with sessions.caller(grant.platform, grant.login) as http:
            session = sessions.of(account, grant, http, sent_at=target.committed_at)
            live = adapter.settle(session, specs.thaw(target.platform, target.spec), Checkpoint(target.checkpoint))
    except PlatformError as error:
        return _refused(target, error)
    except (NoAnswer, NotSent, grants.Busy):
        return _LATER
    known: dict[str, Any] = {
        "external_id": live.external_id or target.external_id,
        "permalink": live.permalink or target.permalink,
        "note": live.note,
        "checkpoint": dict(live.checkpoint.data),
    }
    if target.state == TargetState.IN_INBOX and live.public:
        move(target, TargetState.PUBLISHED, published_at=clock.now(), **known)
        return live.settle_after
    PostTarget.objects.filter(pk=target.pk).filter(UNSETTLED).update(**known, updated_at=clock.now())
    publish_events([target])
    return live.settle_after


def _refused(target: PostTarget, error: PlatformError) -> timedelta | None:
    """A refusal to tell changes nothing, unless the platform says that the draft itself has ended."""
    if target.state != TargetState.IN_INBOX:
        return _LATER
    if error.dead:
        code, sentence = TargetError(error.kind.value), error.sentence
        move(target, TargetState.FAILED, error_code=code, error_sentence=sentence, error_words=error.words)
        return None
    return None if error.code == "invalid_publish_id" else _LATER
