from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from media.storage import store
from media.stores.base import Store
from tests.ports import free_port


@pytest.fixture
def scratch(settings: Any) -> Path:
    """Where request bodies are put down while they arrive."""
    return settings.FILE_UPLOAD_TEMP_DIR


@pytest.fixture
def stored(settings: Any) -> Callable[[], list[str]]:
    """Every file that is stored right now in the local store."""

    def names() -> list[str]:
        root = Path(settings.MEDIA_ROOT)
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    return names


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """A local S3 server's address."""
    port = free_port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def s3(settings: Any, s3_server: str) -> Iterator[Store]:
    """The object store as the default storage, with an empty bucket."""
    access = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=s3_server, **access)
    client.create_bucket(Bucket="elevo")
    options = {
        "bucket_name": "elevo",
        "endpoint_url": s3_server,
        "access_key": "test",
        "secret_key": "test",
        "region_name": "us-east-1",
        "signature_version": "s3v4",
        "default_acl": None,
        "querystring_auth": True,
        "file_overwrite": True,
    }
    former = settings.STORAGES
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**former, "default": backend}
    yield store()
    for page in client.get_paginator("list_objects_v2").paginate(Bucket="elevo"):
        for entry in page.get("Contents", ()):
            client.delete_object(Bucket="elevo", Key=entry["Key"])
    settings.STORAGES = former


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.s3)])
def any_store(request: pytest.FixtureRequest) -> Store:
    """Both stores, one after the other: they keep the same contract."""
    if request.param == "s3":
        found: Store = request.getfixturevalue("s3")
        return found
    assert storages["default"] is not None
    return store()
