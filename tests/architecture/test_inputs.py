"""Every endpoint of the API takes what it declares and nothing else."""

import pytest
from rest_framework.test import APIClient

from accounts.services import tokens
from tests.architecture.objects import make_objects
from tests.architecture.surface import METHODS, Route, handler, routes

pytestmark = pytest.mark.django_db

# The page to try the API takes what its own scripts ask for, a redirect URI what a platform adds to it.
NOT_OURS = {"/api/v1/docs", "/api/v1/oauth/{platform}/callback"}
API = [route for route in routes() if route.is_api and route.path not in NOT_OURS]


@pytest.fixture
def world(cast):
    return make_objects(cast)


@pytest.fixture
def alice(world):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(world.cast.alice).access}")
    return client


def doors(world) -> list[tuple[Route, str, str]]:
    """Every route with each of its methods, and its path for what exists."""
    found = []
    for route in API:
        path = route.fill(world.ids)
        found += [(route, method, path) for method in METHODS if handler(path, method)]
    return found


def ask(client: APIClient, route: Route, method: str, path: str, body=None):
    headers = {"Tus-Resumable": "1.0.0"} if route.path.startswith("/api/v1/uploads") else {}
    kwargs = {"data": body, "format": "json"} if body is not None else {}
    return getattr(client, method)(path, headers=headers, **kwargs)


def test_every_endpoint_declares_what_it_takes(world):
    assert [f"{method} {path}" for _, method, path in doors(world) if not hasattr(handler(path, method), "takes")] == []


def test_an_unknown_query_parameter_is_refused_by_name(world, alice):
    wrong = []
    for route, method, path in doors(world):
        answer = ask(alice, route, method, f"{path}?zzz_unknown=1")
        if answer.status_code != 400 or "zzz_unknown is not a field here." not in answer.json()["message"]:
            wrong.append(f"{method} {path}: {answer.status_code} {answer.content[:160]!r}")
    assert not wrong, "\n".join(wrong)


def test_an_unknown_field_is_refused_by_name(world, alice):
    wrong = []
    for route, method, path in doors(world):
        if method == "get":
            continue
        answer = ask(alice, route, method, path, {"zzz_unknown": 1})
        if answer.status_code == 415:  # no JSON: tus, or forms only
            continue
        if answer.status_code != 400 or "zzz_unknown is not a field here." not in answer.json()["message"]:
            wrong.append(f"{method} {path}: {answer.status_code} {answer.content[:160]!r}")
    assert not wrong, "\n".join(wrong)


def test_an_unknown_field_of_a_form_is_refused_by_name(world, alice):
    for path in ("/api/v1/media", "/api/v1/videos/upload"):
        answer = alice.post(path, {"zzz_unknown": "1"}, format="multipart")
        assert (answer.status_code, answer.json()["details"]["fields"].keys()) == (400, {"zzz_unknown"})


def test_a_parameter_given_twice_is_refused(alice):
    answer = alice.get("/api/v1/videos?status=failed&status=processed")
    assert (answer.status_code, answer.json()["message"]) == (400, "status: Give this once.")
