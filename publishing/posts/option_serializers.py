"""The shape of `platform_options`: for each platform the options that its posts may have, as its adapter names them."""

from functools import cache
from typing import Any, ClassVar

from rest_framework import serializers

from core.serializers import InputSerializer
from publishing.platforms.registry import adapter_for


@cache
def _shape(platform: str) -> type[InputSerializer]:
    """The options of one platform, by name; what their values may be is its adapter's to judge."""
    names = sorted(adapter_for(platform).options())
    fields: dict[str, Any] = {name: serializers.JSONField(required=False, allow_null=True) for name in names}
    shape: Any = type(f"{platform.capitalize()}OptionsSerializer", (InputSerializer,), fields)
    return shape


class PlatformOptionsSerializer(InputSerializer):
    """What a person chooses for a post on each platform; `x` is accepted for `twitter`."""

    hints: ClassVar = {
        "ig": "instagram", "insta": "instagram", "tt": "tiktok", "yt": "youtube", "fb": "facebook", "li": "linkedin",
    }  # fmt: skip
    instagram = _shape("instagram")(required=False)
    tiktok = _shape("tiktok")(required=False)
    youtube = _shape("youtube")(required=False)
    facebook = _shape("facebook")(required=False)
    twitter = _shape("twitter")(required=False)
    x = _shape("twitter")(required=False)
    linkedin = _shape("linkedin")(required=False)
