"""The contract between the engine and a platform.

An adapter knows one platform's wire format and nothing of our database. It is asked which step comes next (`step`),
makes exactly one outside call when told to (`advance`), and says after an unanswered commit whether the post is there
(`reconcile`). The engine writes the receipts, holds tokens and leases, waits, and decides what an error means.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from platforms.descriptor import Connector, Field, Limit, Platform
from publishing.platforms.declared import Consent, Guide, Problem, QuotaNeed, Rate
from publishing.platforms.file_rules import Accepts
from publishing.platforms.http import Caller
from publishing.platforms.spec import AccountRef as AccountRef
from publishing.platforms.spec import MediaSpec as MediaSpec
from publishing.platforms.spec import Spec as Spec
from publishing.states import TargetState


class Effect(StrEnum):
    """`safe` may be repeated; `commit` may become public, so it is never repeated without knowing."""

    SAFE = "safe"
    COMMIT = "commit"


@dataclass(frozen=True, slots=True)
class PublishStep:
    """What the next outside call is. `state` is shown while it runs; `rate` names the short window it counts in."""

    name: str
    effect: Effect
    state: TargetState
    rate: str = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the work stands. `data` may be read by anyone, `secret` (upload addresses) is sealed at rest.

    Past `expires_at` an uncommitted checkpoint is worthless, and the work starts again at its first step.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None

    def with_data(self, **values: Any) -> "Checkpoint":
        return replace(self, data={**self.data, **values})

    def without(self, *names: str) -> "Checkpoint":
        return replace(self, data={name: value for name, value in self.data.items() if name not in names})

    def restarted(self) -> "Checkpoint":
        """Back at the first step; only how often that happened, and that the account was held back, is kept."""
        held = {"held": True} if self.data.get("held") else {}
        return Checkpoint({**held, "restarts": int(self.data.get("restarts", 0)) + 1})

    def get(self, name: str, default: Any = None) -> Any:
        return self.data.get(name, default)


def _no_link(media: MediaSpec) -> str:
    raise AssertionError("this session hands out no addresses")


@dataclass(frozen=True, slots=True)
class Session:
    """What an adapter works with during one call: the caller, the token, the account, the bytes, the time."""

    http: Caller
    token: str
    account: AccountRef
    now: datetime
    read: Callable[[MediaSpec, int, int], Iterator[bytes]]
    """Yields `length` bytes of a file from `offset` in small blocks."""
    link: Callable[[MediaSpec], str] = _no_link
    """An address on our own domain from which the platform may fetch a file for 24 hours."""
    login: str = ""
    """Which of the platform's ways of consent the token came by (`Consent.key`)."""
    grant_token: str = field(default="", repr=False)
    """The person's own token, where accounts (Pages) have tokens of their own; else the same as `token`."""
    sent_at: datetime | None = None
    """When the latest step that may have become public was begun; what listings are searched from."""


@dataclass(frozen=True, slots=True)
class Next:
    """The call was answered; the next step may follow at once."""

    checkpoint: Checkpoint
    progress_pct: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """The platform is not there yet; look again after a while."""

    checkpoint: Checkpoint
    after: timedelta
    progress_pct: int | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """The post is on the platform. `settle_after` asks for another look: its public id is not known yet.

    Not `public`: it was handed over as a draft, and the person posts it in the platform's own app.
    """

    checkpoint: Checkpoint
    external_id: str = ""
    permalink: str = ""
    settle_after: timedelta | None = None
    note: str = ""
    public: bool = True


Outcome = Next | Wait | Live


