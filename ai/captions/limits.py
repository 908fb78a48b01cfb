"""How much text each platform takes, in the unit that it counts.

Limits: the platforms' specifications. Style: the length and manner that suits the place, a target and no rule.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_BARE_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_X_LINK_WEIGHT = 23
_LONGEST_DOMAIN = 253
_X_SINGLE = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_ZWJ, _VS16, _KEYCAP = "\u200d", "\ufe0f", "\u20e3"


class Platform(StrEnum):
    """Values of house; `x` is accepted for twitter."""

    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    FACEBOOK = "facebook"
    TWITTER = "twitter"
    LINKEDIN = "linkedin"

    @classmethod
    def _missing_(cls, value: object) -> "Platform | None":
        return cls.TWITTER if isinstance(value, str) and value.lower() in ("x", "twitter/x") else None

    @property
    def label(self) -> str:
        """The name people know."""
        return _LABELS[self]


_LABELS = {
    Platform.INSTAGRAM: "Instagram",
    Platform.TIKTOK: "TikTok",
    Platform.YOUTUBE: "YouTube",
    Platform.FACEBOOK: "Facebook",
    Platform.TWITTER: "X",
    Platform.LINKEDIN: "LinkedIn",
}


def _regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def clusters(text: str) -> Iterator[str]:
    """What a person sees as one sign: letters with their marks, emoji sequences, flags."""
    cluster = ""
    for char in text:
        joins = cluster and (
            unicodedata.category(char) in ("Mn", "Me", "Mc")
            or char in (_ZWJ, _VS16, _KEYCAP)
            or "\U0001f3fb" <= char <= "\U0001f3ff"
            or cluster.endswith(_ZWJ)
            or (_regional(char) and len(cluster) == 1 and _regional(cluster))
        )
        if joins:
            cluster += char
        else:
            if cluster:
                yield cluster
            cluster = char
    if cluster:
        yield cluster


def _x_cluster(cluster: str) -> int:
    pictorial = any(char in (_ZWJ, _VS16, _KEYCAP) or "\U0001f000" <= char <= "\U0001faff" for char in cluster)
    if pictorial:
        return 2
    return sum(1 if any(low <= ord(char) <= high for low, high in _X_SINGLE) else 2 for char in cluster)


def x_weight(text: str) -> int:
    """X's weighted length: links 23, emoji and wide characters 2, the rest 1. Bare domains are never undercounted."""
    composed = unicodedata.normalize("NFC", text)
    total = 0
    for token in re.findall(r"\s+|\S+", composed):
        weight = len(token) if token.isascii() else sum(map(_x_cluster, clusters(token)))
        link = LINK.search(token)
        if link:
            total += sum(map(_x_cluster, clusters(token[: link.start()]))) + _X_LINK_WEIGHT
        elif "." in token and len(token) <= _LONGEST_DOMAIN and _BARE_DOMAIN.search(token):
            total += max(weight, _X_LINK_WEIGHT)
        else:
            total += weight
    return total


def utf16_units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def utf8_bytes(text: str) -> int:
    """Length in UTF-8 bytes."""
    return len(text.encode())


@dataclass(frozen=True, slots=True)
class TextSpec:
    """One platform's text: `limit` in units of `measure`, `target` the style's length, most hashtags."""

    limit: int
    target: int
    most_hashtags: int
    measure: Callable[[str], int]
    style: str
    forbidden: str = ""


SPECS: dict[Platform, TextSpec] = {
    Platform.TWITTER: TextSpec(280, 280, 30, x_weight, "short and punchy, few hashtags, a question"),
    Platform.INSTAGRAM: TextSpec(2_200, 2_200, 30, utf16_units, "tells a small story, ends in a call to action"),
    Platform.TIKTOK: TextSpec(2_200, 150, 30, utf16_units, "very short, the hook first"),
    Platform.LINKEDIN: TextSpec(3_000, 3_000, 30, utf16_units, "insight first, business value, a closing question"),
    Platform.FACEBOOK: TextSpec(63_206, 2_000, 30, utf16_units, "conversational, asks the community"),
    Platform.YOUTUBE: TextSpec(5_000, 2_000, 15, utf8_bytes, "keywords early, then what the video shows", "<>"),
}
