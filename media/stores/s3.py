"""Files in an object store with an S3 API, on the bucket that django-storages is configured for."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from core import outages
from core.outages import Away, Breaker, Service
from media.stores.base import PIECE, PresignedPut, Store, Written, pieces

MIB = 1024 * 1024
# One part of 8 MiB in memory at a time, whatever the file's size.
_TRANSFER = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB, use_threads=False)
_SOURCE_SECONDS = 3600
_GONE = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}
# Seconds before each further try of a call that was not answered: a person waits for a request, nobody for a job.
_TRIES_OF_A_REQUEST = (0.1,)
_TRIES_OF_A_JOB = (0.1, 0.5, 1.5, 4.0)
_breaker = Breaker("The object store")


class _Reader:
    """Pieces as the file object that boto3 wants; counts and hashes what passes."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self._source = source
        self._rest = b""
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, amount: int = -1) -> bytes:
        found = bytearray(self._rest)
        while amount < 0 or len(found) < amount:
            piece = next(self._source, None)
            if piece is None:
                break
            found += piece
        cut = len(found) if amount < 0 else amount
        self._rest = bytes(found[cut:])
        out = bytes(found[:cut])
        self.digest.update(out)
        self.size += len(out)
        return out


@contextmanager
def _answering() -> Iterator[None]:
    """Tell an object store that is away (no answer, or 5xx) from one that refuses."""
    if _breaker.open and not outages.patient():
        raise Away(Service.STORAGE)
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if not _no_answer(error):
            raise
        _breaker.failed(error)
        raise Away(Service.STORAGE) from error
    _breaker.worked()


def _no_answer(error: Exception | None) -> bool:
    if isinstance(error, ClientError):
        return bool(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500)
    return isinstance(error, BotoCoreError)


def _next_try(attempts: int, response: Any = None, caught_exception: Exception | None = None, **_: Any) -> float | None:
    """Seconds until the call is tried again; None: it is not (botocore's `needs-retry` event)."""
    status = response[0].status_code if response else 0
    delays = _TRIES_OF_A_JOB if outages.patient() else _TRIES_OF_A_REQUEST
    if attempts > len(delays) or not (status >= 500 or _no_answer(caught_exception)):
        return None
    return delays[attempts - 1]


@_answering()
def _next_page(pages: Iterator[Any]) -> Any:
    return next(pages, None)


def _body(pieces: Iterator[bytes]) -> Iterator[bytes]:
    with _answering():
        yield from pieces


class S3Store(Store):
    """A bucket as a store. Uploads in parts are the object store's own multipart uploads."""

    least_part_bytes = 5 * MIB

    def __init__(self, storage: Any) -> None:
        self.client = storage.connection.meta.client
        # The library's own tries wait for seconds, in requests too; the settings switch them off.
        self.client.meta.events.register_first("needs-retry.s3", _next_try, unique_id="elevoai-next-try")
        self.bucket: str = storage.bucket_name

    @_answering()
    def write(self, key: str, source: BinaryIO | Iterable[bytes]) -> Written:
        reader = _Reader(pieces(source))
        self.client.upload_fileobj(reader, self.bucket, key, Config=_TRANSFER)
        return Written(reader.size, reader.digest.hexdigest())

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        if length == 0:
            return iter(())
        last = "" if length is None else str(start + length - 1)
        with _answering(), _missing(key):
            found = self.client.get_object(Bucket=self.bucket, Key=key, Range=f"bytes={start}-{last}")
        return _body(found["Body"].iter_chunks(PIECE))

    @_answering()
    def size(self, key: str) -> int:
        with _missing(key):
            return int(self.client.head_object(Bucket=self.bucket, Key=key)["ContentLength"])

    @_answering()
    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=key)

    @_answering()
    def move(self, key: str, target: str) -> None:
        self.size(key)
        self.client.copy({"Bucket": self.bucket, "Key": key}, self.bucket, target, Config=_TRANSFER)
        self.delete(key)

    def presigned_put(
        self, key: str, content_type: str, size_bytes: int, sha256: str, lifetime: timedelta
    ) -> PresignedPut | None:
        params: dict[str, Any] = {
            "Bucket": self.bucket, "Key": key, "ContentType": content_type, "ContentLength": size_bytes,
        }  # fmt: skip
        headers = {}
        if sha256:
            # The store refuses other bytes by itself.
            params["ChecksumSHA256"] = base64.b64encode(bytes.fromhex(sha256)).decode()
            headers["x-amz-checksum-sha256"] = params["ChecksumSHA256"]
        seconds = int(lifetime.total_seconds())
        url = self.client.generate_presigned_url("put_object", Params=params, ExpiresIn=seconds)
        return PresignedPut(str(url), headers)

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        pages = iter(self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix))
        while (page := _next_page(pages)) is not None:
            for entry in page.get("Contents", ()):
                yield entry["Key"], entry["LastModified"].timestamp()

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        stream = self.read(key)
        with NamedTemporaryFile(dir=settings.WORK_DIR, suffix=Path(key).suffix) as handle:
            for piece in stream:
                handle.write(piece)
            handle.flush()
            yield Path(handle.name)

    def source(self, key: str) -> str:
        params = {"Bucket": self.bucket, "Key": key}
        return str(self.client.generate_presigned_url("get_object", Params=params, ExpiresIn=_SOURCE_SECONDS))

    @_answering()
    def begin_parts(self, key: str) -> str:
        return str(self.client.create_multipart_upload(Bucket=self.bucket, Key=key)["UploadId"])

    @_answering()
    def put_part(self, key: str, upload_id: str, number: int, path: Path) -> str:
        try:
            with path.open("rb") as handle:
                found = self.client.upload_part(
                    Bucket=self.bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=handle
                )
        except ClientError:
            # Joined by an earlier try that died afterwards: then the object is whole, and `join_parts` will find it.
            if not self._exists(key):
                raise
            return f"{number}:joined"
        finally:
            path.unlink(missing_ok=True)
        return f"{number}:{found['ETag']}"

    def _exists(self, key: str) -> bool:
        try:
            self.size(key)
        except FileNotFoundError:
            return False
        return True

    def drop_part(self, key: str, upload_id: str, name: str) -> None:
        """A part that nobody names is dropped by the object store when the upload is completed."""

    @_answering()
    def join_parts(self, key: str, upload_id: str, names: list[str]) -> Written:
        parts = [{"PartNumber": int(number), "ETag": etag} for number, etag in (name.split(":", 1) for name in names)]
        try:
            self.client.complete_multipart_upload(
                Bucket=self.bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts}
            )
        except ClientError:
            # Completed by an earlier try whose answer was lost: then the object is there.
            if not self._exists(key):
                raise
        return Written(self.size(key), "")

    @_answering()
    def abort_parts(self, key: str, upload_id: str) -> None:
        with suppress(FileNotFoundError), _missing(key):
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)


@contextmanager
def _missing(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise FileNotFoundError(key) from error
        raise
