"""Posts as a CSV file that the import takes again, and the file to begin with."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings

from accounts.selectors import timezone_of
from core import clock
from core.actor import Actor
from core.spreadsheets import harmless
from core.streaming import FilePiecesResponse
from flows.spreadsheets.columns import Role
from platforms import PLATFORMS
from publishing import selectors as publishing
from publishing.models import Post, PostTarget
from publishing.schedule import walltime

COLUMNS = (
    Role.POST, Role.ACCOUNTS, Role.DATE, Role.TIME, Role.ZONE, Role.TEXT, Role.TITLE, Role.MEDIA, Role.CAMPAIGN,
)  # fmt: skip
# Only told; the import leaves them out.
TOLD = ("status", "permalink")
# Said of the example, so that it is never made a post by mistake.
_EXAMPLE_ACCOUNT = "@your_account"


def template(actor: Actor) -> FilePiecesResponse:
    """The columns, with one row as an example: its account is nobody's."""
    zone = timezone_of(actor)
    day = walltime.to_wall(clock.now(), zone).date() + timedelta(days=7)
    choices = [f"{key}.{item.name}" for key, platform in PLATFORMS.items() for item in platform.fields if item.needed]
    columns = [str(role) for role in COLUMNS if role != Role.POST]
    example = [
        _EXAMPLE_ACCOUNT, day.isoformat(), "18:00", zone, "Say something worth stopping for #tips", "", "clip.mp4",
        "Spring",
    ]  # fmt: skip
    first = {f"{key}.{item.name}": item.choices[0][0] for key, platform in PLATFORMS.items()
             for item in platform.fields if item.needed}  # fmt: skip
    return _file("posts-template.csv", [[*columns, *choices], [*example, *(first[name] for name in choices)]])


def export(actor: Actor, **filters: str) -> FilePiecesResponse:
    """The posts that pass the filters of the list, newest first: a row for each account, a time as it was written."""
    return _file(f"posts-{clock.now():%Y-%m-%d}.csv", _rows(actor, filters))


def _rows(actor: Actor, filters: dict[str, str]) -> Iterator[list[Any]]:
    zone = timezone_of(actor)
    options = sorted(publishing.option_names(actor, **filters))
    yield [*map(str, COLUMNS), *(f"{platform}.{name}" for platform, name in options), *TOLD]
    for post in publishing.filtered_posts(actor, **filters).iterator(chunk_size=500):
        files = "; ".join(_named(row.file) for row in post.media.all())
        targets = list(post.targets.all())
        for target in targets:
            own = {name: _text(target.options.get(name)) for platform, name in options if platform == target.platform}
            yield [
                str(post.pk),
                f"{target.platform}:{target.account.handle}",
                *_time(target, zone),
                _text_of(post, target),
                target.title,
                files,
                post.campaign,
                *(own.get(name, "") if platform == target.platform else "" for platform, name in options),
                target.state,
                target.permalink,
            ]
        if not targets:
            yield [
                str(post.pk),
                "",
                "",
                "",
                "",
                post.text,
                "",
                files,
                post.campaign,
                *[""] * len(options),
                post.state,
                "",
            ]


def _named(file: Any) -> str:
    """A file by its name; by its id where the name would be read as several."""
    name = file.original_name.strip()
    return str(file.pk) if not name or any(sign in name for sign in ";|\n") else name


def _text_of(post: Post, target: PostTarget) -> str:
    return post.text if target.text is None else target.text


def _time(target: PostTarget, own_zone: str) -> tuple[str, str, str]:
    """Day, time and zone, as a person wrote them."""
    if target.due_at is None:
        return "", "", ""
    zone = target.zone or own_zone
    wall = walltime.to_wall(target.due_at, zone)
    return f"{wall:%Y-%m-%d}", f"{wall:%H:%M}", zone


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def _file(name: str, rows: Iterable[Iterable[Any]]) -> FilePiecesResponse:
    """Written down first: the request's scope ends before an answer is sent."""
    file = TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - the answer closes it
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    text.detach()
    file.seek(0)
    return FilePiecesResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
