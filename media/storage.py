"""Files by key. The only place that knows which store Django is configured for."""

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.core.files.storage import FileSystemStorage, default_storage

from core import clock
from media.stores.base import PIECE, Store, Written, sha256_of
from media.stores.local import LocalStore

__all__ = ["PIECE", "ROOT", "Store", "Written", "new_key", "sha256_of", "store"]

ROOT = "w/"


def store() -> Store:
    """The store behind Django's default storage."""
    if isinstance(default_storage, FileSystemStorage):
        return LocalStore(Path(default_storage.location))
    from media.stores.s3 import S3Store  # loads boto3, which a product with local files never needs

    return S3Store(default_storage)


def new_key(
    workspace_id: UUID, kind: str, file_id: UUID, extension: str, *, token: str = "", at: datetime | None = None
) -> str:
    """`w/<workspace>/<kind>/<yyyy>/<mm>/<id>/<token>.<ext>`. A job passes its fencing token, so that a run which lost
    its lease writes where nobody looks; without one the key gets a token of its own."""
    when = at or clock.now()
    suffix = f".{extension}" if extension else ""
    return f"{ROOT}{workspace_id}/{kind}/{when:%Y}/{when:%m}/{file_id}/{token or uuid4().hex}{suffix}"
