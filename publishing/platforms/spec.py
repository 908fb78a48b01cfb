"""What is sent: the words and files of one account's share, and the account that it is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class MediaSpec:
    """One file of a post, as frozen. Sizes in bytes, times in seconds, sides in pixels as shown, rates a second.

    `starts_at_once`: the index lies in front; None where that is not known or means nothing.
    """

    file_id: str
    storage_key: str
    sha256: str
    size_bytes: int
    content_type: str
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    video_codec: str = ""
    name: str = ""
    audio_codec: str = ""
    pixel_format: str = ""
    animated: bool = False
    sample_rate_hz: int | None = None
    channels: int | None = None
    bit_rate: int | None = None
    starts_at_once: bool | None = None
    interlaced: bool = False
    open_gop: bool = False

    @property
    def is_video(self) -> bool:
        return self.content_type.startswith("video/")


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything that will be sent to one account."""

    platform: str
    text: str
    title: str
    options: Mapping[str, Any]
    media: tuple[MediaSpec, ...]
    thumbnail: MediaSpec | None = None

    @property
    def video(self) -> MediaSpec | None:
        """The first video."""
        return next((item for item in self.media if item.is_video), None)


@dataclass(frozen=True, slots=True)
class AccountRef:
    """The account a call is for."""

    external_id: str
    username: str
    facts: Mapping[str, Any] = field(default_factory=dict)
