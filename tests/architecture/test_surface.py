"""Every route is attacked: by nobody, by a stranger with our ids, and by a viewer who writes.

A new route fails here until it is covered: a parameter without an entry in `ids`, an open door that is not listed.
"""

from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import RefreshSession
from accounts.services import tokens
from core import scope
from jobs.models import Job
from publishing.models import RateSlot
from tests import factories
from tests.architecture.objects import make_objects
from tests.architecture.surface import METHODS, Route, fields_of, routes

pytestmark = pytest.mark.django_db

# Doors that anybody may use.
OPEN = {
    "/", "/health", "/health/ready", "/api/v1/health/ready",
    "/api/schema", "/api/v1/health", "/api/v1/schema", "/api/v1/docs", "/api/v1/auth/register",
    "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/logout", "/api/v1/auth/verify-email",
    "/api/v1/auth/password/forgot", "/api/v1/auth/password/reset", "/api/v1/oauth/{platform}/callback",
    "/account/signup/", "/account/login/", "/account/logout/", "/account/password/reset/",
    "/account/password/reset/{token}/", "/account/verify-email/{token}/", "/account/invite/{token}/",
    "/m/{token}/{name}", "/m/in/{upload_id}/{token}/{name}",
    "/shell/theme/", "/calendar/{token}.ics",
}  # fmt: skip

# What a viewer may change: things of their own, and reads that are asked by POST.
VIEWER_MAY = {
    "/api/v1/auth/me", "/api/v1/preferences", "/api/v1/workspaces", "/settings/profile/", "/settings/profile/verify/",
    "/settings/preferences/", "/settings/notifications/", "/settings/workspaces/", "/shell/workspace/",
    "/notifications/read/", "/notifications/{notice_id}/read/", "/api/v1/notifications/read",
    "/api/v1/social/accounts", "/api/v1/social-accounts",
}  # fmt: skip

ALL = routes()
CLOSED = [route for route in ALL if route.path not in OPEN]
WITH_OBJECT = [
    route for route in CLOSED if set(route.params) - {"platform", "service", "token", "key", "number", "n", "name"}
]


def api_client(user) -> APIClient:
    client = APIClient(raise_request_exception=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user).access}")
    return client


def client_for(route: Route, user):
    if route.is_api:
        return api_client(user)
    return factories.sign_in(user)


# Of these each endpoint gets the fields that it has: enough to get past the shape of its body, so that it is the object
# that is refused.
BODY = {
    "version": 1,
    "live": False,
    "name": "x",
    "title": "x",
    "text": "x",
    "role": "viewer",
    "email": "x@example.com",
    "account_ids": [],
    "target_ids": [],
    "times": {},
    "scheduled_at": "2030-01-01T10:00:00Z",
    "date": "2030-01-02",
}
ALL_API = Route("/api/", "", ())
ALL_PAGES = Route("/", "", ())


def attack(client, route: Route, method: str, path: str):
    """One request as a browser or program would send it, in a scope of its own."""
    kwargs = {"data": BODY} if method != "get" else {}
    if route.is_api and kwargs:
        fields = fields_of(path, method)
        body = {name: value for name, value in BODY.items() if name in fields}
        kwargs = {"data": body} if body else {}
    if route.is_api:
        kwargs |= {"headers": {"Tus-Resumable": "1.0.0"}, **({"format": "json"} if kwargs else {})}
    elif method not in ("get", "post"):
        kwargs = {}
    if method == "patch" and route.path.startswith("/api/v1/uploads"):
        chunk = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
        kwargs = {"data": b"x", "content_type": "application/offset+octet-stream", "headers": chunk}
    with transaction.atomic(), scope.request():
        return getattr(client, method)(path, **kwargs)


# Sign-ins, work, and turns in the windows of outside platforms.
NOT_COMPARED = {RefreshSession, Job, RateSlot}
COMPARED = [
    model
    for model in apps.get_models()
    if model not in NOT_COMPARED and model._meta.app_config.name in set(settings.HOUSE) - {"jobs"}
]


def contents() -> dict[tuple[str, Any], dict[str, Any]]:
    """Every row of the database with all its values."""
    with scope.system("compare rows"):
        return {
            (model.__name__, row["pk"]): row
            for model in COMPARED
            for row in model._base_manager.values("pk", *(field.attname for field in model._meta.concrete_fields))
        }


