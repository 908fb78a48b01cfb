"""The whole loop against the imitated platforms, with real measuring and rendering; jobs run wherever it would wait."""

import time
from datetime import timedelta
from types import SimpleNamespace

import av
import pytest

from accounts.models import User
from analytics.services import snapshots
from core import clock, scope
from core.errors import Conflict, DomainError, NotFound, Unavailable, ValidationFailed
from flows import autopilot, command_host, command_user, sandbox_consent
from flows.autopilot import Autopilot, Wishes
from jobs.testing import drain
from publishing.models import Post, SocialAccount
from tests.factories import tiny_mp4
from tests.publishing.conftest import box, sandbox_server  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def ticking(monkeypatch):
    """Where the autopilot sleeps, jobs run and a few seconds pass."""

    def tick(seconds):
        drain(limit=200)
        clock.advance(timedelta(seconds=10))
        with scope.system("as beat does"):
            snapshots.enqueue_due()

    monkeypatch.setattr(autopilot, "time", SimpleNamespace(monotonic=time.monotonic, sleep=tick))


@pytest.fixture
def heard():
    return []


def fly(cast, heard, **wishes):
    def report(stage, pct, words):
        heard.append((stage, pct))

    return Autopilot(cast.alice_actor, Wishes(**wishes), report)


