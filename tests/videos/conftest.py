import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests import factories

TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}


@pytest.fixture
def scratch(settings: Any) -> Path:
    """Where request bodies are put down while they arrive."""
    return settings.FILE_UPLOAD_TEMP_DIR


@pytest.fixture
def login(db: None) -> Callable[[Any], APIClient]:
    """An API client with a person's web session."""

    def make(user: Any) -> APIClient:
        return factories.sign_in(user, APIClient())

    return make


@pytest.fixture
def alice(cast, login) -> APIClient:
    return login(cast.alice)


class Tus:
    """A small tus client that can be told to misbehave."""

    def __init__(self, client: APIClient) -> None:
        self.client = client

    def create(self, length: int, name: str = "clip.mp4", **more: Any) -> Any:
        pairs = {"filename": name, **more.pop("metadata", {})}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
        headers = {**TUS, "HTTP_UPLOAD_LENGTH": str(length), "HTTP_UPLOAD_METADATA": metadata, **more}
        return self.client.generic("POST", "/api/v1/uploads/", **headers)

    def patch(self, location: str, offset: int, data: bytes, **more: Any) -> Any:
        headers = {**TUS, "HTTP_UPLOAD_OFFSET": str(offset), **more}
        kind = headers.pop("content_type", "application/offset+octet-stream")
        return self.client.generic("PATCH", location, data, content_type=kind, **headers)

    def head(self, location: str) -> Any:
        return self.client.head(location, **TUS)

    def delete(self, location: str) -> Any:
        return self.client.delete(location, **TUS)

    def send(self, data: bytes, chunk: int = 20_000, **more: Any) -> Any:
        """The whole file; returns the last answer."""
        location = self.create(len(data), **more)["Location"]
        answer = None
        for at in range(0, len(data), chunk):
            answer = self.patch(location, at, data[at : at + chunk])
            assert answer.status_code == 204, answer.content
        return answer


@pytest.fixture
def tus(alice) -> Tus:
    return Tus(alice)


@pytest.fixture
def stored(settings) -> Callable[[], list[str]]:
    """Every file that is stored right now."""

    def names() -> list[str]:
        root = Path(settings.MEDIA_ROOT)
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    return names