@pytest.fixture
def world(cast):
    return make_objects(cast)


def test_the_walk_finds_the_product():
    paths = {route.path for route in ALL}
    assert {"/dashboard/", "/api/v1/auth/me", "/api/v1/jobs", "/videos/"} <= paths


def test_every_open_door_exists():
    assert {route.path for route in ALL} >= OPEN


def test_nobody_gets_in(world):
    wrong, before = [], contents()
    for route in CLOSED:
        path = route.fill(world.ids)
        for method in METHODS:
            client = APIClient() if route.is_api else Client()
            response = getattr(client, method)(path)
            if route.is_api:
                fine = response.status_code == 401 and response.json()["error"] == "authentication_error"
            elif response.status_code == 302:
                fine = response["Location"].startswith("/account/login/")
            else:
                fine = response.status_code in (401, 403, 405)
            if not fine:
                wrong.append(f"{method} {path}: {response.status_code}")
    assert not wrong, "\n".join(wrong)
    assert contents() == before


def test_a_stranger_finds_nothing(world):
    clients = {True: client_for(ALL_API, world.cast.charlie), False: client_for(ALL_PAGES, world.cast.charlie)}
    wrong, before = [], contents()
    for route in WITH_OBJECT:
        path = route.fill(world.ids)
        for method in METHODS:
            response = attack(clients[route.is_api], route, method, path)
            if response.status_code not in (404, 405):
                wrong.append(f"{method} {path}: {response.status_code} {response.content[:160]!r}")
    assert not wrong, "\n".join(wrong)
    assert contents() == before


def test_a_viewer_changes_nothing(world):
    clients = {True: client_for(ALL_API, world.cast.victor), False: client_for(ALL_PAGES, world.cast.victor)}
    wrong, before = [], contents()
    for route in CLOSED:
        if route.path in VIEWER_MAY:
            continue
        path = route.fill(world.ids)
        for method in METHODS[1:]:
            response = attack(clients[route.is_api], route, method, path)
            refused = response.status_code >= 400
            if not refused and not route.is_api and response.status_code in (200, 302):
                refused = contents() == before
            if not refused:
                wrong.append(f"{method} {path}: {response.status_code} {response.content[:160]!r}")
    assert not wrong, "\n".join(wrong)
    assert contents() == before


def test_an_unknown_id_is_not_found(world):
    wrong = []
    clients = {True: client_for(ALL_API, world.cast.alice), False: client_for(ALL_PAGES, world.cast.alice)}
    for route in WITH_OBJECT:
        path = route.fill({**world.ids, **{name: uuid4() for name in route.params if name.endswith("_id")}})
        response = attack(clients[route.is_api], route, "get", path)
        if response.status_code not in (404, 405):
            wrong.append(f"{path}: {response.status_code}")
    assert not wrong, "\n".join(wrong)


HOSTILE = ("%C3%A9", "%C2%B2", "%FF", "9" * 5000, "%00", "..%2F..%2Fetc", "%25s.%25n", "a.b", "." * 40)


def test_no_word_in_a_path_breaks_a_door(world):
    """Tokens, names and keys in paths are any text: letters beyond ASCII, bytes that are no text, endless digits."""
    wrong = []
    clients = {True: client_for(ALL_API, world.cast.alice), False: client_for(ALL_PAGES, world.cast.alice)}
    words = [
        route for route in ALL if not {"platform", "service", "token", "key", "n", "name"}.isdisjoint(route.params)
    ]
    assert {"/m/{token}/{name}", "/m/in/{upload_id}/{token}/{name}"} <= {route.path for route in words}
    for route in words:
        for value in HOSTILE:
            ids = {name: kept if name.endswith("_id") else value for name, kept in world.ids.items()}
            path = route.fill(ids)
            for method in METHODS:
                try:
                    status = attack(clients[route.is_api], route, method, path).status_code
                except Exception as error:  # the test client hands through what would be a 500
                    status = f"500, {error!r}"
                if str(status).startswith("5"):
                    wrong.append(f"{method} {path[:80]}: {status}")
    assert not wrong, "\n".join(wrong)
