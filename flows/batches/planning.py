"""What a post of each video would say and when it would go out, before a person looks at it. Writes no post."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts import policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import DomainError, ValidationFailed
from flows import selectors as flows
from flows.batches import times
from flows.batches.times import Pattern
from flows.errors import FlowError
from library import selectors as library
from library import using, variables
from library.content import PlatformPart, content_of
from media.models import MediaFile
from platforms import PLATFORMS, label
from publishing import selectors as publishing
from publishing.models import SocialAccount
from publishing.services import captions
from publishing.services.schedule import When

MOST = 60
# A model is asked once for each text and platform; more than these would keep the person waiting.
MOST_WRITTEN = 40
TITLE = "title"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of all posts: a text in which `{{title}}` is the video's title, or a template with its values.

    `optimize` has each platform's text and hashtags fitted to it.
    """

    text: str = ""
    template_id: UUID | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    optimize: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One post to be: a file, its time, its text, and where platforms say it differently, their own."""

    media_id: UUID
    when: When | None
    text: str
    own: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What all posts share: accounts, each platform's choices, and the campaign."""

    account_ids: Sequence[UUID]
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    campaign: str = ""


def plan(*, actor: Actor, media_ids: Sequence[UUID], batch: Batch, pattern: Pattern, wording: Wording) -> list[Item]:
    """A post for each file, in their order, at the next times of the pattern.

    Asks the model when the texts are to be fitted; what it cannot fit keeps its text and says so.
    """
    policy.require(actor, Action.WRITE)
    wanted = list(dict.fromkeys(media_ids))
    if not 1 <= len(wanted) <= MOST:
        sentence = f"Choose 1 to {MOST} videos; these are {len(wanted)}."
        raise ValidationFailed(FlowError.PATTERN_INVALID, sentence, fields={"media_ids": [sentence]})
    files = publishing.media_files(actor, wanted)
    accounts = accounts_of(actor, batch)
    whens = times.slots(pattern, len(files))
    titles = flows.titles_of_files(actor, files)
    writer = _Writer(actor, wording, sorted({account.platform for account in accounts}), batch.campaign)
    return [writer.item(file, when, titles[file.pk]) for file, when in zip(files, whens, strict=True)]


def accounts_of(actor: Actor, batch: Batch) -> list[SocialAccount]:
    """The accounts of a batch, each once. Raises when there is none, or one is not here."""
    if not batch.account_ids:
        sentence = "Choose at least one account."
        raise ValidationFailed(FlowError.NOT_CONNECTED, sentence, fields={"account_ids": [sentence]})
    by_id = {row.pk: row for row in publishing.accounts(actor)}
    return [by_id[key] if key in by_id else publishing.account(actor, key) for key in dict.fromkeys(batch.account_ids)]


def template_options(actor: Actor, wording: Wording) -> dict[str, Mapping[str, Any]]:
    """The platforms' choices that a template makes."""
    if wording.template_id is None:
        return {}
    return {
        key: part.options for key, part in content_of(library.template(actor, wording.template_id)).platforms.items()
    }


class _Writer:
    """Words posts, and remembers what the model said to the same text."""

    def __init__(self, actor: Actor, wording: Wording, platforms: Sequence[str], campaign: str) -> None:
        self.actor, self.wording, self.platforms, self.campaign = actor, wording, platforms, campaign
        self.template = content_of(library.template(actor, wording.template_id)) if wording.template_id else None
        self.fitted: dict[tuple[str, str], str] = {}

    def item(self, file: MediaFile, when: When, title: str) -> Item:
        text, own, head = self._words(title)
        notes: list[str] = []
        if self.wording.optimize:
            own = {**own, **self._fit(own, text, notes)}
        return Item(file.pk, when, text, {key: said for key, said in own.items() if said != text}, head, notes)

    def _words(self, title: str) -> tuple[str, dict[str, str], str]:
        if self.template is None:
            return variables.filled(self.wording.text, {TITLE: title}).strip(), {}, ""
        names = {each.name for each in self.template.variables()}
        values = {**({TITLE: title} if TITLE in names else {}), **self.wording.values}
        filled = using.require_values(self.template, values)
        parts: Mapping[str, PlatformPart] = filled.platforms
        own = {key: part.text for key, part in parts.items() if key in self.platforms and part.text is not None}
        return filled.text, own, filled.title

    def _fit(self, own: Mapping[str, str], text: str, notes: list[str]) -> dict[str, str]:
        found = {}
        for platform in self.platforms:
            said = own.get(platform, text)
            key = platform, said
            if key not in self.fitted and len(self.fitted) >= MOST_WRITTEN:
                notes.append(f"The text was not fitted to {label(platform)}: {MOST_WRITTEN} texts are fitted at once.")
                continue
            try:
                if key not in self.fitted:
                    self.fitted[key] = captions.propose(
                        actor=self.actor,
                        text=said,
                        platform=platform,
                        context=self.campaign,
                        hashtags=PLATFORMS[platform].text.advised_hashtags,
                    ).text
                found[platform] = self.fitted[key]
            except DomainError as error:
                notes.append(f"The text was not fitted to {label(platform)}: {error.message}")
        return found
