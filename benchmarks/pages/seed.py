"""Rows by the thousand, written past the services: one large workspace among a thousand small ones."""

import random
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import connection, models

from accounts.models import Membership, Preferences, User, Workspace
from analytics.fetch_times import GRID
from analytics.models import LatestMetrics, LearningRun, MetricSnapshot
from core import clock, scope
from core.ids import uuid7
from media.models import MediaFile
from patterns.levels import SCALES
from patterns.models import Analysis, Pattern, PatternScore, PatternType
from publishing.models import Post, PostMedia, PostTarget, SocialAccount
from videos.models import Tag, Video, VideoTag

MEASURED = [kind for kind in PatternType if SCALES[kind].ordered][:14]
RUNS, CHUNK = 30, 2500
_WORDS = (
    "launch", "behind", "scenes", "morning", "recipe", "studio", "answer", "question", "week", "story", "drop",
    "season", "craft", "city", "night",
)  # fmt: skip


def insert(rows: Iterable[models.Model]) -> None:
    """Write rows of one model by the thousand."""
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        type(chunk[0])._base_manager.bulk_create(chunk)


def seeded() -> bool:
    """Whether this database was filled before."""
    return User.objects.filter(email="owner@example.com").exists()


def seed(scale: float) -> None:
    """Fill an empty database; `scale` is a share of every count."""
    began, rng = time.monotonic(), random.Random(7)  # the same rows in every run
    count = lambda whole: max(10, round(whole * scale))  # noqa: E731
    workspaces = [Workspace(name=f"Client {n}") for n in range(count(1000))]
    insert(workspaces)
    own = workspaces[0]
    _people(own)
    accounts = _accounts(workspaces, rng)
    files = _library(own, count(500), rng)
    own_posts = count(2000)
    published = _posts(own, workspaces, accounts, files, own_posts, count(100_000), rng)
    _numbers(published, count(280_000), own.pk, rng)
    _scores(workspaces[: count(100)], rng)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"Seeded in {time.monotonic() - began:.0f} s.", flush=True)


def _people(own: Workspace) -> None:
    owner = User.objects.create_superuser("owner@example.com", "owner", name="Olga Owner", current_workspace=own)
    Preferences.objects.create(user=owner, timezone="Europe/Berlin")
    Membership.objects.create(workspace=own, user=owner, role="admin")


def _accounts(workspaces: list[Workspace], rng: random.Random) -> dict[UUID, list[SocialAccount]]:
    found = {}
    for number, workspace in enumerate(workspaces):
        platforms = ["instagram", "youtube"] if number == 0 else [rng.choice(["tiktok", "instagram", "youtube"])]
        found[workspace.pk] = [
            SocialAccount(
                workspace=workspace, platform=platform, external_id=f"{platform}-{number}",
                username=f"client{number}.{platform}", name=f"Client {number}", connected_at=clock.now(),
            )
            for platform in platforms
        ]  # fmt: skip
    insert(account for rows in found.values() for account in rows)
    return found


def _file(workspace: Workspace, kind: str, number: int, **more: Any) -> MediaFile:
    shape: dict[str, Any] = {"content_type": "image/jpeg", "size_bytes": 40_000, "width": 1080, "height": 1920}
    shape["original_name"] = f"{kind}-{number}.jpg"
    return MediaFile(
        workspace=workspace, kind=kind, storage_key=f"w/bench/{uuid7().hex}", sha256=f"{number:064x}",
        **{**shape, **more},
    )  # fmt: skip


def _library(own: Workspace, count: int, rng: random.Random) -> list[MediaFile]:
    board = {"count": 20, "columns": 5, "tile_width": 90, "tile_height": 160, "interval_s": 2.0}
    posters = [_file(own, "thumbnail", n, width=360, height=640) for n in range(count)]
    boards = [_file(own, "storyboard", n, probe=board) for n in range(count)]
    clip = {"content_type": "video/mp4", "size_bytes": 12_000_000, "duration_s": 40.0, "fps": 30.0, "has_audio": True}
    files = [_file(own, "video", n, **clip, original_name=f"clip-{n}.mp4") for n in range(count)]
    pictures = [_file(own, "image", n, thumbnail=poster) for n, poster in enumerate(posters)]
    for group in (posters, boards, files, pictures):
        insert(group)
    tags = [Tag(workspace=own, name=word) for word in _WORDS]
    insert(tags)
    videos = [
        Video(
            workspace=own, title=f"{rng.choice(_WORDS).title()} {n}", media=files[n], poster=posters[n],
            storyboard=boards[n], status="processed", search=f"clip {n}",
        )
        for n in range(count)
    ]  # fmt: skip
    insert(videos)
    insert(VideoTag(workspace=own, video=video, tag=rng.choice(tags)) for video in videos)
    analyses = [
        Analysis(
            workspace=own, video=video, state="done", engine_version="bench", measured_at=clock.now(),
            features=features(rng), layers={},
        )
        for video in videos
    ]  # fmt: skip
    insert(analyses)
    insert(_pattern(own, analysis, kind, rng) for analysis in analyses for kind in MEASURED)
    return [*files, *pictures]


