"""Instagram and Facebook Pages, each supported kind from connecting to its numbers, against the imitation over HTTP."""

import math
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from core import clock
from publishing.models import Attempt, PostTarget
from publishing.services import metrics
from tests.publishing.conftest import picture, tall

pytestmark = pytest.mark.slow

WAYS = ["", "facebook"]
PIECE = 4 * 1024 * 1024


def steps(target: PostTarget) -> list[str]:
    return list(Attempt.objects.filter(target=target).order_by("id").values_list("step", flat=True))


def numbers_of(target: PostTarget) -> Any:
    clock.advance(timedelta(hours=8))
    return metrics.fetch(target.pk)


@pytest.mark.parametrize("login", WAYS)
class TestInstagram:
    def test_a_reel(self, box: Any, connect: Any, publish: Any, login: str) -> None:
        target = publish(connect("instagram", login=login), text="A quiet morning #bread")
        assert (target.state, target.error_sentence) == ("published", "")
        live = box.live("instagram")[0]
        assert (target.external_id, live["caption"]) == (live["id"], "A quiet morning #bread")
        assert target.permalink == f"https://www.instagram.com/reel/{live['data']['shortcode']}/"
        assert live["media_sha256"] == target.spec["media"][0]["sha256"]
        assert [name for name in steps(target) if name != "status"] == [
            "limit", "container", *(["upload"] if login else []), "publish", "permalink",
        ]  # fmt: skip
        commits = Attempt.objects.filter(target=target, effect="commit")
        assert [row.step for row in commits] == ["publish"]
        found = numbers_of(target)
        assert found.views > 0
        assert found.watch_time_s > found.average_view_s > 0
        assert found.saves is not None

    def test_a_picture(self, box: Any, connect: Any, publish: Any, in_workspace: SimpleNamespace, login: str) -> None:
        account = connect("instagram", login=login)
        target = publish(account, media=[picture(in_workspace.workspace)], instagram={"alt_text": "A loaf"})
        assert (target.state, target.error_sentence) == ("published", "")
        live = box.live("instagram")[0]
        assert (live["kind"], live["media_sha256"]) == ("feed", target.spec["media"][0]["sha256"])
        assert target.permalink.startswith("https://www.instagram.com/p/")
        found = numbers_of(target)
        assert (found.views > 0, found.watch_time_s) == (True, None)

    def test_a_carousel_of_pictures_and_a_video(
        self, box: Any, connect: Any, publish: Any, in_workspace: SimpleNamespace, login: str
    ) -> None:
        room = in_workspace.workspace
        files = [picture(room, 1), tall(room), picture(room, 2)]
        target = publish(connect("instagram", login=login), media=files)
        assert (target.state, target.error_sentence) == ("published", "")
        live = box.live("instagram")
        assert [row["data"]["media_type"] for row in live] == ["CAROUSEL_ALBUM"]
        names = steps(target)
        assert names.count("item") == 3
        assert names.index("container") > max(i for i, name in enumerate(names) if name == "item_status")
        assert numbers_of(target).views > 0


class TestFacebook:
    def test_a_reel_by_phases(self, box: Any, connect: Any, publish: Any) -> None:
        target = publish(connect("facebook"), text="Morning")
        assert (target.state, target.error_sentence) == ("published", "")
        live = box.live("facebook")[0]
        assert (live["kind"], live["data"]["video_id"], live["caption"]) == ("reel", target.external_id, "Morning")
        assert target.permalink == f"https://www.facebook.com/reel/{target.external_id}/"
        assert [name for name in steps(target) if name != "status"] == ["start", "transfer", "finish"]
        found = numbers_of(target)
        assert found.views > 0
        assert found.watch_time_s > found.average_view_s > 0

    def test_a_video_in_pieces(self, box: Any, connect: Any, publish: Any, in_workspace: SimpleNamespace) -> None:
        target = publish(connect("facebook"), facebook={"video_as": "video"}, media=[long(in_workspace.workspace)])
        assert (target.state, target.error_sentence) == ("published", "")
        size = target.spec["media"][0]["size_bytes"]
        assert steps(target).count("piece") == math.ceil(size / PIECE) > 2
        assert box.live("facebook")[0]["media_sha256"] == target.spec["media"][0]["sha256"]
        assert numbers_of(target).views > 0

    def test_one_picture_and_several(self, box: Any, connect: Any, publish: Any, in_workspace: SimpleNamespace) -> None:
        room, account = in_workspace.workspace, connect("facebook")
        one = publish(account, text="One", media=[picture(room, 1)])
        three = publish(account, text="Three", media=[picture(room, 2), picture(room, 3), picture(room, 4)])
        assert {one.state, three.state} == {"published"}
        assert {row["id"] for row in box.live("facebook")} == {one.external_id, three.external_id}
        assert steps(three) == ["photo", "photo", "photo", "post"]
        assert three.permalink.startswith("https://www.facebook.com/104000000000001/posts/")
        found = numbers_of(three)
        assert (found.views > 0, found.comments is not None, found.watch_time_s) == (True, True, None)

    def test_a_text_and_a_link(self, box: Any, connect: Any, publish: Any) -> None:
        account = connect("facebook")
        text = publish(account, text="Only words", media=[])
        link = publish(account, text="Read this", media=[], facebook={"link": "https://example.com/page"})
        assert {text.state, link.state} == {"published"}
        assert steps(link) == ["post"]
        assert {row["data"]["link"] for row in box.live("facebook")} == {"", "https://example.com/page"}
        assert numbers_of(text).likes is not None


def long(workspace: Any) -> Any:
    """A video of several pieces of the size that the imitation asks for."""
    from tests import factories

    data = factories.tiny_mp4(seconds=4.0, width=960, height=540, audio=False).read_bytes()
    padding = 9_000_000
    data += (padding + 8).to_bytes(4, "big") + b"free" + bytes(padding)
    facts = {"content_type": "video/mp4", "width": 960, "height": 540, "duration_s": 4.0, "fps": 25.0}
    return factories.make_media(workspace, data=data, **facts)
