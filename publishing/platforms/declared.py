"""What an adapter declares beside its platform's descriptor: problems, rates, quotas, ways of consent, guides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that would make the platform refuse. `field` names where it is put right."""

    field: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Rate:
    """A short window: `amount` calls per `seconds`, counted per grant."""

    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class QuotaNeed:
    """One unit of a long quota, asked for before the first step. `sentence` is said when there is none left."""

    bucket: str
    period: str
    limit: int
    resets_at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Consent:
    """One way of asking for a person's consent. `scopes` are the least that the product needs.

    A platform with several ways tells them apart by `key` and `label`. `app` names the entry of `PLATFORMS` whose hosts
    and credentials this way uses, when it is not the platform's own. `optional` scopes are asked for, but nothing is
    missing without them.
    """

    scopes: tuple[str, ...]
    backend: str
    key: str = ""
    label: str = ""
    app: str = ""
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """How a person connects an account, in plain words, for the connections page and the API.

    `needs` is what must be true beforehand (the kind of account), `steps` what to press, in order. `scopes` says for
    each scope of the consent what it allows ("post videos"), so that a missing one can be named to a person.
    """

    steps: tuple[str, ...] = ()
    needs: str = ""
    scopes: Mapping[str, str] = field(default_factory=dict)
