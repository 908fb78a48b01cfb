"""The accounts and files that cells name, read for a whole file at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from core.actor import Actor
from flows.spreadsheets import cells
from flows.spreadsheets.cells import CellRefused
from media import selectors as media
from media.models import MediaFile
from platforms import PLATFORMS, canonical, label
from publishing import selectors as publishing
from publishing.models import AccountStatus, SocialAccount
from publishing.posts import sources


class Accounts:
    """The workspace's accounts by what people write: an id, a handle, `tiktok:@studio`, or a platform's name."""

    def __init__(self, actor: Actor) -> None:
        self._rows = list(publishing.accounts(actor))

    def named(self, text: str, platforms: Collection[str]) -> SocialAccount:
        """The account of one item of a cell; `platforms` (empty: all) narrow a handle that several have."""
        prefix, _, rest = text.partition(":")
        platform = canonical(prefix.strip())
        if rest and platform in PLATFORMS:
            return self._by_handle(rest, [platform])
        if canonical(text) in PLATFORMS:
            return self.of_platform(text)
        try:
            key = UUID(text)
        except ValueError:
            return self._by_handle(text, platforms)
        found = next((row for row in self._rows if row.pk == key), None)
        if found is None:
            raise CellRefused("account_unknown", f"No account here has the id {text}.")
        return found

    def of_platform(self, name: str) -> SocialAccount:
        """A platform's default account, or its only one."""
        platform = canonical(name)
        if platform not in PLATFORMS:
            known = ", ".join(sorted(PLATFORMS))
            raise CellRefused("platform_unknown", f"“{name[:40]}” is no platform here. Known: {known}.")
        rows = [row for row in self._rows if row.platform == platform and row.status == AccountStatus.CONNECTED]
        chosen = [row for row in rows if row.is_default] or (rows if len(rows) == 1 else [])
        if not rows:
            raise CellRefused("account_not_connected", f"No {label(platform)} account is connected.")
        if not chosen:
            handles = ", ".join(row.handle for row in rows)
            sentence = f"Several {label(platform)} accounts are connected: {handles}. Write which one."
            raise CellRefused("account_choice", sentence)
        return chosen[0]

    def _by_handle(self, text: str, platforms: Collection[str]) -> SocialAccount:
        wanted = text.strip().lstrip("@").casefold()
        rows = [
            row
            for row in self._rows
            if wanted in {row.username.lstrip("@").casefold(), row.name.casefold(), row.external_id.casefold()}
            and (not platforms or row.platform in platforms)
        ]
        rows = [row for row in rows if row.status == AccountStatus.CONNECTED] or rows
        where = f" of {' or '.join(label(name) for name in sorted(platforms))}" if platforms else ""
        if not rows:
            raise CellRefused("account_unknown", f"No account{where} here is called “{text.strip()[:60]}”.")
        if len(rows) > 1:
            ways = ", ".join(f"{row.platform}:{row.handle}" for row in rows[:4])
            if len({row.platform for row in rows}) < len(rows):
                ways = ", ".join(str(row.pk) for row in rows[:4])
            sentence = f"{len(rows)} accounts are called “{text.strip()[:60]}”. Write one of: {ways}."
            raise CellRefused("account_choice", sentence)
        return rows[0]


class Files:
    """The files that cells name: by file name, by the end of an address, or by id (of a file, video or rendition)."""

    def __init__(self, actor: Actor, texts: Iterable[str]) -> None:
        wanted = {each for text in texts for piece in cells.names(text) for each in (piece, *piece.split(","))}
        keys = {each.strip(): _id(each.strip()) for each in wanted}
        ids = {key for key in keys.values() if key is not None}
        also = sources.files_of(actor, ids) if ids else {}
        rows = media.files_by_id(actor, [*ids, *also.values()]) if ids else []
        by_id = {row.pk: row for row in rows}
        self._by_id = {key: by_id[also.get(key, key)] for key in ids if also.get(key, key) in by_id}
        self._by_name: dict[str, list[MediaFile]] = defaultdict(list)
        for row in media.files_named(actor, {_name(each) for each, key in keys.items() if each and key is None}):
            self._by_name[row.original_name].append(row)

    def named(self, text: str) -> list[MediaFile]:
        """The files of a cell, in its order. Raises with everything that is not there."""
        found, missing = [], []
        for piece in cells.names(text):
            several = [piece] if self._has(piece) else [part.strip() for part in piece.split(",") if part.strip()]
            for name in several:
                rows = self._rows(name)
                if not rows:
                    missing.append(_name(name))
                elif len({row.sha256 or str(row.pk) for row in rows}) > 1:
                    sentence = (
                        f"{len(rows)} different files are called “{_name(name)[:60]}”. Rename one, or write its id."
                    )
                    raise CellRefused("file_choice", sentence)
                else:
                    found.append(rows[0])
        if missing:
            shown = " and ".join(f"“{name[:60]}”" for name in missing[:3])
            verb = "is" if len(missing) == 1 else "are"
            sentence = f"{shown} {verb} not among your files. Upload it under Media first; addresses are not fetched."
            raise CellRefused("file_unknown", sentence)
        return list({row.pk: row for row in found}.values())

    def _has(self, name: str) -> bool:
        return bool(self._rows(name))

    def _rows(self, name: str) -> Sequence[MediaFile]:
        key = _id(name)
        if key is not None:
            return [self._by_id[key]] if key in self._by_id else []
        return self._by_name.get(_name(name), [])


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _name(text: str) -> str:
    """The file name at the end of an address; else the text itself."""
    return text.partition("?")[0].rstrip("/").rpartition("/")[2] if "://" in text else text
