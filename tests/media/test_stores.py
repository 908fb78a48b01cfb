"""The contract of a store, kept by the folder and by the S3 API."""

import hashlib
import io
import re
import time
import urllib.request
from pathlib import Path
from uuid import UUID

import pytest

from media import storage
from media.stores.base import sha256_of
from media.stores.local import LocalStore
from media.stores.s3 import S3Store

KEY = "w/a/video/2026/05/b/c.mp4"
MIB = 1024 * 1024


def read(store, *span):
    return b"".join(store.read(KEY, *span))


class TestContract:
    def test_what_was_written_is_read(self, any_store):
        data = bytes(range(256)) * 40
        written = any_store.write(KEY, io.BytesIO(data))
        assert (written.size_bytes, written.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert (read(any_store), any_store.size(KEY)) == (data, len(data))

    def test_an_iterable_is_written_too(self, any_store):
        assert any_store.write(KEY, iter([b"ab", b"", b"c"])).size_bytes == 3
        assert read(any_store) == b"abc"

    def test_nothing_is_a_file_too(self, any_store):
        assert any_store.write(KEY, io.BytesIO(b"")).size_bytes == 0
        assert (read(any_store, 0, 0), any_store.size(KEY)) == (b"", 0)

    def test_more_than_one_part_keeps_its_order(self, any_store):
        data = b"".join(bytes([number]) * MIB for number in range(20))
        assert any_store.write(KEY, io.BytesIO(data)).sha256 == hashlib.sha256(data).hexdigest()
        assert hashlib.sha256(read(any_store)).digest() == hashlib.sha256(data).digest()

    @pytest.mark.parametrize(
        ("span", "expected"), [((2,), b"23456789"), ((2, 3), b"234"), ((9, 5), b"9"), ((0, 1), b"0")]
    )
    def test_parts_of_it_are_read(self, any_store, span, expected):
        any_store.write(KEY, io.BytesIO(b"0123456789"))
        assert read(any_store, *span) == expected

    def test_what_is_not_there(self, any_store):
        with pytest.raises(FileNotFoundError):
            any_store.read(KEY)
        with pytest.raises(FileNotFoundError):
            any_store.size(KEY)
        with pytest.raises(FileNotFoundError), any_store.local(KEY):
            pass
        any_store.delete(KEY)

    def test_delete(self, any_store):
        any_store.write(KEY, io.BytesIO(b"x"))
        any_store.delete(KEY)
        with pytest.raises(FileNotFoundError):
            any_store.size(KEY)

    def test_keys_with_their_age(self, any_store):
        any_store.write(KEY, io.BytesIO(b"x"))
        any_store.write("other/y", io.BytesIO(b"y"))
        ((key, at),) = any_store.keys("w/")
        assert key == KEY
        assert abs(at - time.time()) < 60

    def test_a_path_on_this_machine(self, any_store):
        any_store.write(KEY, io.BytesIO(b"abc"))
        with any_store.local(KEY) as path:
            assert path.read_bytes() == b"abc"
            assert path.suffix == ".mp4"

    def test_a_source_for_ffmpeg(self, any_store):
        any_store.write(KEY, io.BytesIO(b"abc"))
        source = any_store.source(KEY)
        if source.startswith("http"):
            with urllib.request.urlopen(source) as answer:
                assert answer.read() == b"abc"
        else:
            assert Path(source).read_bytes() == b"abc"


class TestParts:
    def part(self, tmp_path, data):
        path = tmp_path / "part"
        path.write_bytes(data)
        return path

    def test_parts_become_the_file(self, any_store, tmp_path):
        upload = any_store.begin_parts(KEY)
        pieces = [b"a" * (5 * MIB), b"b" * (5 * MIB), b"end"]
        names = [
            any_store.put_part(KEY, upload, number, self.part(tmp_path, data))
            for number, data in enumerate(pieces, start=1)
        ]
        assert not (tmp_path / "part").exists()
        written = any_store.join_parts(KEY, upload, names)
        data = b"".join(pieces)
        assert written.size_bytes == len(data)
        assert written.sha256 in ("", hashlib.sha256(data).hexdigest())
        assert hashlib.sha256(read(any_store)).digest() == hashlib.sha256(data).digest()

    def test_joining_again_after_a_lost_answer(self, any_store, tmp_path):
        upload = any_store.begin_parts(KEY)
        names = [any_store.put_part(KEY, upload, 1, self.part(tmp_path, b"abc"))]
        any_store.join_parts(KEY, upload, names)
        again = any_store.put_part(KEY, upload, 1, self.part(tmp_path, b"abc"))
        assert any_store.join_parts(KEY, upload, [again]).size_bytes == 3
        assert read(any_store) == b"abc"

    def test_a_part_put_in_vain_is_left_out(self, any_store, tmp_path):
        upload = any_store.begin_parts(KEY)
        lost = any_store.put_part(KEY, upload, 1, self.part(tmp_path, b"lost"))
        any_store.drop_part(KEY, upload, lost)
        kept = any_store.put_part(KEY, upload, 1, self.part(tmp_path, b"kept"))
        any_store.join_parts(KEY, upload, [kept])
        assert read(any_store) == b"kept"

    def test_giving_up(self, any_store, tmp_path):
        upload = any_store.begin_parts(KEY)
        any_store.put_part(KEY, upload, 1, self.part(tmp_path, b"abc"))
        any_store.abort_parts(KEY, upload)
        any_store.abort_parts(KEY, upload)
        assert list(any_store.keys("")) == []


class TestLocal:
    def test_a_write_that_breaks_leaves_nothing(self, stored):
        def breaks():
            yield b"half"
            raise OSError("the disk is full")

        with pytest.raises(OSError, match="full"):
            storage.store().write(KEY, breaks())
        assert stored() == []

    def test_a_key_cannot_leave_the_folder(self, tmp_path):
        with pytest.raises(ValueError, match="leaves the store"):
            LocalStore(tmp_path / "media").write("../outside", io.BytesIO(b"x"))

    def test_empty_folders_go_with_their_last_file(self, tmp_path):
        local = LocalStore(tmp_path / "media")
        local.write(KEY, io.BytesIO(b"x"))
        local.delete(KEY)
        assert list((tmp_path / "media").iterdir()) == []


class TestWhichStore:
    def test_the_settings_decide(self, settings):
        assert isinstance(storage.store(), LocalStore)

    @pytest.mark.s3
    def test_s3(self, s3):
        assert isinstance(s3, S3Store)
        assert s3.least_part_bytes == 5 * MIB


class TestKeys:
    def test_they_follow_the_rule_and_hold_no_name_of_the_users(self, frozen):
        key = storage.new_key(UUID(int=1), "video", UUID(int=2), "mp4")
        assert re.fullmatch(r"w/0{8}-0000-0000-0000-0{11}1/video/2026/05/0{8}-[0-]+2/[0-9a-f]{32}\.mp4", key)
        assert storage.new_key(UUID(int=1), "video", UUID(int=2), "", token="abc").endswith("/abc")

    def test_the_checksum_of_a_file(self, tmp_path):
        path = tmp_path / "x"
        path.write_bytes(b"abc" * 1_000_000)
        assert sha256_of(path) == hashlib.sha256(b"abc" * 1_000_000).hexdigest()
