"""A live post whose public id or link is not known yet (TikTok gives it after moderation): ask now and then."""

from datetime import timedelta

from django.db.models import Q

import jobs
from core import clock
from core.actor import Actor
from publishing import specs
from publishing.engine import grants, sessions, windows
from publishing.models import PostTarget
from publishing.platforms.base import Checkpoint
from publishing.platforms.errors import NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import adapter_for
from publishing.transitions import announce

KIND = "publish.settle"
UNSETTLED = Q(external_id="") | Q(permalink="")
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
    """One look; when to look again, or None when the id is known or will never be."""
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
    except (PlatformError, NoAnswer, NotSent, grants.Busy):
        return _LATER
    rows = PostTarget.objects.filter(pk=target.pk).filter(UNSETTLED)
    rows.update(
        external_id=live.external_id or target.external_id,
        permalink=live.permalink or target.permalink,
        note=live.note,
        checkpoint=dict(live.checkpoint.data),
        updated_at=clock.now(),
    )
    announce(target)
    return live.settle_after