def _pattern(own: Workspace, analysis: Analysis, kind: PatternType, rng: random.Random) -> Pattern:
    scale = SCALES[kind]
    value = rng.uniform(0.2, 3) * (scale.levels[0].below if scale.levels[0].below < 1e6 else 1)
    return Pattern(
        workspace=own, video_id=analysis.video_id, analysis=analysis, type=kind, value=value, unit=scale.unit,
        bucket=scale.level(value).name, evidence={"times_s": [1.0, 2.5, 4.0]},
    )  # fmt: skip


def features(rng: random.Random) -> dict[str, Any]:
    """What measuring a clip of 40 s gives, as far as a page draws it."""
    cuts = sorted(round(rng.uniform(0.5, 39), 2) for _ in range(25))
    edges = [0.0, *cuts, 40.0]
    shots = [
        {"start_s": a, "end_s": b, "duration_s": round(b - a, 3), "motion": 0.3, "brightness": 0.5}
        for a, b in pairwise(edges)
    ]
    curve = lambda low, high: {"step_s": 0.25, "values": [round(rng.uniform(low, high), 2) for _ in range(160)]}  # noqa: E731
    box = {"left": 0.1, "top": 0.7, "width": 0.8, "height": 0.1}
    names = (
        "probe", "cuts", "transitions", "motion", "picture", "loudness", "silence", "speech", "music", "hook",
        "overlays",
    )  # fmt: skip
    return {
        "engine_version": "bench", "duration_s": 40.0, "fps": 30.0, "frames": 1200, "width": 1080, "height": 1920,
        "aspect": "9:16", "aspect_ratio": 0.5625, "has_audio": True, "flashes": [], "tempo_bpm": 120.0,
        "cuts": [{"time_s": cut, "frame": round(30 * cut), "kind": "hard", "confidence": 0.9} for cut in cuts],
        "transitions": [{"start_s": 20.0, "end_s": 20.5, "kind": "dissolve", "confidence": 0.8}],
        "shots": shots,
        "pace": {
            "shots": 26, "cuts_per_10s": 6.3, "changes_per_10s": [7, 6, 6, 7], "shot_mean_s": 1.5, "shot_median_s": 1.2,
            "shot_shortest_s": 0.2, "shot_longest_s": 4.0,
        },
        "motion": {"mean": 0.3, "peak": 1.0, "still_ratio": 0.1, "curve": curve(0, 1)},
        "picture": {
            "brightness": 0.5, "contrast": 0.2, "saturation": 0.3, "warmth": 0.1, "brightness_curve": curve(0.2, 0.8),
        },
        "loudness": {"integrated_lufs": -15.0, "range_lu": 6.0, "true_peak_db": -1.0, "curve": curve(-40, -10)},
        "silences": [{"start_s": 10.0, "end_s": 11.0, "kind": "silence"}],
        "speech": [{"start_s": 1.0 + 4 * n, "end_s": 3.5 + 4 * n, "confidence": 0.9} for n in range(9)],
        "speech_stats": {"total_s": 22.5, "share_ratio": 0.56, "syllables_per_s": 4.0, "longest_pause_s": 1.5},
        "tempo_confidence": 0.9, "music": {"present": True, "share_ratio": 0.9, "confidence": 0.8},
        "hook": {
            "window_s": 3.0, "first_cut_s": cuts[0], "cuts": 2, "motion": 0.4, "motion_step": 1.2,
            "first_speech_s": 1.0, "speech_ratio": 0.6, "loudness_lufs": -14.0, "loudness_step_lu": 1.0,
            "first_text_s": 0.0, "starts_black": False, "brightness": 0.5,
        },
        "overlays": [
            {"start_s": 5.0 * n, "end_s": 5.0 * n + 3, "text": f"Step {n + 1}", "box": box, "confidence": 0.99}
            for n in range(8)
        ],
        "layers": {name: {"status": "ok", "message": ""} for name in names},
    }  # fmt: skip


def _state(number: int, rng: random.Random) -> tuple[str, datetime]:
    """85 % are live since up to 200 days; of the others most are planned, half of those within a week."""
    now = clock.now()
    if number % 20 < 17:
        return "published", now - timedelta(days=rng.uniform(0.1, 200))
    if number % 20 < 19:
        return "scheduled", now + timedelta(days=rng.uniform(0.1, 7 if number % 2 else 60))
    return ("failed" if number % 40 > 20 else "draft"), now - timedelta(days=rng.uniform(1, 30))


