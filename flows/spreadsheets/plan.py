"""What a file would become: its posts, and what is wrong with its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flows.spreadsheets.columns import Column
from flows.spreadsheets.reading import Table
from media.models import MediaFile
from publishing.models import SocialAccount
from publishing.services.posts import Content
from publishing.services.schedule import When

# What posts say they were made from; the id stands for what the rows say.
SOURCE = "csv"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a row (as a spreadsheet counts it), at the heading of a column; empty: the row as a whole."""

    row: int
    column: str
    code: str
    message: str


@dataclass(slots=True)
class PlannedPost:
    """What one row, or several rows of one post, become. `made` is the post that an earlier import made of it."""

    rows: list[int]
    content: Content
    times: Mapping[UUID, When]
    accounts: Sequence[SocialAccount]
    files: Sequence[MediaFile]
    mistakes: list[Mistake]
    notes: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    source_id: UUID | None = None
    times_deleted: int = 0
    made: UUID | None = None

    @property
    def state(self) -> str:
        """`wrong`, `here` (made before), `scheduled` or `draft`."""
        if self.mistakes:
            return "wrong"
        if self.made is not None:
            return "here"
        return "scheduled" if self.times else "draft"


@dataclass(frozen=True, slots=True)
class Plan:
    """A file as it would be taken over. `zone` is that of times without an offset and without a zone of their own."""

    table: Table
    columns: Sequence[Column]
    zone: str
    posts: Sequence[PlannedPost]

    @property
    def mistakes(self) -> list[Mistake]:
        """Everything that is wrong, by row."""
        return sorted((item for post in self.posts for item in post.mistakes), key=lambda item: item.row)

    def in_state(self, *states: str) -> list[PlannedPost]:
        return [post for post in self.posts if post.state in states]
