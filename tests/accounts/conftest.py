from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories import PASSWORD


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def as_user(db: None) -> Callable[[Any], APIClient]:
    """An API client with a bearer token, got by signing in."""

    def make(user: Any) -> APIClient:
        client = APIClient()
        answer = client.post("/api/v1/auth/login", {"email": user.email, "password": PASSWORD}, format="json")
        assert answer.status_code == 200, answer.content
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
        return client

    return make
