import math
import random
from datetime import timedelta

import pytest

from analytics.learning import outcomes
from analytics.learning.effects import Effect, Observation
from analytics.learning.regression import fit
from analytics.learning.scores import Standing, combine, scores
from analytics.models import LearningRun
from analytics.services import score_refit
from core import clock
from patterns.models import PatternScore
from tests.analytics.conftest import make_account, make_live, make_numbers
from tests.factories import make_media

GROUPS = {f"g{index}": ["a", "b", "c", "d"] for index in range(6)}


def simulate(seed: int, posts: int, *, sigma: float, effect: float = 0.0) -> list[Observation]:
    """Posts whose outcome knows one effect: level a of g0."""
    draw = random.Random(seed)
    rows = []
    for index in range(posts):
        levels = {group: draw.choice(names) for group, names in GROUPS.items()}
        outcome = 8.0 + draw.gauss(0, sigma) + (effect if levels["g0"] == "a" else 0.0)
        rows.append(Observation(outcome, 1.0, 1000.0, float(index), levels))
    return rows


def scored(rows: list[Observation]):
    return scores(fit(rows, GROUPS, ordered=frozenset(GROUPS), prior_sigma=1.0), posts=len(rows))


class TestModel:
    def test_a_large_effect_is_found_in_sixty_calm_posts(self):
        hits = 0
        for seed in range(30):
            found = [
                score for score in scored(simulate(seed, 60, sigma=0.3, effect=math.log(1.5))) if score.group == "g0"
            ]
            hits += max(found, key=lambda score: score.value or 0).level == "a"
        assert hits >= 28

    def test_without_an_effect_hardly_anybody_is_told_one(self):
        claims = sum(
            any(score.standing is Standing.CLAIM for score in scored(simulate(seed, 100, sigma=0.9)))
            for seed in range(60)
        )
        assert claims <= 5

    def test_fifty_noisy_posts_claim_no_fifteen_per_cent(self):
        claims = sum(
            any(
                s.standing is Standing.CLAIM
                for s in scored(simulate(seed, 50, sigma=0.9, effect=math.log(1.15)))
                if s.group == "g0"
            )
            for seed in range(40)
        )
        assert claims <= 2

    def test_order_does_not_matter(self):
        rows = simulate(3, 60, sigma=0.5, effect=0.4)
        assert scored(rows) == scored(list(reversed(rows)))

    def test_ten_times_the_views_change_nothing(self):
        rows = simulate(4, 60, sigma=0.5, effect=0.4)
        louder = [
            Observation(row.outcome + math.log(10), row.weight, row.followers, row.age_days, row.levels) for row in rows
        ]
        for before, after in zip(scored(rows), scored(louder), strict=True):
            assert after.value == pytest.approx(before.value, abs=1)

    def test_one_viral_post_does_not_decide(self):
        rows = simulate(5, 100, sigma=0.5)
        odd = Observation(rows[0].outcome + math.log(1000), 1.0, 1000.0, rows[0].age_days, rows[0].levels)
        moves = [abs(a.value - b.value) for a, b in zip(scored(rows), scored([odd, *rows[1:]]), strict=True)]
        assert max(moves) <= 20

    def test_nothing_measured_is_no_information(self):
        rows = [Observation(8.0 + index % 3, 1.0, None, float(index), {}) for index in range(40)]
        assert {score.standing for score in scored(rows)} == {Standing.NOT_ENOUGH}

    def test_no_posts(self):
        assert all(score.value is None for score in scored([]))


class TestScores:
    def effect(self, mean=0.0, sd=0.1, seen=20, unseen=40):
        return Effect("g", "a", mean, sd, seen, unseen)

    @pytest.mark.parametrize(
        ("effect", "posts", "words"),
        [
            ({}, 12, "Not enough data: 12 of 30 posts"),
            ({"seen": 4}, 60, "Not enough data: 4 posts with it"),
            ({"unseen": 2}, 60, "Not enough data"),
        ],
    )
    def test_says_that_it_does_not_know(self, effect, posts, words):
        (score,) = scores([self.effect(**effect)], posts=posts)
        assert score.value is score.low is score.high is None
        assert score.label.startswith(words)

    def test_no_effect_is_fifty(self):
        (score,) = scores([self.effect()], posts=60)
        assert score.value == 50
        assert score.standing is Standing.NO_EFFECT
        assert score.label.startswith("No clear effect")

    def test_a_certain_effect_is_claimed_with_its_interval(self):
        (score,) = scores([self.effect(mean=0.3, sd=0.1)], posts=60)
        assert score.standing is Standing.CLAIM
        assert score.low < score.value < score.high
        band = "80 % interval of the difference +19% to +53%, 20 posts"
        assert score.label.startswith(f"35% better in your posts ({band})")

    def test_a_hint_is_called_early(self):
        (score,) = scores([self.effect(mean=-0.1, sd=0.1)], posts=60)
        assert score.standing is Standing.EARLY
        assert "worse" in score.label

    def test_outcomes_are_weighted(self):
        (merged,) = combine([(0.4, [self.effect(mean=0.2, seen=9)]), (0.1, [self.effect(mean=-0.3)])])
        assert merged.mean == pytest.approx(0.1)
        assert merged.seen == 9


