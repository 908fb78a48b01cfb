"""What can be said of a platform as data. Nothing here opens a connection, a file or a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.text.lengths import length


@dataclass(frozen=True, slots=True)
class Limit:
    """One published limit: its value and unit, where it was read, and when."""

    value: float | int | str
    unit: str
    source: str
    read_on: date


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a post. `limit` carries the unit in which the platform counts (`core.text.lengths`).

    `target` is the length that suits the place, in the same unit: advice, no rule. `hashtags` is the most that are
    taken, `advised_hashtags` how many a strategy plans. `forbidden` are the characters that the platform refuses,
    `word` is what it calls a text.
    """

    limit: Limit
    target: int
    style: str
    hashtags: int = 30
    advised_hashtags: int = 5
    forbidden: str = ""
    title: Limit | None = None
    needs_title: bool = False
    word: str = "text"

    @property
    def most(self) -> int:
        """The limit as a number, in `unit`."""
        return int(self.limit.value)

    @property
    def unit(self) -> str:
        """`chars`, `utf16`, `bytes` or `weighted`."""
        return self.limit.unit

    def measure(self, text: str) -> int:
        """The length of a text as the platform counts it."""
        return length(text, self.unit)


@dataclass(frozen=True, slots=True)
class SafeArea:
    """Margins that text keeps free, as ratios of the frame's height (top, bottom) and width (left, right)."""

    top: float
    right: float
    bottom: float
    left: float


@dataclass(frozen=True, slots=True)
class Player:
    """The platform's own player of short videos: what an edit for it is made to.

    `safe_area` is what the controls leave free of a vertical frame. With a `vertical_feed` short videos are shown
    upright, one after the other.
    """

    aspect: str
    longest_s: float
    max_bitrate_kbps: int
    safe_area: SafeArea
    vertical_feed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together under a label. A `folded` group is opened by the person."""

    label: str = ""
    folded: bool = False


MORE = Group(folded=True)
"""What most people leave as it is; the form calls it "More for" the platform."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a person chooses for a post on this platform; form, API and checks read it. `title` is the title.

    `kind`: `toggle` (yes or no), `answer` (yes or no without a default), `choice` (one of `choices`, value and label),
    `text`, `lines` (a list, separated by commas), `number` (whole) or `picture` (a file of the library; `empty` is said
    of none). `unit` and `limit` give a text its counter. `needed` says that the platform asks for an answer.
    `depends_on` names the toggle without which it means nothing. `offered_by` and `switched_off_by` name the entries of
    the account's choices (`Adapter.creator_options`) that list what is offered, or take the field away.
    Without `on_form` only programs may set it.
    """

    name: str
    label: str
    kind: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    initial: Any = None
    group: Group | None = None
    unit: str = "utf16"
    limit: int = 0
    needed: bool = False
    depends_on: str = ""
    offered_by: str = ""
    switched_off_by: str = ""
    compact: bool = False
    empty: str = ""
    on_form: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person agrees to by posting; `when` names the toggle that brings it in."""

    label: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Visibility:
    """The option that says who may see a post, its widest value and its narrowest."""

    option: str
    public: str
    private: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A figure from outside with its source and date; an empty source means that it is only a start."""

    value: float
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Times:
    """Published good times to post: weekday and wall time."""

    slots: tuple[tuple[str, str], ...]
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What is advised without numbers of one's own, and the words of offline answers.

    `closings` end a caption, by tone; `calls` end a script, from long to short; `hashtags` are those that the platform
    is known for. `longest` is how long a video should be at most.
    """

    posts_per_week: Benchmark
    closings: Mapping[str, str]
    calls: tuple[str, ...]
    hashtags: tuple[str, ...]
    times: Times | None = None
    longest: Benchmark | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """One more environment variable `env`; it becomes the entry `name` of the platform's settings.

    Its type is that of `default`. A value that is empty or 0 counts as not set: then `imitated` holds in the sandbox,
    and `otherwise` elsewhere.
    """

    name: str
    env: str
    default: str | int | float | bool
    help: str
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    otherwise: Any = None
    imitated: Any = None


@dataclass(frozen=True, slots=True)
class App:
    """An app at the platform: `hosts` by role, and credentials `<KEY>_CLIENT_ID` and `_SECRET`.

    Each host can be replaced by `<KEY>_<ROLE>_URL`. `issued` are the domains on which the platform may hand out upload
    addresses. `like` names another app whose host variables, and in the sandbox credentials, are used. With `by_key`
    there is no consent: the operator's key is `<KEY>_API_KEY`, and people may paste their own. `help` is for operators.
    """

    key: str
    hosts: Mapping[str, str]
    issued: tuple[str, ...] = ()
    id_names: tuple[str, ...] = ()
    secret_names: tuple[str, ...] = ()
    like: str = ""
    by_key: bool = False
    help: str = ""

    @property
    def credentials(self) -> dict[str, tuple[str, ...]]:
        """The variables of the credentials, each with the other names that are read."""
        prefix = self.key.upper()
        if self.by_key:
            return {f"{prefix}_API_KEY": ()}
        return {f"{prefix}_CLIENT_ID": self.id_names, f"{prefix}_CLIENT_SECRET": self.secret_names}

    @property
    def addresses(self) -> dict[str, str]:
        """For each role of a host the variable that replaces it."""
        return {role: f"{(self.like or self.key).upper()}_{role.upper()}_URL" for role in self.hosts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """Whom a person gives a permission. `key` is stored in rows: at most 12 characters, never changed.

    `adapter` is the module of the adapter where it is not `publishing.platforms.<key>`. Beside the descriptor lies its
    picture, `glyph.svg`; a `dark` one needs an edge on a dark page.
    """

    key: str
    label: str
    apps: tuple[App, ...]
    variables: tuple[Variable, ...] = ()
    adapter: str = ""
    dark: bool = False

    def __post_init__(self) -> None:
        if not (self.key.isidentifier() and self.key == self.key.lower() and len(self.key) <= 12):
            raise ValueError(f"{self.key!r} is no key of a platform: a lower-case name of at most 12 characters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Connector):
    """A service through which posts go to several platforms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform(Connector):
    """A place where posts appear.

    `aliases` are accepted for `key` wherever people and programs name a platform; `nicknames` only lead to a hint.
    `longest_video` is what the platform takes at all. `notice` stands below the form; `names_creator` says that the
    form must show as whom one posts. `preselected` platforms are ticked at first where one chooses.
    """

    text: Text
    player: Player
    advice: Advice
    aliases: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()
    longest_video: Limit | None = None
    needs_media: bool = True
    fields: tuple[Field, ...] = ()
    terms: tuple[Terms, ...] = ()
    notice: str = ""
    names_creator: bool = False
    visibility: Visibility | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    preselected: bool = False

    def choices_of(self, name: str) -> dict[str, str]:
        """The values and labels of one field."""
        return dict(next(item.choices for item in self.fields if item.name == name))

    def named(self, kind: str) -> tuple[str, ...]:
        """The names of the fields of one kind."""
        return tuple(item.name for item in self.fields if item.kind == kind)

    def options(self, *, public: bool) -> dict[str, Any]:
        """The options with which a post goes out when nobody chooses: to everyone, or to as few as possible."""
        if self.visibility is None:
            return dict(self.defaults)
        return {self.visibility.option: self.visibility.public if public else self.visibility.private, **self.defaults}