@dataclass(frozen=True, slots=True)
class Accepted:
    """Reconciled: the commit arrived; the work goes on behind it."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class NotThere:
    """Reconciled: the commit did not arrive. `complete` when our own session said so, else one negative listing."""

    checkpoint: Checkpoint
    complete: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """Reconciled: nobody can say yet. `for_good` when the platform never will, so that only the person can."""

    reason: str
    for_good: bool = False


Finding = Live | Accepted | NotThere | Unknown


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a consent or a renewal gave. An empty `refresh` means: keep the old one.

    `subject` is who consented in the platform's words; empty means that the account itself did.
    """

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """An account as its platform describes it. Counts are None when the platform does not give them.

    `network` is the platform that posts end up on, where it is another than the one that was asked (a service).
    `token` is the account's own, where accounts have one. `problem` says why it cannot be connected as it is, and the
    way out; such an account is shown, but cannot be chosen.
    """

    external_id: str
    username: str
    name: str
    avatar_url: str = ""
    profile_url: str = ""
    follower_count: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    token: str = field(default="", repr=False)
    problem: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts of one post so far; None means that the platform does not give the number. Watch time in seconds."""

    views: int | None = None
    impressions: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    clicks: int | None = None
    watch_time_s: float | None = None
    average_view_s: float | None = None
    follower_count: int | None = None


def poll_after(polls: int) -> timedelta:
    """When to look again after so many looks: soon at first, every five minutes in the end."""
    first = (2, 3, 5, 10)
    if polls < len(first):
        return timedelta(seconds=first[polls])
    return timedelta(seconds=30) if polls < 24 else timedelta(minutes=5)


class Adapter(ABC):
    """One platform."""

    descriptor: ClassVar[Connector]
    """What is known of the platform or service as data; name, label, text unit and fields are its."""
    limits: ClassVar[Mapping[str, Limit]]
    rates: ClassVar[Mapping[str, Rate]]
    consent: ClassVar[Consent]
    guide: ClassVar[Guide] = Guide()
    consents: ClassVar[tuple[Consent, ...]] = ()
    """All ways where there are several; `consent` is the first of them."""
    accepts: ClassVar[Accepts] = Accepts()
    """Formats that are taken as they are; other files are converted on their way."""
    renew_ahead: ClassVar[timedelta] = timedelta(minutes=10)
    """How long before its end an access token is renewed."""
    revokes_person: ClassVar[bool] = False
    """Whether giving back one consent ends every other one of the same person and app."""
    refuses_repeats: ClassVar[bool] = False
    """Whether the platform refuses the same post a second time, so that an early second sending makes no second one."""
    account_tokens: ClassVar[bool] = False
    """Whether accounts have tokens of their own (Pages), to be fetched again after each renewal."""

    @property
    def name(self) -> str:
        return self.descriptor.key

    @property
    def label(self) -> str:
        return self.descriptor.label

    @property
    def platform(self) -> Platform | None:
        """What is known of the platform that posts end up on; None for a service as such."""
        return self.descriptor if isinstance(self.descriptor, Platform) else None

    @property
    def text_unit(self) -> str:
        return self.platform.text.unit if self.platform else "utf16"

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.platform.fields if self.platform else ()

    @property
    def needs_media(self) -> bool:
        return self.platform is None or self.platform.needs_media

    def options(self) -> frozenset[str]:
        """The names of every option that a post on this platform may have. A title is no option."""
        return frozenset(item.name for item in self.fields if item.name != "title")

    def ways(self) -> tuple[Consent, ...]:
        """Every way of consent, the preferred one first."""
        return self.consents or (self.consent,)

    def way(self, login: str) -> Consent:
        """The way of consent with this key; the first one for an unknown key."""
        return next((way for way in self.ways() if way.key == login), self.ways()[0])

    def owner(self, session: Session) -> str:
        """Whose key it is, where a service is connected by one; empty elsewhere."""
        return ""

    def account(self, session: Session) -> AccountInfo | None:
        """The session's own account as the platform describes it now; None when the consent no longer shows it."""
        found = self.accounts(session)
        return next((item for item in found if item.external_id == session.account.external_id), None)

    def describe(self, session: Session, info: AccountInfo) -> AccountInfo:
        """What the list of accounts leaves out and a connected account should have (its followers)."""
        return info

    @abstractmethod
    def check(self, spec: Spec, account: AccountRef) -> list[Problem]:
        """Everything that is wrong with a spec, at once, before anything is sent."""

    @abstractmethod
    def quotas(self, spec: Spec, account: AccountRef, now: datetime) -> list[QuotaNeed]:
        """The long quotas that publishing this spec uses up."""

    @abstractmethod
    def step(self, spec: Spec, checkpoint: Checkpoint) -> PublishStep:
        """The call that `advance` would make now."""

    @abstractmethod
    def advance(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        """Make that one call. Raises `PlatformError`, `NotSent` or `NoAnswer`."""

    @abstractmethod
    def recover(self, checkpoint: Checkpoint, step: str) -> Checkpoint:
        """The checkpoint after a step that was interrupted or not answered (ask for the offset first)."""

    def reask(self, checkpoint: Checkpoint) -> Checkpoint:
        """Without answers that may be out of date when a post that is set aside now goes on: they are asked for again.

        Called whenever an uncommitted post was refused, went unanswered, or waits for the platform or a person.
        """
        return checkpoint

    @abstractmethod
    def reconcile(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Finding:
        """After a commit without an answer: is it there? Only reads."""

    @abstractmethod
    def settle(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        """Ask once more for the public id of a live post."""

    @abstractmethod
    def post_id_of(self, link: str) -> str:
        """The post's id in a link that a person pasted; empty when it is no link to a post of this platform."""

    @abstractmethod
    def metrics(self, session: Session, external_id: str) -> Metrics:
        """Counts of one post; a number that the platform does not give stays None."""

    @abstractmethod
    def accounts(self, session: Session) -> list[AccountInfo]:
        """The accounts that a token can post to."""

    @abstractmethod
    def refresh(self, http: Caller, refresh_token: str, now: datetime) -> Tokens:
        """New tokens for an old refresh token."""

    @abstractmethod
    def revoke(self, http: Caller, tokens: Tokens) -> None:
        """Give a consent back, as well as the platform allows."""

    @abstractmethod
    def creator_options(self, session: Session) -> Mapping[str, Any]:
        """What the account may choose from when it posts (TikTok's creator info); empty where nothing is asked."""
