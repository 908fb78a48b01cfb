"""An object store that is away: a request says so within a second, a job waits for it, nothing is called damaged."""

import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from django.test import Client

from benchmarks.outage_drills.gate import Gate
from core import outages
from core.errors import UnsupportedMedia
from core.outages import Away
from media import resumable_uploads, signed_urls, upload_checks
from media.models import UploadSession
from media.stores import s3 as s3_store
from media.stores.base import Store
from tests import factories

pytestmark = [pytest.mark.s3, pytest.mark.django_db]


@pytest.fixture
def gate(settings: Any, s3: Store, s3_server: str) -> Iterator[Gate]:
    """The object store of the settings, behind a gate."""
    gate = Gate(int(s3_server.rpartition(":")[2]))
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "endpoint_url": f"http://127.0.0.1:{gate.port}"}
    former = settings.STORAGES
    options["client_config"] = Config(signature_version="s3v4", retries={"total_max_attempts": 1})
    settings.STORAGES = {**former, "default": {**default, "OPTIONS": options}}
    yield gate
    gate.shut()
    settings.STORAGES = former


@pytest.fixture
def behind(gate: Gate) -> Store:
    from media.storage import store

    return store()


def test_a_request_is_told_within_a_second_and_the_next_one_at_once(gate: Gate, behind: Store) -> None:
    behind.write("w/a", io.BytesIO(b"abc"))
    gate.shut()
    began = time.monotonic()
    with pytest.raises(Away):
        behind.size("w/a")
    assert time.monotonic() - began < 1.0
    began = time.monotonic()
    with pytest.raises(Away):
        behind.write("w/b", io.BytesIO(b"abc"))
    assert time.monotonic() - began < 0.1


def test_a_job_tries_for_seconds_before_it_gives_the_call_up(
    gate: Gate, behind: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind.write("w/a", io.BytesIO(b"abc"))
    tries: list[int] = []

    def note(attempts: int, **more: Any) -> float | None:
        tries.append(attempts)
        wait = s3_store._next_try(attempts, **more)
        return None if wait is None else 0.001

    behind.client.meta.events.register_first("needs-retry.s3", note)  # type: ignore[attr-defined]
    gate.shut()
    with outages.patience(), pytest.raises(Away):
        behind.size("w/a")
    assert tries == [1, 2, 3, 4, 5]
    gate.open()
    with outages.patience():
        assert behind.size("w/a") == 3


def test_what_is_not_there_is_no_outage(gate: Gate, behind: Store) -> None:
    with pytest.raises(FileNotFoundError):
        behind.size("w/nothing")


def test_a_file_that_cannot_be_fetched_now_is_503_with_the_time_to_come_back(gate: Gate, cast: Any) -> None:
    file = factories.make_media(cast.workspace)
    gate.shut()
    answer = Client(raise_request_exception=False).get(signed_urls.signed_path(file))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_store_that_goes_away_while_a_video_is_judged_does_not_make_it_damaged(
    gate: Gate, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_for_want_of_bytes(name: str, *_: Any) -> Any:
        gate.shut()
        raise UnsupportedMedia("damaged", f"“{name}” is damaged.")

    monkeypatch.setattr(upload_checks, "probe", refuse_for_want_of_bytes)
    upload = UploadSession(workspace=cast.workspace, filename="clip.mp4", storage_key="w/a")
    head = factories.tiny_mp4().read_bytes()[:4096]
    with pytest.raises(Away):
        resumable_uploads._video(upload, head, s3_store.Written(3, ""))