class TestOutcomes:
    def post(self, **changes):
        values = {
            "id": "p", "age_s": 10 * 86400.0, "days_ago": 10.0, "views": 1000, "likes": 80, "comments": 10,
            "shares": None, "average_view_s": 10.0, "duration_s": 20.0, "followers": 5, "levels": {},
        }  # fmt: skip
        return outcomes.Post(**{**values, **changes})

    def test_young_posts_count_less(self):
        old, young = outcomes.reach(self.post()), outcomes.reach(self.post(age_s=3600.0))
        assert young.weight < 0.3 * old.weight + 0.01
        assert young.outcome > old.outcome

    def test_missing_numbers_leave_the_post_out_of_that_outcome_only(self):
        assert outcomes.reach(self.post(views=None)) is None
        assert outcomes.engagement(self.post(views=99)) is None
        assert outcomes.engagement(self.post(likes=None)) is None
        assert outcomes.retention(self.post(average_view_s=None)) is None
        assert outcomes.retention(self.post()).outcome == pytest.approx(0.0)
        assert outcomes.engagement(self.post()).outcome == pytest.approx(math.log(90.5 / 1001))


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
class TestRun:
    def many(self, cast, count, account=None):
        account = account or make_account(cast)
        tall = make_media(cast.workspace, duration_s=12.0, width=1080, height=1920)
        wide = make_media(cast.workspace, duration_s=45.0, width=1920, height=1080)
        for index in range(count):
            target = make_live(account, age=timedelta(days=3 + index), media=tall if index % 2 else wide)
            views = 4000 + index if index % 2 else 400 + index
            make_numbers(target, views=views, likes=views // 10, comments=views // 50, shares=None)
        return account

    def learn(self, workspace):
        score_refit.keep(score_refit.fit_workspace(workspace_id=workspace.pk))

    def test_below_thirty_posts_no_score(self, cast):
        self.many(cast, 29)
        self.learn(cast.workspace)
        assert LearningRun.objects.get().posts == 29
        assert not PatternScore.objects.filter(score__isnull=False).exists()
        assert PatternScore.objects.filter(label="Not enough data: 29 of 30 posts").exists()

    def test_with_forty_posts_the_levels_differ(self, cast):
        self.many(cast, 40)
        self.learn(cast.workspace)
        portrait = PatternScore.objects.get(type="aspect", level="portrait")
        landscape = PatternScore.objects.get(type="aspect", level="landscape")
        assert portrait.sample_size == landscape.sample_size == 20
        assert portrait.score > 75 > 25 > landscape.score
        assert PatternScore.objects.get(type="aspect", level="square").score is None

    def test_the_same_inputs_are_not_learned_twice(self, cast):
        self.many(cast, 5)
        self.learn(cast.workspace)
        clock.advance(timedelta(hours=1))
        self.learn(cast.workspace)
        assert LearningRun.objects.count() == 1

    def test_young_posts_wait(self, cast):
        account = make_account(cast)
        make_numbers(make_live(account, age=timedelta(hours=2)))
        self.learn(cast.workspace)
        assert LearningRun.objects.get().posts == 0

    def test_another_workspace_changes_nothing(self, cast):
        self.many(cast, 31)
        self.learn(cast.workspace)
        before = list(PatternScore.objects.order_by("id").values_list("type", "level", "score"))
        theirs = make_account(cast, workspace=cast.elsewhere, external_id="other")
        make_numbers(make_live(theirs, media=make_media(cast.elsewhere)), views=10**9)
        clock.advance(timedelta(seconds=1))
        self.learn(cast.workspace)
        mine = PatternScore.objects.filter(workspace=cast.workspace).order_by("id")
        assert list(mine.values_list("type", "level", "score")) == before

    def test_old_runs_go(self, cast):
        account = make_account(cast)
        for index in range(32):
            make_numbers(make_live(account, text=str(index)), views=index)
            self.learn(cast.workspace)
        assert LearningRun.objects.count() == 30
