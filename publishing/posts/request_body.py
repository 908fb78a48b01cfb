"""From the body of a request to the arguments of a service; the same for the API and the assistant's tools."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from core.actor import Actor
from core.errors import ValidationFailed
from core.serializers import not_a_field
from platforms import PLATFORMS, canonical
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import PostTarget, SocialAccount
from publishing.platforms.base import Adapter
from publishing.platforms.registry import adapter_for
from publishing.posts import sources
from publishing.schedule import walltime
from publishing.services.posts import TargetInput
from publishing.services.schedule import When

TITLE_LIMIT = 100


def with_hashtags(text: str, hashtags: Sequence[str]) -> str:
    """The text with the hashtags that it does not contain yet, each once."""
    words = {word.lower() for word in text.split()}
    tags = dict.fromkeys(f"#{tag.strip().lstrip('#')}" for tag in hashtags if tag.strip().lstrip("#"))
    missing = [tag for tag in tags if tag.lower() not in words]
    return "\n\n".join(part for part in (text.rstrip(), " ".join(missing)) if part) if missing else text


def text_of(body: Mapping[str, Any], present: str = "") -> str | None:
    """The text with its hashtags; None when the body has neither. Hashtags alone are added to the present text."""
    given = body.get("content", body.get("caption"))
    if given is None and "hashtags" not in body:
        return None
    return with_hashtags(present if given is None else given, body.get("hashtags", ()))


def media_of(actor: Actor, body: Mapping[str, Any]) -> list[UUID] | None:
    """The files named by the body; None when it names none."""
    named = [sources.file_of(actor, name, body[name]) for name in sources.RELATIONS if body.get(name)]
    return [*named, *body.get("media_ids", ())] if named or "media_ids" in body else None


def title_from(text: str) -> str:
    """The first line as a title, cut at a word."""
    line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    line = " ".join(word for word in line.split() if not word.startswith("#")) or line
    line = line.translate({ord("<"): None, ord(">"): None})
    if len(line) <= TITLE_LIMIT:
        return line
    return line[: TITLE_LIMIT + 1].rpartition(" ")[0] or line[:TITLE_LIMIT]


def targets_of(
    actor: Actor, body: Mapping[str, Any], text: str, present: Sequence[PostTarget] = ()
) -> list[TargetInput] | None:
    """Which accounts, each with its own share; None when the body says nothing of them.

    A title or options without accounts are for those that the post has (`present`).
    """
    own = {row["account_id"]: row for row in body.get("targets", ())}
    named = any(name in body for name in ("targets", "account_ids", "platforms"))
    if not named:
        return _changed(body, present)
    accounts: list[SocialAccount] = [selectors.account(actor, pk) for pk in (*own, *body.get("account_ids", ()))]
    accounts.extend(selectors.pick_accounts(actor, body.get("platforms", ())))
    if not accounts:
        raise ValidationFailed(PublishingError.NO_TARGETS, "Choose at least one account to publish to.")
    shared = _shared_options(body)
    for position, row in enumerate(body.get("targets", ())):
        account = next(item for item in accounts if item.pk == row["account_id"])
        require_options(_adapter_of(account), row.get("options", {}), f"targets.{position}.options")
    for account in accounts:
        where = f"platform_options.{account.platform}"
        require_options(_adapter_of(account), shared.get(account.platform, {}), where)
    return [_target(row, own.get(row.pk, {}), body, shared.get(row.platform, {}), text) for row in _once(accounts)]


def _changed(body: Mapping[str, Any], present: Sequence[PostTarget]) -> list[TargetInput] | None:
    if not body.get("title") and not body.get("platform_options"):
        return None
    if not present:
        field = "title" if body.get("title") else "platform_options"
        sentence = f"{field} is for the accounts of a post. Name them by platforms, account_ids or targets."
        raise ValidationFailed(PublishingError.NO_TARGETS, sentence, fields={field: [sentence]})
    shared = _shared_options(body)
    for row in present:
        require_options(_adapter_of(row.account), shared.get(row.platform, {}), f"platform_options.{row.platform}")
    return [
        TargetInput(
            row.account_id, row.text, body.get("title", row.title), {**row.options, **shared.get(row.platform, {})}
        )
        for row in present
    ]


def _shared_options(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """`platform_options` by platform. They may name platforms that this post does not go to, as standing choices do."""
    return {canonical(name): given for name, given in body.get("platform_options", {}).items()}


def _adapter_of(account: SocialAccount) -> Adapter:
    return adapter_for(account.platform, account.via)


def require_options(adapter: Adapter, options: Mapping[str, Any], where: str) -> None:
    """Refuse options that the platform does not have, at the field `where.<name>`."""
    for name in options:
        if name not in adapter.options():
            sentence = f"{adapter.label}: {not_a_field(name, sorted(adapter.options()))}"
            raise ValidationFailed(
                PublishingError.OPTION_UNKNOWN, sentence, fields={f"{where}.{name[:64]}": [sentence]}
            )


def _once(accounts: Sequence[SocialAccount]) -> list[SocialAccount]:
    return list({row.pk: row for row in accounts}.values())


def _target(
    account: SocialAccount, own: Mapping[str, Any], body: Mapping[str, Any], shared: Mapping[str, Any], text: str
) -> TargetInput:
    words = own.get("content")
    title = own.get("title") or body.get("title") or ""
    if PLATFORMS[account.platform].text.needs_title and not title:
        title = title_from(words if words is not None else text)
    return TargetInput(account.pk, words, title, {**shared, **own.get("options", {})})


def need_media(actor: Actor, targets: Sequence[TargetInput]) -> bool:
    """Whether a post to these accounts makes no sense without a file; so does one that names no account."""
    accounts = [selectors.account(actor, row.account_id) for row in targets]
    return not accounts or any(adapter_for(row.platform, row.via).needs_media for row in accounts)


def when_of(body: Mapping[str, Any]) -> When:
    """The time of a post."""
    given = body.get("scheduled_at") or body.get("scheduled_for") or body.get("wall_time")
    return _when(given, body.get("timezone", ""))


def own_times(body: Mapping[str, Any]) -> dict[UUID, When]:
    """Accounts that go out at a time of their own."""
    return {
        row["account_id"]: _when(row["scheduled_at"], row.get("timezone") or body.get("timezone", ""))
        for row in body.get("targets", ())
        if row.get("scheduled_at")
    }


def _when(given: datetime | None, zone: str) -> When:
    """A time with an offset is an instant; one without is what the clocks of the zone show."""
    if given is None or given.tzinfo is not None:
        return When(at=given, zone=zone)
    return When(wall=given, zone=zone)


def instant_of(given: datetime | None, zone: str) -> datetime | None:
    """The instant of a filter's bound, which may be written without an offset."""
    return given if given is None or given.tzinfo is not None else walltime.to_instant(given, zone).at
