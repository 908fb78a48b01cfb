"""A live post whose public id or link is not known yet (TikTok gives it after moderation), or a draft that the person
has still to post in the platform's app: ask now and then."""

from datetime import timedelta

from django.db.models import Q

from core import clock
from publishing.engine import grants, rate_slots, sessions
from publishing.engine.apply import apply
from publishing.engine.decide import decide
from publishing.engine.decide import outcomes as happened
from publishing.engine.decide.model import Pause, Rules, State
from publishing.models import PostTarget
from publishing.platforms.base import Checkpoint
from publishing.platforms.errors import NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import adapter_for
from publishing.schedule import specs
from publishing.states import TargetState
from publishing.transitions import publish_events

UNSETTLED = Q(state=TargetState.IN_INBOX) | Q(state=TargetState.PUBLISHED) & (Q(external_id="") | Q(permalink=""))
_LATER = timedelta(minutes=10)


def look(target: PostTarget) -> timedelta | None:
    """One look; when to look again, or None when everything is known or will never be."""
    account = target.account
    if account.grant_id is None:
        return None
    adapter = adapter_for(target.platform, account.via)
    spec = specs.thaw(target.platform, target.spec)
    outcome: object
    try:
        grant = grants.usable(grants.read(account.grant_id))
        full = rate_slots.take(adapter, "status", str(account.grant_id))
        if full is not None:
            return full + timedelta(seconds=5)
        with sessions.caller(grant.platform, grant.login) as http:
            session = sessions.of(account, grant, http, sent_at=target.committed_at)
            live = adapter.settle(session, spec, Checkpoint(target.checkpoint))
        outcome = happened.Settled(live, target.external_id, target.permalink)
    except PlatformError as error:
        outcome = happened.SettlingRefused(error, _LATER)
    except (NoAnswer, NotSent, grants.Busy):
        return _LATER
    decided = decide(Rules(adapter, spec, ()), State(TargetState(target.state)), outcome, clock.now())
    if decided.to is not None:
        apply(target, decided)
    elif decided.fields:
        # The state stays; a person may have pasted the link meanwhile.
        rows = PostTarget.objects.filter(pk=target.pk).filter(UNSETTLED)
        rows.update(**decided.fields, updated_at=clock.now())
        publish_events([target])
    return decided.then.after if isinstance(decided.then, Pause) else None
