"""What a platform would say to a post, before anything is sent: the one specification for server and browser.

The limits are each adapter's data, the judgement is its `check` on the files as they will be once their formats are
converted. The composer shows what this module says while a person types; publishing refuses by the same words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.actor import Actor
from core.text.lengths import length
from media.models import MediaFile
from publishing import selectors
from publishing.models import SocialAccount
from publishing.platforms import file_rules
from publishing.platforms.base import Spec
from publishing.platforms.declared import Problem
from publishing.platforms.registry import ADAPTERS, adapter_for
from publishing.schedule import specs
from publishing.services.creator_options import known


@dataclass(frozen=True, slots=True)
class PreflightReport:
    """One account's share as it would go out. `used` and `limit` count the text in `unit`; 0 means no limit."""

    account: SocialAccount
    label: str
    text: str
    title: str
    unit: str
    used: int
    limit: int
    problems: Sequence[Problem]
    conversions: Sequence[file_rules.Conversion]

    @property
    def notes(self) -> list[str]:
        """What will be done to files on their way, as sentences."""
        return [f"“{item.media.name or 'A file'}” will be converted to {item.words}." for item in self.conversions]


def inspect(account: SocialAccount, spec: Spec) -> PreflightReport:
    """Everything that is to be said about one account's share, at once."""
    adapter = adapter_for(account.platform, account.via)
    problems = adapter.check(file_rules.converted(spec, adapter.accepts), known(account))
    if account.grant_id is None:
        sentence = f"{account.handle} is disconnected. Connect it again, or leave it out."
        problems = [Problem("account", "disconnected", sentence), *problems]
    limit = adapter.limits.get("text")
    return PreflightReport(
        account=account,
        label=adapter.label,
        text=spec.text,
        title=spec.title,
        unit=adapter.text_unit,
        used=length(spec.text, adapter.text_unit),
        limit=int(limit.value) if limit else 0,
        problems=problems,
        conversions=file_rules.plan(spec, adapter.accepts),
    )


@dataclass(frozen=True, slots=True)
class Share:
    """One account's share while it is being written."""

    account: SocialAccount
    text: str | None
    title: str
    options: Mapping[str, Any]


def inspect_unsaved(
    actor: Actor, text: str, files: Sequence[MediaFile], shares: Iterable[Share]
) -> list[PreflightReport]:
    """The same for what is not saved yet."""
    found = []
    for share in shares:
        words = share.text if share.text is not None else text
        thumbnail = specs.thumbnail_in(actor.workspace_id, share.options)
        spec = Spec(
            platform=share.account.platform,
            text=words,
            title=share.title,
            options=dict(share.options),
            media=tuple(specs.media_spec(file) for file in files),
            thumbnail=specs.media_spec(thumbnail) if thumbnail else None,
        )
        found.append(inspect(share.account, spec))
    return found


def limits() -> list[dict[str, Any]]:
    """Every platform's published limits with unit, source and date, for programs and for the composer."""
    return [
        {
            "platform": name,
            "label": adapter.label,
            "text_unit": adapter.text_unit,
            "needs_media": adapter.needs_media,
            "limits": {
                key: {
                    "value": limit.value, "unit": limit.unit, "source": limit.source, "read_on": limit.read_on,
                }
                for key, limit in adapter.limits.items()
            },
        }
        for name, adapter in ADAPTERS.items()
    ]  # fmt: skip


def reports(actor: Actor, post_id: Any) -> list[PreflightReport]:
    """What would be said about each share of a saved post that has not gone out."""
    post = selectors.post(actor, post_id)
    found = []
    for row in post.targets.all():
        row.post = post
        found.append(inspect(row.account, specs.build(row)))
    return found