class TestWholeLoop:
    def test_from_a_file_to_live_posts_with_numbers(self, in_workspace, box, ticking, heard, tmp_path):  # noqa: F811
        clip = tiny_mp4(seconds=6.0, width=320, height=180)
        summary = fly(
            in_workspace, heard, path=clip, concept="Five tips", formats=("9:16", "1:1"), duration_s=5.0, out=tmp_path
        ).run()
        assert [row["aspect"] for row in summary.files] == ["9:16", "1:1"]
        for row, aspect in zip(summary.files, (9 / 16, 1.0), strict=True):
            with av.open(row["path"]) as found:
                video = found.streams.video[0]
                assert video.width / video.height == pytest.approx(aspect, abs=0.005)
                assert float(found.duration / 1_000_000) == pytest.approx(5.0, abs=0.1)
                assert found.streams.audio
        assert (tmp_path / f"{clip.stem}-9x16.mp4").exists()
        assert [(row["platform"], row["state"]) for row in summary.posts] == [
            ("tiktok", "published"),
            ("youtube", "published"),
        ]
        assert all(row["metrics"] is not None and row["metrics"]["views"] is not None for row in summary.posts)
        assert len(box.live("tiktok")) == len(box.live("youtube")) == 1
        assert summary.offline
        assert summary.measured["duration"]["level"] == "up_to_15_s"
        assert {stage for stage, _ in heard} == {"Measuring", "Planning", "Rendering", "Publishing", "Counting"}
        assert summary.as_json()["strategy_id"]
        assert SocialAccount.objects.count() == 2

    def test_a_private_post_goes_to_no_platform_that_has_none(self, in_workspace, box, heard, tmp_path):  # noqa: F811
        wishes = {"path": tiny_mp4(), "platforms": ("instagram",), "visibility": "private", "out": tmp_path}
        pilot = fly(in_workspace, heard, **wishes)
        assert pilot._accounts() == {}
        assert pilot.summary.skipped == ["instagram: it has no private posts. Ask for public ones to post there."]

    def test_without_an_account_on_a_real_platform_it_says_where_to_connect(
        self, in_workspace, frozen, settings, ticking, heard, tmp_path
    ):
        for platform in settings.PLATFORMS.values():
            platform["sandbox"] = False
        try:
            summary = fly(
                in_workspace, heard, path=tiny_mp4(), formats=("1:1",), platforms=("youtube",), out=tmp_path
            ).run()
        finally:
            for platform in settings.PLATFORMS.values():
                platform["sandbox"] = True
        assert summary.posts == []
        assert summary.skipped[0].startswith("youtube: no account is connected. Connect one at http")
        assert not Post.objects.exists()
        assert len(summary.files) == 1

    def test_a_bad_file_ends_with_one_sentence(self, in_workspace, frozen, ticking, heard, tmp_path):
        bad = tmp_path / "notes.mp4"
        bad.write_text("this is no video")
        with pytest.raises(DomainError, match=r"notes\.mp4"):
            fly(in_workspace, heard, path=bad).run()

    def test_gives_up_after_its_limit(self, in_workspace, monkeypatch, heard):
        monkeypatch.setattr(autopilot, "time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: None))
        with pytest.raises(Unavailable, match="continues in the background"):
            fly(in_workspace, heard, path=tiny_mp4(), limit_s=0.01).run()


class TestWishes:
    @pytest.mark.parametrize(
        ("wishes", "words"),
        [
            ({"path": "nowhere.mp4"}, "There is no file"),
            ({"formats": ("4:5",)}, "Unknown format 4:5"),
            ({"formats": ()}, "Unknown format"),
            ({"platforms": ("myspace",)}, "Cannot publish to myspace"),
            ({"platforms": ()}, "Cannot publish to nothing"),
            ({"duration_s": 0.0}, "between 5 and 600"),
        ],
    )
    def test_are_judged_first(self, wishes, words):
        values = {"path": tiny_mp4(), **wishes}
        values["path"] = type(tiny_mp4())(values["path"])
        with pytest.raises(ValidationFailed, match=words):
            autopilot.check(Wishes(**values))

    @pytest.mark.parametrize(
        ("name", "concept"), [("five_tips-for sleep.mp4", "Five tips for sleep"), ("___.mp4", "A look at this clip")]
    )
    def test_a_concept_comes_from_the_name(self, tmp_path, name, concept):
        assert autopilot._concept(tmp_path / name) == concept


class TestConsent:
    def test_connects_once_and_then_uses_what_is_there(self, in_workspace, box):  # noqa: F811
        account = sandbox_consent.connect(in_workspace.alice_actor, "tiktok")
        assert sandbox_consent.usable_account(in_workspace.alice_actor, "tiktok") == account
        assert sandbox_consent.usable_account(in_workspace.alice_actor, "youtube") is None

    def test_a_refused_consent_is_told(self, in_workspace, box, settings):  # noqa: F811
        settings.PLATFORMS["tiktok"]["client_id"] = "unknown"
        with pytest.raises(Conflict, match="tiktok answered 4"):
            sandbox_consent.connect(in_workspace.alice_actor, "tiktok")


class TestPeople:
    def test_the_first_person_by_default(self, cast):
        actor, made = command_user.actor_for()
        assert (actor.user_id, made) == (cast.alice.pk, False)

    def test_somebody_by_address(self, cast):
        assert command_user.actor_for("CHARLIE@example.com")[0].workspace_id == cast.elsewhere.pk
        with pytest.raises(NotFound, match=r"who@example\.com"):
            command_user.actor_for("who@example.com")

    def test_a_new_product_gets_a_person(self, db):
        with scope.system("test"):
            actor, made = command_user.actor_for()
        assert made
        assert User.objects.get(pk=actor.user_id).email == command_user.LOCAL_EMAIL


class TestAddress:
    @pytest.fixture
    def started(self, monkeypatch, settings, tmp_path):
        """What the command would start over with."""
        settings.VAR_DIR = tmp_path
        settings.EMBEDDED = True
        found = []
        monkeypatch.setattr(command_host.os, "execve", lambda path, argv, env: found.append(env))
        monkeypatch.delenv("ELEVOAI_STARTED_OVER", raising=False)
        return found

    def test_stays_where_its_port_is_free(self, started, monkeypatch):
        monkeypatch.setattr(command_host, "_free", lambda host, port: True)
        command_host.settle_address()
        assert started == []

    def test_takes_another_port_where_a_stranger_listens(self, started, monkeypatch):
        monkeypatch.setattr(command_host, "_free", lambda host, port: False)
        command_host.settle_address()
        assert int(started[0]["PORT"]) > 1024

    def test_takes_over_the_address_of_the_running_product(self, started, monkeypatch):
        other = command_host.UpLock()
        assert other.acquire({"address": "http://localhost:8123"})
        command_host.settle_address()
        other.release()
        assert started[0]["PUBLIC_BASE_URL"] == "http://localhost:8123"

    def test_starts_over_once_only(self, started, monkeypatch):
        monkeypatch.setenv("ELEVOAI_STARTED_OVER", "1")
        monkeypatch.setattr(command_host, "_free", lambda host, port: False)
        with pytest.raises(Unavailable):
            command_host.settle_address()

    def test_production_has_its_address(self, started, settings):
        settings.EMBEDDED = False
        command_host.settle_address()
        assert started == []

    def test_a_taken_port_is_not_free(self):
        with command_host.socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            assert not command_host._free("127.0.0.1", taken.getsockname()[1])
        assert command_host._free("127.0.0.1", command_host._any_port("127.0.0.1"))
