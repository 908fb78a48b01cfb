"""Shapes of Meta's ids and versions in paths: Instagram's ids have 17 digits and begin with 17 or 18."""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor


class InstagramId(Convertor[str]):
    regex = r"1[78][0-9]{15}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class GraphVersion(InstagramId):
    regex = r"v[0-9]+\.[0-9]+"


class FacebookId(InstagramId):
    regex = r"[0-9]{1,16}(?:_[0-9]+)?"


def register() -> None:
    register_url_convertor("instagram_id", InstagramId())
    register_url_convertor("graph_version", GraphVersion())
    register_url_convertor("facebook_id", FacebookId())
