"""What an adapter declares of its platform as data: limits, rates, quotas, ways of consent, fields, guides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that would make the platform refuse. `field` names where it is put right."""

    field: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One published limit: its value and unit, where it was read, and when."""

    value: float | int | str
    unit: str
    source: str
    read_on: date


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
class Field:
    """One thing a person chooses for a post on this platform; the form is drawn from these.

    `kind`: `toggle` (yes or no), `choice` (one of `choices`, value and label), `text`, `lines` (a list, separated by
    commas) or `number` (whole). `more` puts it under "More". `unit` and `limit` give a text its counter.
    """

    name: str
    label: str
    kind: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    initial: Any = None
    more: bool = False
    unit: str = "utf16"
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Guide:
    """How a person connects an account, in plain words, for the connections page and the API.

    `needs` is what must be true beforehand (the kind of account), `steps` what to press, in order. `scopes` says for
    each scope of the consent what it allows ("post videos"), so that a missing one can be named to a person.
    """

    steps: tuple[str, ...] = ()
    needs: str = ""
    scopes: Mapping[str, str] = field(default_factory=dict)
