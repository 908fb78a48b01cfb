"""What was measured in a video, as comparable values, and what experience says about them.

Analysis:  pending → running → done
                             → failed      (`error` says why)
           done, failed → pending          (analyse again; the result replaces the former one)
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import WorkspaceModel, WorkspaceOwned
from videos.models import Video


class Analysis(WorkspaceModel):
    """The newest measurement of a video. `features` is what `patterns.measure` returned, unchanged."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        RUNNING = "running", "Analysing"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="analysis")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    engine_version = models.CharField(max_length=40, blank=True)
    features = models.JSONField(default=dict, blank=True)
    layers = models.JSONField(default=dict, blank=True, help_text="Layer → state and, if it failed, why.")
    error = models.CharField(max_length=500, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "analyses"
        indexes: ClassVar = [models.Index(fields=["workspace", "state"], name="analysis_by_state")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "running", "done", "failed"]), name="analysis_state_known"
            )
        ]

    def __str__(self) -> str:
        return f"Analysis of {self.video_id}"


class PatternType(models.TextChoices):
    """The comparable facts of a video. Each has one unit and fixed levels (`patterns.levels`)."""

    HOOK_TIMING = "hook_timing", "First cut"
    HOOK_MOTION = "hook_motion", "Motion in the hook"
    CUT_FREQUENCY = "cut_frequency", "Cuts per minute"
    SHOT_LENGTH = "shot_length", "Median shot length"
    MOTION = "motion", "Motion"
    FIRST_TEXT = "first_text", "First text"
    OVERLAY_DENSITY = "overlay_density", "Text on screen"
    LOUDNESS = "loudness", "Loudness"
    SILENCE = "silence", "Silence"
    SPEECH = "speech", "Speech"
    SPEECH_RATE = "speech_rate", "Voice pacing"
    MUSIC = "music", "Music"
    DURATION = "duration", "Duration"
    ASPECT = "aspect", "Aspect ratio"
    # Meaning: read by a model, or derived from the facts where that is possible (`patterns.categories`).
    HOOK_STYLE = "hook_style", "Hook style"
    TOPIC = "topic", "Topic"
    EMOTION = "emotion", "Emotion"
    CALL_TO_ACTION = "call_to_action", "Call to action"
    OVERLAY_STYLE = "overlay_style", "Text style"
    STRUCTURE = "structure", "Structure"


class Pattern(WorkspaceModel):
    """One typed, comparable value of a video with its evidence. Its score is looked up, never stored here."""

    class Source(models.TextChoices):
        MEASURED = "measured", "Measured"
        MODEL = "model", "Read by a model"
        DERIVED = "derived", "Derived from facts"

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="patterns")
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="patterns")
    type = models.CharField(max_length=24, choices=PatternType.choices)
    value = models.FloatField()
    unit = models.CharField(max_length=24)
    bucket = models.CharField(max_length=24, help_text="The level that learning compares.")
    evidence = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.MEASURED)
    confidence = models.FloatField(default=1.0)

    class Meta:
        ordering = ("type", "id")
        indexes: ClassVar = [
            models.Index(fields=["workspace", "type", "bucket"], name="pattern_by_level"),
            models.Index(fields=["workspace", "-video", "type", "id"], name="pattern_newest_video"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "type", "source"], name="pattern_once_per_video"),
            models.CheckConstraint(condition=Q(confidence__gte=0, confidence__lte=1), name="pattern_confidence_p"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.value:g} {self.unit}"


class Meaning(WorkspaceModel):
    """What a video means, beside what was measured. `answer` holds the claims that stand, `dropped` those that
    contradicted a fact. It fails and is read again alone; what a former reading said stays visible until then."""

    class State(models.TextChoices):
        RUNNING = "running", "Reading"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    class Source(models.TextChoices):
        MODEL = "model", "Read by a model"
        DERIVED = "derived", "Derived from facts"

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="meaning")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    source = models.CharField(max_length=10, choices=Source.choices, blank=True)
    provider = models.CharField(max_length=32, blank=True)
    model = models.CharField(max_length=120, blank=True)
    is_stored = models.BooleanField(default=False, help_text="The stored answer for the same file was used.")
    engine_version = models.CharField(max_length=40, blank=True, help_text="Of the measurement it was read beside.")
    answer = models.JSONField(default=dict, blank=True)
    dropped = models.JSONField(default=list, blank=True, help_text="Claims that contradicted a measured fact.")
    frames = models.PositiveIntegerField(default=0, help_text="Pictures that the model was shown.")
    error = models.CharField(max_length=500, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=["running", "done", "failed"]), name="meaning_state_known"),
            models.CheckConstraint(condition=Q(source__in=["", "model", "derived"]), name="meaning_source_known"),
        ]

    def __str__(self) -> str:
        return f"Meaning of {self.video_id}"


class FormerAnalysis(WorkspaceOwned):
    """The patterns that a newer measurement or reading replaced, kept for comparison. Never changed."""

    class Part(models.TextChoices):
        FACTS = "facts", "Measurement"
        MEANING = "meaning", "Meaning"

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="former_analyses")
    part = models.CharField(max_length=8, choices=Part.choices)
    made_by = models.CharField(max_length=160, help_text="The engine's version, or the model.")
    made_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField()
    patterns = models.JSONField(default=list, help_text="type, value, unit, bucket, source, confidence, evidence.")

    class Meta:
        verbose_name_plural = "former analyses"
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(part__in=["facts", "meaning"]), name="former_analysis_part_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()} of {self.video_id} by {self.made_by}"


class PatternScore(WorkspaceOwned):
    """What a level of a pattern was worth on a platform, as one learning run saw it. Written only by analytics."""

    platform = models.CharField(max_length=12, help_text="A platform, or 'all'.")
    type = models.CharField(max_length=24, choices=PatternType.choices)
    level = models.CharField(max_length=24)
    score = models.FloatField(null=True, blank=True, help_text="0–100; empty when there is not enough data.")
    interval_low = models.FloatField(null=True, blank=True)
    interval_high = models.FloatField(null=True, blank=True)
    sample_size = models.PositiveIntegerField(default=0)
    run_id = models.UUIDField(help_text="The learning run; newer runs have greater ids.")
    label = models.CharField(max_length=120, blank=True, help_text="What the number means, in words.")
    as_of = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "platform", "-run_id"], name="pattern_score_newest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "run_id", "platform", "type", "level"], name="pattern_score_once_per_run"
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100), name="pattern_score_0_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.type} {self.level}: {self.score}"
