"""The shape of `platform_options`: for each platform the options that its posts may have, as its descriptor names
them."""

from typing import Any

from rest_framework import serializers

from core.serializers import InputSerializer
from platforms import PLATFORMS
from publishing.platforms.registry import adapter_for


def _shape(platform: str) -> type[InputSerializer]:
    """The options of one platform, by name; what their values may be is its adapter's to judge."""
    names = sorted(adapter_for(platform).options())
    fields: dict[str, Any] = {name: serializers.JSONField(required=False, allow_null=True) for name in names}
    shape: Any = type(f"{platform.capitalize()}OptionsSerializer", (InputSerializer,), fields)
    return shape


def _fields() -> dict[str, Any]:
    """For each platform its options, by its key and its aliases."""
    found: dict[str, Any] = {}
    for item in PLATFORMS.values():
        shape = _shape(item.key)
        found |= {name: shape(required=False) for name in (item.key, *item.aliases)}
    return found


PlatformOptionsSerializer: Any = type(
    "PlatformOptionsSerializer",
    (InputSerializer,),
    {
        "__doc__": "What a person chooses for a post on each platform; `x` is accepted for `twitter`.",
        "__module__": __name__,
        "hints": {name: item.key for item in PLATFORMS.values() for name in item.nicknames},
        **_fields(),
    },
)
