"""The shape of `platform_options`: for each platform the options that its posts may have, as its adapter names them."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.serializers import InputSerializer
from publishing.platforms.registry import adapter_for


def _options_of(platform: str) -> InputSerializer:
    """The options of one platform, by name; what their values may be is its adapter's to judge."""
    names = sorted(adapter_for(platform).options())
    fields: dict[str, Any] = {name: serializers.JSONField(required=False, allow_null=True) for name in names}
    shape = type(f"{platform.capitalize()}OptionsSerializer", (InputSerializer,), fields)
    made: InputSerializer = shape(required=False)
    return made


class PlatformOptionsSerializer(InputSerializer):
    """What a person chooses for a post on each platform; `x` is accepted for `twitter`."""

    hints: ClassVar = {
        "ig": "instagram", "insta": "instagram", "tt": "tiktok", "yt": "youtube", "fb": "facebook", "li": "linkedin",
    }  # fmt: skip
    instagram = _options_of("instagram")
    tiktok = _options_of("tiktok")
    youtube = _options_of("youtube")
    facebook = _options_of("facebook")
    twitter = _options_of("twitter")
    x = _options_of("twitter")
    linkedin = _options_of("linkedin")