def _posts(
    own: Workspace, workspaces: list[Workspace], accounts: dict[UUID, list[SocialAccount]], files: list[MediaFile],
    own_count: int, count: int, rng: random.Random,
) -> list[PostTarget]:  # fmt: skip
    """Posts in mixed order, with their files and targets; returns the targets that are live, our own first."""
    posts, media, targets = [], [], []
    for number in range(count):
        is_own = number % max(1, count // own_count) == 0 and number * own_count // count < own_count
        workspace = own if is_own else workspaces[1 + number % (len(workspaces) - 1)]
        place = number * own_count // count if is_own else number
        state, at = _state(place, rng)
        text = " ".join(rng.choices(_WORDS, k=12)).capitalize()
        campaign = f"Campaign {place % 8}" if is_own and place % 3 == 0 else ""
        post = Post(workspace=workspace, text=text, state=state, search=text.lower(), campaign=campaign)
        posts.append(post)
        if is_own:
            media.append(PostMedia(workspace=workspace, post=post, file=rng.choice(files)))
        targets += [_target(post, account, state, at) for account in accounts[workspace.pk]]
    for rows in (posts, media, targets):
        insert(rows)
    live = [target for target in targets if target.state == "published"]
    return sorted(live, key=lambda target: target.workspace_id != own.pk)


def _target(post: Post, account: SocialAccount, state: str, at: datetime) -> PostTarget:
    wall = f"{at:%Y-%m-%dT%H:%M}"
    target = PostTarget(
        workspace_id=post.workspace_id, post=post, account=account, platform=account.platform, state=state, due_at=at,
        zone="Europe/Berlin", wall_time=wall,
    )  # fmt: skip
    if state == "published":
        target.published_at = target.finished_at = at
        target.external_id, target.permalink = uuid7().hex, "https://example.com/post"
    elif state == "failed":
        target.error_code, target.error_sentence = "rejected", "The platform refused the file."
    return target


def _numbers(published: list[PostTarget], count: int, own: UUID, rng: random.Random) -> None:
    """Seven snapshots of each own target, and as many of the others' as make the count."""
    slots = [name for name, _ in GRID]
    own_count = sum(target.workspace_id == own for target in published)
    rest = max(1, round((count - 7 * own_count) / max(1, len(published) - own_count)))

    newest: list[MetricSnapshot] = []

    def snapshots() -> Iterator[MetricSnapshot]:
        for target in published:
            views = round(rng.lognormvariate(6, 1.2))
            number = 7 if target.workspace_id == own else rest
            for slot in slots[:number]:
                views = round(views * 1.2)
                row = MetricSnapshot(
                    workspace_id=target.workspace_id, target=target, slot=slot, taken_at=target.published_at,
                    age_s=200_000.0, views=views, likes=views // 20, comments=views // 90, shares=views // 200,
                    average_view_s=12.0, followers=5000,
                )  # fmt: skip
                yield row
            newest.append(row)

    insert(snapshots())
    insert(
        LatestMetrics(
            workspace_id=row.workspace_id, target=row.target, snapshot=row, published_at=row.target.published_at,
            platform=row.target.platform, taken_at=clock.now(), views=row.views, likes=row.likes,
            comments=row.comments, shares=row.shares,
        )
        for row in newest
    )  # fmt: skip


def _scores(workspaces: list[Workspace], rng: random.Random) -> None:
    """Thirty learning runs of each platform in the large workspace, one in some others."""
    runs, scores = [], []
    for place, workspace in enumerate(workspaces):
        for platform in ("instagram", "youtube"):
            for _ in range(RUNS if place == 0 else 1):
                run = LearningRun(
                    workspace=workspace, platform=platform, as_of=clock.now(), posts=1700, inputs_digest="bench",
                    model_version="bench",
                )  # fmt: skip
                runs.append(run)
                scores += [
                    PatternScore(
                        workspace=workspace, platform=platform, type=kind, level=level.name, run_id=run.pk,
                        score=rng.uniform(20, 95), interval_low=10, interval_high=99, sample_size=rng.randint(5, 80),
                        label="Better than the others", as_of=run.as_of,
                    )
                    for kind in MEASURED
                    for level in SCALES[kind].levels
                ]  # fmt: skip
    insert(runs)
    insert(scores)


def prepare(scale: float) -> None:
    """Make the tables, and the rows if there are none."""
    call_command("migrate", verbosity=0)
    with scope.system("seed the benchmark"):
        if not seeded():
            seed(scale)
