"""The Content-Security-Policy: nothing inline, nothing from elsewhere but what the configuration names."""

from types import SimpleNamespace

import pytest
from django.test import Client

from config.csp import content_security_policy

PLATFORMS = {
    "one": {"urls": {"auth": "https://one.example/authorize?x=1", "api": "https://api.one.example"}},
    "two": {"urls": {"auth": "https://one.example/other"}},
    "service": {"urls": {"api": "https://service.example"}},
}


def policy(store: str = "") -> dict[str, list[str]]:
    return content_security_policy(PLATFORMS, SimpleNamespace(S3_ENDPOINT_URL=store))["DIRECTIVES"]


def test_nothing_is_allowed_that_is_not_named():
    assert policy()["default-src"] == ["'none'"]
    assert policy()["base-uri"] == policy()["frame-ancestors"] == ["'none'"]
    assert not [value for values in policy().values() for value in values if "unsafe" in value or "*" in value]


def test_forms_lead_to_each_authorize_origin_once_and_to_nothing_else():
    assert policy()["form-action"] == ["'self'", "https://one.example"]


@pytest.mark.parametrize("directive", ["img-src", "media-src", "connect-src"])
def test_the_object_store_may_be_read_from_when_there_is_one(directive):
    assert "https://store.example" in policy("https://store.example/bucket/path")[directive]
    assert not [value for value in policy()[directive] if value.startswith("https:")]


def test_scripts_come_from_this_origin_alone_even_with_a_store():
    found = policy("https://store.example")
    assert found["script-src"] == found["style-src"] == ["'self'"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/account/login/", "/admin/login/", "/nowhere/"])
def test_every_page_carries_it(client: Client, path):
    header = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in header
    assert "unsafe" not in header
