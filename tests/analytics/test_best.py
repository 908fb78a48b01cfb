"""What the best posts share: honest sizes, no false claims, and what a comparison suggests to copy."""

import random
from datetime import timedelta

import pytest

from analytics.learning.best_and_rest import Ranked, compare, fisher
from analytics.models import LearningRun
from analytics.selectors import best
from core import clock
from patterns import selectors
from patterns.models import PatternScore
from tests import factories
from tests.analytics.conftest import make_account, make_live, make_numbers

LEVELS = {
    "cut_frequency": ("slow", "medium", "fast"),
    "speech": ("none", "some", "mostly"),
    "motion": ("calm", "lively"),
    "music": ("none", "some"),
    "hook_style": ("question", "story", "montage"),
}


def world(seed: int, count: int, effect: float = 0.0) -> list[Ranked]:
    """Posts with random levels; `effect` (in standard deviations) is what fast cuts bring."""
    chance = random.Random(seed)
    posts = []
    for _ in range(count):
        levels = {type: chance.choice(names) for type, names in LEVELS.items()}
        posts.append(Ranked(chance.gauss(0, 1) + effect * (levels["cut_frequency"] == "fast"), levels))
    return posts


class TestHonesty:
    def test_nothing_is_said_below_the_minimum(self):
        found = compare(world(1, 29, effect=9))
        assert (found.found, found.best) == ([], 0)
        assert found.missing == "29 of 30 posts with numbers that are at least a day old."

    def test_a_level_that_hardly_anybody_has_is_not_judged(self):
        posts = [Ranked(float(n), {"motion": "lively" if n > 95 else "calm"}) for n in range(100)]
        assert compare(posts).found == []
        posts = [Ranked(float(n), {"motion": "lively" if n > 94 else "calm"}) for n in range(100)]
        assert [one.level for one in compare(posts).found] == ["calm", "lively"]

    def test_where_nothing_matters_hardly_anything_is_found(self):
        told = sum(bool(compare(world(seed, 60)).found) for seed in range(300))
        assert told <= 0.05 * 300

    def test_a_strong_effect_is_found_and_named(self):
        found = [compare(world(seed, 120, effect=2.0)).found for seed in range(20)]
        right = [one for of in found for one in of if one.type == "cut_frequency"]
        assert sum(any(one.level == "fast" and not one.is_lacking for one in of) for of in found) >= 18
        assert all(one.is_lacking for one in right if one.level != "fast")
        assert len(right) >= 0.9 * sum(len(of) for of in found)

    def test_order_of_posts_means_nothing(self):
        posts = world(3, 80, effect=2.0)
        assert compare(posts) == compare(posts[::-1])

    @pytest.mark.parametrize(
        ("table", "p"), [((3, 4, 4, 8), 0.4857), ((10, 10, 10, 20), 1.08e-5), ((5, 10, 10, 20), 1.0)]
    )
    def test_fisher(self, table, p):
        assert fisher(*table) == pytest.approx(p, rel=0.01)


@pytest.fixture
def posted(cast):
    """40 posts; those with fast cuts have ten times the views."""
    account = make_account(cast)
    for number in range(40):
        video = factories.make_video(cast.workspace, f"V{number}")
        level = "fast" if number % 4 == 0 else "slow"
        factories.make_analysis(video, {"cut_frequency": (30.0 if level == "fast" else 5.0, "per_min", level)})
        views = (10_000 if level == "fast" else 1_000) + number
        make_numbers(make_live(account, media=video.media), views=views)
    return cast


class TestWorkspace:
    def test_the_best_posts(self, posted):
        found = best.best_and_rest(posted.workspace.pk)
        assert (found.posts, found.best, found.missing) == (40, 10, "")
        fast = next(one for one in found.found if one.level == "fast")
        assert (fast.best_with, fast.best_known, fast.rest_with, fast.rest_known) == (10, 10, 0, 30)
        assert best.in_words(fast) == "A video that cuts fast: 10 of 10 of the best posts, 0 of 30 of the others."
        slow = next(one for one in found.found if one.level == "slow")
        assert best.in_words(slow).startswith("Of the best posts 0 of 10 show a video that cuts rarely")

    def test_platform_young_posts_and_tenancy(self, posted):
        assert best.best_and_rest(posted.workspace.pk, "youtube").posts == 0
        assert best.best_and_rest(posted.elsewhere.pk).posts == 0
        young = make_live(make_account(posted, external_id="t2"), age=timedelta(hours=3))
        make_numbers(young, views=10**6)
        assert best.best_and_rest(posted.workspace.pk).posts == 40

    def test_api(self, posted):
        client = posted.clients.alice
        found = client.get("/api/v1/patterns/best?platform=tiktok").json()
        assert (found["posts"], found["missing"]) == (40, "")
        assert {item["level"] for item in found["items"]} == {"fast", "slow"}
        assert client.get("/api/v1/patterns/best?platform=mars").status_code == 400
        assert client.get("/api/v1/patterns/best?platform=x").json()["missing"].startswith("0 of 30")


class TestWhatToCopy:
    def comparison(self, cast):
        ids = []
        for title, level in (("A", "slow"), ("B", "fast")):
            video = factories.make_video(cast.workspace, title)
            factories.make_analysis(video, {"cut_frequency": (5.0, "per_min", level)})
            ids.append(video.pk)
        return selectors.compare(cast.alice_actor, ids)

    def run(self, cast, score):
        run = LearningRun.objects.create(
            workspace=cast.workspace, platform="tiktok", as_of=clock.now(), posts=40, inputs_digest="d",
            model_version="1",
        )  # fmt: skip
        PatternScore.objects.create(
            workspace=cast.workspace, platform="tiktok", type="cut_frequency", level="fast", score=score,
            sample_size=12, run_id=run.pk, as_of=clock.now(), label="Early sign: better",
        )  # fmt: skip

    def test_nothing_learned_nothing_advised(self, cast):
        advice, why = best.to_copy(cast.workspace.pk, self.comparison(cast))
        assert advice == []
        assert "0 of at least 30 posts" in why

    def test_what_scored_well(self, cast):
        self.run(cast, 81.0)
        (one,), why = best.to_copy(cast.workspace.pk, self.comparison(cast))
        assert (one.letters, one.words, one.platform, one.score, one.basis, why) == (
            "B", "cuts fast", "tiktok", 81.0, "Early sign: better", "",
        )  # fmt: skip

    def test_what_made_no_difference(self, cast):
        self.run(cast, 55.0)
        assert best.to_copy(cast.workspace.pk, self.comparison(cast)) == (
            [], "None of these differences has made a clear difference in your posts so far.",
        )  # fmt: skip
