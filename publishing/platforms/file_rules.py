"""Which files a platform takes as they are, as data, and what becomes of those whose format alone is wrong (EC-2).

Videos have their rules in `videos`. A picture is converted when its format, shape or size is not the platform's; an
animation is never flattened: that is a person's decision, so the platform's own check tells it.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from publishing.platforms.spec import MediaSpec, Spec
from publishing.platforms.video_rules import Videos, copy_of

Recipe = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Images:
    """Pictures that are taken as they are. `aspect_*` is width ÷ height; 0 means no limit."""

    types: frozenset[str] = frozenset()
    bytes_max: int = 0
    width_max: int = 0
    side_max: int = 0
    pixels_max: int = 0
    aspect_min: float = 0.0
    aspect_max: float = 0.0


@dataclass(frozen=True, slots=True)
class Accepts:
    """The formats of one platform, with where and when they were read.

    `asked`: what is taken of videos instead, where an option of the post (name, value) asks for another kind of post.
    """

    videos: Videos = field(default_factory=Videos)
    asked: Mapping[tuple[str, str], Videos] = field(default_factory=dict)
    images: Images = field(default_factory=Images)
    thumbnails: Images = field(default_factory=Images)
    source: str = ""
    read_on: date | None = None

    def videos_of(self, spec: Spec) -> Videos:
        """What is taken of the videos of this post."""
        asked = (rules for (name, value), rules in self.asked.items() if spec.options.get(name) == value)
        return next(asked, self.videos)


@dataclass(frozen=True, slots=True)
class Conversion:
    """How one file is made acceptable: the recipe, the file it will be, and the words for a person."""

    media: MediaSpec
    recipe: Recipe
    becomes: MediaSpec
    words: str

    @property
    def key(self) -> str:
        return recipe_key(self.recipe)


def recipe_key(recipe: Recipe) -> str:
    """Equal for equal recipes; empty for none."""
    if not recipe:
        return ""
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:32]


def kinds(text: object) -> frozenset[str]:
    """The words of a limit that lists types or codecs."""
    return frozenset(str(text).split())


def plan(spec: Spec, accepts: Accepts) -> list[Conversion]:
    """What has to be converted before a spec can go out, in the order of its files."""
    rules = accepts.videos_of(spec)
    found = [_video(item, rules) if item.is_video else _image(item, accepts.images) for item in spec.media]
    if spec.thumbnail is not None:
        found.append(_image(spec.thumbnail, accepts.thumbnails))
    return list({(item.media.file_id, item.key): item for item in found if item is not None}.values())


def converted(spec: Spec, accepts: Accepts) -> Spec:
    """The spec as it will be once everything is converted: what the platform's check has to judge."""
    media = tuple(_becomes(item, accepts.videos_of(spec), accepts.images) for item in spec.media)
    thumbnail = spec.thumbnail
    if thumbnail is not None and (found := _image(thumbnail, accepts.thumbnails)) is not None:
        thumbnail = found.becomes
    return replace(spec, media=media, thumbnail=thumbnail)


def _becomes(item: MediaSpec, videos: Videos, images: Images) -> MediaSpec:
    found = _video(item, videos) if item.is_video else _image(item, images)
    return found.becomes if found else item


def _wrong(value: str, taken: frozenset[str]) -> bool:
    """Whether a known value is none of those that are taken."""
    return bool(value and taken and value not in taken)


def _video(item: MediaSpec, rules: Videos) -> Conversion | None:
    found = copy_of(item, rules)
    return Conversion(item, *found) if found else None


def _image(item: MediaSpec, rules: Images) -> Conversion | None:
    # An animation would lose its movement: that is for a person to decide.
    if item.animated or item.is_video:
        return None
    width, height = item.width or 0, item.height or 0
    recipe: dict[str, Any] = {"make": "jpeg"}
    words = []
    aspect = width / height if width and height else 0.0
    if aspect and rules.aspect_min and aspect < rules.aspect_min:
        width, recipe["aspect"] = math.ceil(height * rules.aspect_min), rules.aspect_min
        words.append("with bars at its sides, so that it is not cut off")
    elif aspect and rules.aspect_max and aspect > rules.aspect_max:
        height, recipe["aspect"] = math.ceil(width / rules.aspect_max), rules.aspect_max
        words.append("with bars above and below, so that it is not cut off")
    factor = _shrink(width, height, rules)
    if factor < 1:
        width, height = _scaled(width, height, factor, rules)
        words.append(f"of {width}×{height}")
    if factor < 1 or "aspect" in recipe:
        recipe["size"] = [width, height]
    if rules.bytes_max and item.size_bytes > rules.bytes_max:
        recipe["bytes_max"] = rules.bytes_max
        words.append("with fewer bytes")
    if not words and not _wrong(item.content_type, rules.types):
        return None
    size = min(item.size_bytes, rules.bytes_max) if rules.bytes_max else item.size_bytes
    becomes = replace(item, content_type="image/jpeg", width=width or None, height=height or None, size_bytes=size)
    if rules.bytes_max:
        recipe["bytes_max"] = rules.bytes_max
    return Conversion(item, recipe, becomes, " ".join(["a JPEG picture", *words]))


def _scaled(width: int, height: int, factor: float, rules: Images) -> tuple[int, int]:
    """Whole sides whose shape is still inside the limits."""
    width, height = max(1, int(width * factor)), max(1, int(height * factor))
    if rules.aspect_max and width / height > rules.aspect_max:
        width = max(1, int(height * rules.aspect_max))
    if rules.aspect_min and width / height < rules.aspect_min:
        height = max(1, int(width / rules.aspect_min))
    return width, height


def _shrink(width: int, height: int, rules: Images) -> float:
    """The factor that makes a picture fit; 1 when it does."""
    if not width or not height:
        return 1.0
    factors = [1.0]
    if rules.width_max:
        factors.append(rules.width_max / width)
    if rules.side_max:
        factors.append(rules.side_max / max(width, height))
    if rules.pixels_max:
        factors.append((rules.pixels_max / (width * height)) ** 0.5)
    return min(factors)
