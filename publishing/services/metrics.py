"""Numbers from the platforms, fetched now; keeping them is analytics' business."""

from dataclasses import replace
from uuid import UUID

from core import clock
from core.errors import Conflict, NotFound, Throttled, Unavailable
from publishing.engine import grants, rate_slots
from publishing.engine.account_calls import ask
from publishing.errors import PublishingError
from publishing.models import PostTarget, SocialAccount
from publishing.platforms.base import Metrics
from publishing.platforms.errors import ErrorKind, NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import adapter_for
from publishing.services import social_accounts
from publishing.states import TargetState

__all__ = ["Metrics", "fetch", "followers"]


def fetch(target_id: UUID) -> Metrics:
    """Counts of a published target; None in a field means that the platform does not give the number (yet).

    To be called from a job, in the scope of the target's workspace, outside transactions. Raises `NotFound`,
    `Conflict` (nothing to ask about, or the account must be reconnected), `Throttled` or `Unavailable`.
    """
    target = PostTarget.objects.select_related("account").filter(pk=target_id).first()
    if target is None:
        raise NotFound
    if target.state != TargetState.PUBLISHED:
        raise Conflict(PublishingError.WRONG_STATE, "This is not published, so there are no numbers yet.")
    account = target.account
    adapter = adapter_for(target.platform, account.via)
    wait = rate_slots.take(adapter, "display", str(account.grant_id))
    if wait is not None:
        seconds = max(1, round(wait.total_seconds()))
        raise Throttled(PublishingError.NOT_READY, f"{adapter.label} asked for a pause.", retry_after_s=seconds)
    try:
        found = ask(account, lambda session: adapter.metrics(session, target.external_id))
    except PlatformError as error:
        raise _refusal(error, adapter.label) from None
    except (NoAnswer, NotSent, grants.Busy):
        raise Unavailable(PublishingError.CONNECT_FAILED, f"{adapter.label} did not answer. Try again later.") from None
    return replace(found, follower_count=account.follower_count)


def followers(account_id: UUID) -> int | None:
    """The account's followers now; also refreshes its name and picture. Errors as in `fetch`."""
    account = SocialAccount.objects.select_related("grant").filter(pk=account_id).first()
    if account is None:
        raise NotFound
    return social_accounts.look_at(account).follower_count


def _refusal(error: PlatformError, label: str) -> Exception:
    if error.kind in (ErrorKind.RATE_LIMITED, ErrorKind.QUOTA):
        until = error.until
        seconds = max(1, round((until - clock.now()).total_seconds())) if until else 60
        return Throttled(PublishingError.NOT_READY, error.sentence, retry_after_s=seconds)
    if error.kind is ErrorKind.TRANSIENT:
        return Unavailable(PublishingError.CONNECT_FAILED, f"{label} is experiencing issues. Try again later.")
    return Conflict(PublishingError.ACCOUNT_NOT_CONNECTED, error.sentence, {"platform": error.words})
