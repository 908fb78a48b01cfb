"""Every address of the product with values that no form sends: a refusal or a page, never a failure of ours."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from accounts.services import tokens
from core import scope
from tests import factories
from tests.architecture.objects import make_objects
from tests.architecture.surface import handler, routes

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.postgres]

ODD = {
    "NUL": "a\x00b",
    "escape": "\x1b",
    "huge": "9" * 400,
    "superscript": "²",
    "no day": "2026-13-45",
    "far day": "9999-12-31",
    "far instant": "9999-12-31T23:59:59-23:59",
    "accent": "é",
    "not a number": "nan",
    "negative": "-1",
}
ROOT = Path(__file__).parents[2]
READ = re.compile(r"GET\.(?:get|getlist)\(\s*\"(\w+)\"|query\.(?:get|getlist)\(\s*\"(\w+)\"")
PATHS = ("token", "name", "platform", "service", "key", "section", "section_key", "kind", "format_", "format")


def page_parameters() -> set[str]:
    """Every name that a page reads from its address, and those of the forms that read it."""
    texts = [path.read_text() for path in (ROOT / "pages").rglob("*.py")]
    names = {first or second for text in texts for first, second in READ.findall(text)}
    return names | {"start_date", "end_date", "platform", "status", "start", "date", "timezone", "tag", "folder", "v"}


@pytest.fixture
def world(cast):
    return make_objects(cast)


@pytest.fixture
def alice(world):
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(world.cast.alice).access}")
    return client


@pytest.fixture
def browser(world):
    return factories.sign_in(world.cast.alice, Client(raise_request_exception=False))


def statuses(requests) -> list[str]:
    wrong = []
    for what, send in requests:
        with scope.request():
            status = send().status_code
        if status >= 500 and status != 503:  # a platform that cannot be asked from here
            wrong.append(f"{what}: {status}")
    return wrong


def test_pages_read_at_least_the_names_that_are_known():
    assert {"version", "page", "q", "search", "toast"} & page_parameters()


@pytest.mark.parametrize("odd", ODD)
def test_a_page_with_an_odd_address_answers(world, browser, odd):
    query = dict.fromkeys(page_parameters(), ODD[odd])
    pages = [(route, route.fill(world.ids)) for route in routes() if not route.is_api]
    wrong = statuses((path, lambda path=path: browser.get(path, query)) for _, path in pages)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("odd", ["NUL", "escape", "superscript", "huge", "far day"])
def test_a_form_with_odd_values_answers(world, browser, odd):
    names = ("title", "name", "text", "search", "email", "date", "time", "version", "rows", "index", "caption", "next")
    form = dict.fromkeys(names, ODD[odd])
    pages = [route.fill(world.ids) for route in routes() if not route.is_api and "logout" not in route.path]
    wrong = statuses((path, lambda path=path: browser.post(path, form)) for path in pages)
    assert not wrong, "\n".join(wrong)


def test_a_path_with_an_odd_part_answers(world, alice, browser):
    requests = []
    for route in routes():
        for part in set(route.params) & set(PATHS):
            for value in ("%00", "%C2%B2", "%C3%A9", "9" * 400):
                path = route.fill({**world.ids, part: value})
                client = alice if route.is_api else browser
                requests.append((path, lambda client=client, path=path: client.get(path)))
                requests.append((f"POST {path}", lambda client=client, path=path: client.post(path)))
    wrong = statuses(requests)
    assert not wrong, "\n".join(wrong)


def test_a_program_that_asks_for_options_is_answered(world, alice):
    paths = [route.fill(world.ids) for route in routes() if route.is_api]
    wrong = statuses((path, lambda path=path: alice.options(path)) for path in paths)
    assert not wrong, "\n".join(wrong)


def test_an_odd_cookie_answers(world):
    client = Client(raise_request_exception=False, headers={"Cookie": 'sessionid="\\000abc"; csrftoken="\\033"'})
    assert client.get("/dashboard/").status_code == 302


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"title": 1e999}', b'{"title": NaN}', b"\xff\xfe", b"null", b"[]", b'"x"', b"9" * 5000]
)
def test_a_broken_body_is_refused(world, alice, body):
    path = f"/api/v1/videos/{world.video.pk}"
    assert alice.generic("PATCH", path, body, content_type="application/json").status_code == 400


def test_a_program_is_told_that_an_address_does_not_exist(world, alice):
    """With a token there is no cookie, and no CSRF token either."""
    client = APIClient(enforce_csrf_checks=True, HTTP_AUTHORIZATION=alice._credentials["HTTP_AUTHORIZATION"])
    answer = client.post("/api/v1/nothing/here", {}, format="json")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_odd_query_parameters_of_the_api_are_refused_by_name(world, alice):
    wrong = []
    for route in routes():
        path = route.fill(world.ids)
        if not route.is_api or handler(path, "get") is None:
            continue
        takes = getattr(handler(path, "get"), "takes", None)
        for name in takes.query().fields if takes else ("anything",):
            for odd, value in ODD.items():
                answer = alice.get(path, {name: value}, headers={"Tus-Resumable": "1.0.0"})
                refused = answer.status_code == 400 and name in answer.json()["details"].get("fields", {})
                fine = refused if odd in ("NUL", "escape") and takes else answer.status_code < 500
                if not fine:
                    wrong.append(f"{path}?{name}={odd}: {answer.status_code} {answer.content[:120]!r}")
    assert not wrong, "\n".join(wrong)


def test_odd_values_in_bodies_are_refused_by_name(world, alice, monkeypatch):
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *args: True)
    wrong = []
    for route in routes():
        path = route.fill(world.ids)
        for method in ("post", "put", "patch", "delete"):
            takes = getattr(handler(path, method), "takes", None) if route.is_api else None
            shape = takes.request if takes else None
            shape = shape.get("application/json") if isinstance(shape, dict) else shape
            for name in shape().fields if isinstance(shape, type) else ():
                for value in ("a\x00b", "\ud800", {"deep\x00": [1]}, ["\x1b"]):
                    body = json.dumps({name: value})
                    answer = alice.generic(method.upper(), path, body, content_type="application/json")
                    refused = answer.status_code == 400 and name in answer.json()["details"].get("fields", {})
                    if not refused and answer.status_code != 403:
                        wrong.append(f"{method} {path} {name}={value!r}: {answer.status_code} {answer.content[:120]!r}")
    assert not wrong, "\n".join(wrong)
