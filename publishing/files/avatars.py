"""The pictures of accounts, kept here: a page that loaded them from the platform would tell it who looks at what.

Platforms hand out addresses that end after hours, so a picture is fetched when an account was just described.
"""

import logging
import tempfile
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx
from django.conf import settings

import jobs
from core import http as core_http
from core.actor import Actor
from core.errors import DomainError
from jobs import Done
from media import services as files
from media import upload_checks
from media.models import MediaFile
from media.services import Stored
from publishing.models import SocialAccount

logger = logging.getLogger(__name__)

KIND = "publish.picture"
MOST_BYTES = 5_000_000
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)


def order(account_id: UUID, workspace_id: UUID) -> None:
    """Fetch an account's picture, in the caller's transaction."""
    actor, subject = Actor.system(workspace_id), ("social_account", account_id)
    jobs.enqueue(kind=KIND, actor=actor, subject=subject, unique_key=f"picture:{account_id}")


def fetch(account_id: UUID, token: str) -> Done:
    """Fetch and judge a picture. One that cannot be had is no failure: the account's initials stand in its place."""
    account = SocialAccount.objects.filter(pk=account_id).exclude(avatar_url="").first()
    if account is None:
        return Done()
    with tempfile.TemporaryDirectory(dir=settings.WORK_DIR, prefix="portrait-") as folder:
        try:
            path = _download(account.avatar_url, Path(folder))
            judged = upload_checks.prepare_image("the account's picture", path, Path(folder))
        except (httpx.HTTPError, httpx.InvalidURL, DomainError, _Unfit) as error:
            logger.info("The picture of an account could not be had: %s", type(error).__name__)
            return Done({"picture": "none"})
        width, height = judged.thumb
        stored = files.put(
            workspace_id=account.workspace_id,
            kind=MediaFile.Kind.AVATAR,
            source=Path(folder) / "thumb.jpg",
            content_type="image/jpeg",
            extension="jpg",
            facts={"width": width, "height": height},
            token=token,
        )
    return Done({"picture": "kept"}, commit=partial(_keep, account_id, stored))


class _Unfit(Exception):
    """What came is no picture, or too much."""


def _download(url: str, folder: Path) -> Path:
    core_http.judge_url(url)
    target = folder / "raw"
    size = 0
    with core_http.client(timeout=_TIMEOUT) as client, client.stream("GET", url) as answer, target.open("wb") as handle:
        if answer.status_code != 200:
            raise _Unfit
        for piece in answer.iter_bytes(64 * 1024):
            size += len(piece)
            if size > MOST_BYTES:
                raise _Unfit
            handle.write(piece)
    return target


def _keep(account_id: UUID, stored: Stored) -> None:
    account = SocialAccount.objects.select_related("picture").filter(pk=account_id).first()
    if account is None:
        files.discard(stored)
        return
    former = account.picture
    picture = files.record(actor=Actor.system(account.workspace_id), stored=stored)
    SocialAccount.objects.filter(pk=account.pk).update(picture=picture)
    if former is not None:
        files.forget(former)
