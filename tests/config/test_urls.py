"""The composed addresses: none hides another, and every name leads to one place."""

from collections import defaultdict

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from config import api
from tests.architecture.surface import routes


def named(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[tuple[str, str]]:
    """Name and path of every pattern outside the console, which has namespaces of its own."""
    found = []
    for entry in patterns:
        path = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern):
            found.append((entry.name or "", path))
        elif not entry.namespace:
            found += named(entry.url_patterns, path)
    return found


def test_a_name_leads_to_one_address():
    places = defaultdict(set)
    for name, path in named(get_resolver().url_patterns):
        if name:
            places[name].add(path)
    # A second pattern of a name may only add the format that the API's router adds.
    twice = {name: paths for name, paths in places.items() if len({path.split("(?P<format>")[0] for path in paths}) > 1}
    assert not twice


def test_no_address_is_hidden_by_an_earlier_one():
    """Each resolves to the view that its own pattern names."""
    hidden = []
    ids = defaultdict(lambda: "01890000-0000-7000-8000-000000000000", number=1, n=1, platform="tiktok", status=500)
    for route in routes():
        match = resolve(route.fill(ids))
        if (match.url_name or "") != route.name:
            hidden.append(f"{route.path}: {match.url_name} instead of {route.name}")
    assert not hidden


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v1/", "/api/v1/videos/x/y/z"])
def test_an_unknown_address_of_the_api_answers_in_its_format(client: Client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_the_api_ends_in_the_answer_for_unknown_addresses():
    assert str(api.urlpatterns[-1].pattern) == "^.*$"


@pytest.mark.django_db
def test_an_unknown_page_is_404_with_a_page(client: Client):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "<h1" in answer.content.decode()
