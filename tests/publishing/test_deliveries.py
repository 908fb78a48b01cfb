"""Delivery copies: signed addresses of our own, and copies that go while the originals stay."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from core import clock
from media.models import MediaFile
from media.storage import store
from publishing.files import deliveries
from publishing.models import Delivery, PostTarget
from publishing.schedule import specs
from publishing.states import TargetState
from tests import factories
from tests.media.conftest import any_store, s3, s3_server  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


class TestLinks:
    def test_a_frozen_file_is_fetched_from_our_own_domain_in_parts(self, any_store, cast, client, frozen):  # noqa: F811
        file = factories.make_media(cast.workspace, original_name="Sommer Tag.mp4")
        address = deliveries.link(specs.media_spec(file))
        assert address.startswith(f"{settings.PUBLIC_BASE_URL}/m/")
        assert address.endswith("/Sommer-Tag.mp4")
        path = urlsplit(address).path
        answer = client.get(path, HTTP_RANGE="bytes=4-7")
        assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"ftyp")
        assert answer["Content-Type"] == "video/mp4"
        assert answer["Content-Range"] == f"bytes 4-7/{file.size_bytes}"
        whole = client.get(path)
        assert (whole.status_code, "Location" in whole) == (200, False)
        assert b"".join(whole.streaming_content) == factories.tiny_mp4().read_bytes()
        clock.advance(timedelta(hours=24))
        assert client.get(path).status_code == 410

    def test_it_asks_no_database(self, cast, django_assert_num_queries):
        spec = specs.media_spec(factories.make_media(cast.workspace))
        with django_assert_num_queries(0):
            deliveries.link(spec)


class TestCopies:
    def test_a_publish_writes_down_what_was_given(self, connect: Any, publish: Any) -> None:
        target = publish(connect("tiktok"))
        (row,) = Delivery.objects.filter(target=target)
        assert (str(row.source_id), row.file, row.recipe_key) == (target.spec["media"][0]["file_id"], None, "")

    def test_copies_go_a_week_after_the_last_target_and_originals_stay(
        self, frozen: None, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        accounts = [connect("tiktok"), connect("youtube")]
        post = make_post(*accounts)
        original = post.media.get().file
        copy = factories.make_media(in_workspace.workspace, "delivery")
        first, second = PostTarget.objects.filter(post=post).order_by("id")
        for target in (first, second):
            Delivery.objects.create(
                workspace=in_workspace.workspace, target=target, source=original, file=copy, recipe_key="x"
            )
        PostTarget.objects.filter(pk=first.pk).update(state=TargetState.CANCELLED, finished_at=clock.now())
        clock.advance(timedelta(days=5))
        PostTarget.objects.filter(pk=second.pk).update(state=TargetState.FAILED, finished_at=clock.now())
        assert deliveries.clean_up() == 0
        clock.advance(timedelta(days=2))
        assert deliveries.clean_up() == 1
        assert MediaFile.objects.filter(pk=copy.pk).exists(), "another target still has it"
        clock.advance(timedelta(days=5))
        assert deliveries.clean_up() == 1
        assert not MediaFile.objects.filter(pk=copy.pk).exists()
        assert MediaFile.objects.filter(pk=original.pk).exists()
        assert store().size(original.storage_key) == original.size_bytes

    def test_what_is_under_way_keeps_its_copy(self, frozen: None, connect: Any, make_post: Any) -> None:
        target = PostTarget.objects.get(post=make_post(connect("tiktok")))
        PostTarget.objects.filter(pk=target.pk).update(state=TargetState.PROCESSING)
        deliveries.note(target, specs.build(target))
        clock.advance(timedelta(days=60))
        assert (deliveries.clean_up(), Delivery.objects.count()) == (0, 1)

    def test_a_copy_whose_target_was_erased_goes_too(
        self, frozen: None, in_workspace: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        copy = factories.make_media(in_workspace.workspace, "delivery")
        clock.advance(timedelta(days=8))
        MediaFile.objects.filter(pk=copy.pk).update(created_at=clock.now() - timedelta(days=8))
        with django_capture_on_commit_callbacks(execute=True):
            assert deliveries.clean_up() == 1
        with pytest.raises(FileNotFoundError):
            store().size(copy.storage_key)
