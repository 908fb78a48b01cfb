"""What the columns of a file hold, as far as their headings say it; a person can say otherwise."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from platforms import PLATFORMS, canonical
from publishing.platforms.registry import adapter_for


class Role(StrEnum):
    """What a column holds."""

    POST = "post_id"
    ACCOUNTS = "accounts"
    PLATFORMS = "platforms"
    DATE = "date"
    TIME = "time"
    ZONE = "timezone"
    TEXT = "text"
    TITLE = "title"
    HASHTAGS = "hashtags"
    LINK = "link"
    MEDIA = "media"
    CAMPAIGN = "campaign"


# How a person is asked, in the order of the template.
LABELS: Mapping[Role, str] = {
    Role.POST: "Post (rows of one post say the same)",
    Role.ACCOUNTS: "Accounts",
    Role.PLATFORMS: "Platforms",
    Role.DATE: "Date, or date and time",
    Role.TIME: "Time",
    Role.ZONE: "Time zone",
    Role.TEXT: "Text",
    Role.TITLE: "Title",
    Role.HASHTAGS: "Hashtags",
    Role.LINK: "Link, put below the text",
    Role.MEDIA: "Files",
    Role.CAMPAIGN: "Campaign",
}
# Headings by which other tools call the same, without case, spaces and signs.
_NAMES: Mapping[Role, str] = {
    Role.POST: "post_id post_key post_group group",
    Role.ACCOUNTS: "accounts account account_id account_ids platform_ids profile profiles username handle",
    Role.PLATFORMS: "platforms platform channels channel network networks",
    Role.DATE: (
        "date publish_date scheduled_date schedule_date scheduled_at scheduled_time scheduled_for schedule_time "
        "schedule_at postAtSpecificTime publish_at publish_time post_at datetime wall_time day"
    ),
    Role.TIME: "time hour clock",
    Role.ZONE: "timezone zone tz",
    Role.TEXT: "text caption content message body post description copy",
    Role.TITLE: "title headline",
    Role.HASHTAGS: "hashtags hashtag",
    Role.LINK: "link url",
    Role.MEDIA: (
        "media media_url media_urls media_ids image images image_url image_urls picture pictures video videos "
        "video_url video_urls gif gif_url gif_urls file files file_name file_names"
    ),
    Role.CAMPAIGN: "campaign category",
}
_SIGNS = re.compile(r"[\W_]+")


def _plain(heading: str) -> str:
    return _SIGNS.sub("", heading.casefold())


_BY_NAME: Mapping[str, Role] = {_plain(name): role for role, names in _NAMES.items() for name in names.split()}
# Known to other tools; said rather than dropped in silence.
_NOT_TAKEN: Mapping[str, str] = {
    **dict.fromkeys(
        ("firstcomment", "comment", "comments", "followupcomment"), "Comments are not posted from here, only posts."
    ),
    **dict.fromkeys(
        ("tags", "labels"), "Labels of other tools are left out. Hashtags belong into the text or a column “hashtags”."
    ),
    **dict.fromkeys(
        ("ytisshort", "igpublishtype", "fbcontenttype", "posttype"), "What a video becomes follows from its file."
    ),
    **dict.fromkeys(("status", "permalink"), "Written by the export; not read."),
}
OPTION = "option:"
_SEVERAL = frozenset({Role.MEDIA, Role.HASHTAGS})


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its place (from 0). `role` is a `Role`, `option:<platform>.<name>`, or empty: left out."""

    place: int
    heading: str
    role: str
    note: str = ""


def recognise(headings: Sequence[str]) -> list[Column]:
    """What each column seems to hold. Of two columns for one thing the first counts."""
    taken: set[str] = set()
    found: list[Column] = []
    for place, heading in enumerate(headings):
        role, note = _meaning(heading)
        if role in taken and role not in _SEVERAL:
            first = next(column.heading for column in found if column.role == role)
            role, note = "", f"“{first}” is taken for the same."
        taken.add(role)
        found.append(Column(place, heading, role, note))
    return found


def chosen(headings: Sequence[str], roles: Mapping[int, str]) -> list[Column]:
    """The columns as a person says, by their places; the rest as recognised."""
    return [
        Column(column.place, column.heading, roles[column.place]) if column.place in roles else column
        for column in recognise(headings)
    ]


def is_role(name: str) -> bool:
    """Whether a column can hold this."""
    return name in {"", *Role} or name in option_roles()


def names_of(role: Role) -> str:
    """The headings by which something is known, as a person reads them."""
    return ", ".join(_NAMES[role].split())


def option_roles() -> dict[str, str]:
    """Every choice of every platform that a column can hold, with its label."""
    return {
        f"{OPTION}{key}.{item.name}": f"{platform.label}: {item.label}"
        for key, platform in PLATFORMS.items()
        for item in platform.fields
        if item.name in adapter_for(key).options()
    }


def twice(columns: Sequence[Column]) -> list[str]:
    """A sentence for each thing that two columns are said to hold."""
    sentences = []
    for role in dict.fromkeys(column.role for column in columns if column.role and column.role not in _SEVERAL):
        headings = [f"“{column.heading}”" for column in columns if column.role == role]
        if len(headings) > 1:
            label = LABELS.get(Role(role), role) if role in set(Role) else option_roles().get(role, role)
            sentences.append(f"{' and '.join(headings)} are both said to be: {label}. Leave one out.")
    return sentences


def _meaning(heading: str) -> tuple[str, str]:
    plain = _plain(heading)
    if plain in _BY_NAME:
        return _BY_NAME[plain], ""
    option = _option(heading)
    if option:
        return option, ""
    return "", _NOT_TAKEN.get(plain, "")


def _option(heading: str) -> str:
    """`tiktok.privacy_level`, `TikTok privacy level`: a choice of a platform."""
    words = [word for word in _SIGNS.split(heading.strip().casefold()) if word]
    if len(words) < 2:
        return ""
    platform, name = canonical(words[0]), "_".join(words[1:])
    role = f"{OPTION}{platform}.{name}"
    return role if role in option_roles() else ""
