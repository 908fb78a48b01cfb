"""The API's shape of analyses and patterns."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import InputSerializer, PageQuery
from patterns.models import Analysis, FormerAnalysis, Meaning, Pattern, PatternType
from patterns.selectors import Comparison, Neighbour
from videos.serializers import VideoSerializer


class PatternDataSerializer(serializers.Serializer[Any]):
    """What was found, how sure it is, and the moments that show it."""

    value = serializers.FloatField()
    unit = serializers.CharField(
        help_text="s, per_s, per_min, lufs, ratio, syllables_per_s; `category` is a place in a vocabulary."
    )
    bucket = serializers.CharField(help_text="The level that learning compares.")
    evidence = serializers.DictField()
    source = serializers.ChoiceField(choices=Pattern.Source.choices)  # type: ignore[assignment] # the API's name
    confidence = serializers.FloatField(help_text="0 to 1.")


class PatternSerializer(serializers.ModelSerializer[Pattern]):
    """A typed, comparable fact of a video. `score` is null until there is enough data to say."""

    video_id = serializers.UUIDField(read_only=True)
    score = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment] # the name that the API gives it

    class Meta:
        model = Pattern
        fields = ("id", "video_id", "type", "score", "data", "created_at")
        read_only_fields = fields

    def to_representation(self, instance: Pattern) -> dict[str, Any]:
        """What the fields say, without asking each: a video has dozens of patterns."""
        return {
            "id": str(instance.pk),
            "video_id": str(instance.video_id),
            "type": instance.type,
            "score": self.get_score(instance),
            "data": self.get_data(instance),
            "created_at": self.fields["created_at"].to_representation(instance.created_at),
        }

    @extend_schema_field(serializers.FloatField(allow_null=True, help_text="0 to 100."))
    def get_score(self, pattern: Pattern) -> float | None:
        worth = self.context["worth"].get((pattern.type, pattern.bucket))
        return worth.score if worth else None

    @extend_schema_field(PatternDataSerializer)
    def get_data(self, pattern: Pattern) -> dict[str, Any]:
        return {
            "value": pattern.value,
            "unit": pattern.unit,
            "bucket": pattern.bucket,
            "evidence": pattern.evidence,
            "source": pattern.source,
            "confidence": pattern.confidence,
        }


class PatternFilterSerializer(PageQuery):
    """The list's filters."""

    video_id = serializers.UUIDField(required=False)
    type = serializers.ChoiceField(choices=PatternType.choices, required=False)
    platform = serializers.CharField(required=False, max_length=12, help_text="Whose scores to show; else of all.")
    min_score = serializers.FloatField(required=False, min_value=0, max_value=100)
    source = serializers.ChoiceField(choices=Pattern.Source.choices, required=False)  # type: ignore[assignment]


class MeaningSerializer(serializers.ModelSerializer[Meaning]):
    """What a video means: claims that stand beside the facts, and those that a fact refuted."""

    dropped_count = serializers.SerializerMethodField()
    is_offline = serializers.SerializerMethodField(help_text="Derived from facts alone; no model was asked.")

    class Meta:
        model = Meaning
        fields = (
            "state", "source", "is_offline", "provider", "model", "is_stored", "engine_version", "frames", "answer",
            "dropped", "dropped_count", "error", "error_code", "read_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_dropped_count(self, meaning: Meaning) -> int:
        return len(meaning.dropped)

    def get_is_offline(self, meaning: Meaning) -> bool:
        return meaning.source == Meaning.Source.DERIVED


class FormerAnalysisSerializer(serializers.ModelSerializer[FormerAnalysis]):
    """Patterns that a newer measurement or reading replaced."""

    class Meta:
        model = FormerAnalysis
        fields = ("part", "made_by", "made_at", "replaced_at", "patterns")
        read_only_fields = fields


class AnalysisSerializer(serializers.ModelSerializer[Analysis]):
    """The newest measurement of a video, its meaning, and what they replaced."""

    video_id = serializers.UUIDField(read_only=True)
    meaning = serializers.SerializerMethodField()
    former = serializers.SerializerMethodField()

    class Meta:
        model = Analysis
        fields = (
            "id", "video_id", "state", "error", "engine_version", "measured_at", "layers", "features", "meaning",
            "former",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(MeaningSerializer(allow_null=True))
    def get_meaning(self, analysis: Analysis) -> Any:
        meaning = self.context["meaning"]
        return MeaningSerializer(meaning).data if meaning else None

    @extend_schema_field(FormerAnalysisSerializer(many=True))
    def get_former(self, analysis: Analysis) -> Any:
        return FormerAnalysisSerializer(self.context["former"], many=True).data


class AnalyzeSerializer(InputSerializer):
    """What to do again: `all` measures again and then reads the meaning, `meaning` only reads."""

    layer = serializers.ChoiceField(choices=("all", "meaning"), default="all", required=False)


class AnalysisStateSerializer(serializers.ModelSerializer[Analysis]):
    """How far the measurement is."""

    class Meta:
        model = Analysis
        fields = ("state", "error", "engine_version", "measured_at", "layers")
        read_only_fields = fields


class VideoDetailSerializer(VideoSerializer):
    """A video with its patterns."""

    patterns = serializers.SerializerMethodField()
    analysis = serializers.SerializerMethodField()

    class Meta(VideoSerializer.Meta):
        fields: Any = (*VideoSerializer.Meta.fields, "patterns", "analysis")
        read_only_fields: Any = fields

    @extend_schema_field(PatternSerializer(many=True))
    def get_patterns(self, video: Any) -> Any:
        return PatternSerializer(self.context["patterns"], many=True, context=self.context).data

    @extend_schema_field(AnalysisStateSerializer(allow_null=True))
    def get_analysis(self, video: Any) -> Any:
        analysis = self.context["analysis"]
        return AnalysisStateSerializer(analysis).data if analysis else None


class QueuedSerializer(serializers.Serializer[Any]):
    """Work that has begun; follow it at /jobs/{task_id}."""

    task_id = serializers.UUIDField()
    status = serializers.CharField()
    estimated_completion = serializers.DateTimeField()


class CompareFilterSerializer(InputSerializer):
    """Which videos."""

    video_ids = serializers.CharField(help_text="2 to 5 ids, separated by commas.", max_length=400)


class ComparedVideoSerializer(serializers.Serializer[Any]):
    """A video by name."""

    id = serializers.UUIDField()
    title = serializers.CharField()


class CompareRowSerializer(serializers.Serializer[Any]):
    """One pattern of all the videos, in the order asked for."""

    type = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # the name that the API gives it
    unit = serializers.CharField()
    values = serializers.ListField(child=serializers.FloatField(allow_null=True))
    shown = serializers.ListField(child=serializers.CharField())
    difference = serializers.FloatField(allow_null=True, help_text="The last minus the first; null for vocabularies.")
    differences = serializers.ListField(
        child=serializers.CharField(), help_text="Each further video against the first, in words."
    )
    words = serializers.CharField()


class ComparisonSerializer(serializers.Serializer[Comparison]):
    """Videos side by side."""

    videos = ComparedVideoSerializer(many=True)
    rows = CompareRowSerializer(many=True)


class NeighbourSerializer(serializers.Serializer[Neighbour]):
    """A video that is built alike."""

    video = ComparedVideoSerializer()
    similarity_p = serializers.FloatField(help_text="0 to 1; 1 is the same in all that was measured.")
    shared = serializers.ListField(child=serializers.CharField(), help_text="Pattern types at the same level.")


class NeighboursSerializer(serializers.Serializer[Any]):
    """Videos that are built alike, most similar first."""

    items = NeighbourSerializer(many=True)
