"""Forms of the edit workflow. Rules live in the services; these carry fields."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet

from editing.formats import ASPECTS
from editing.planners import Wish
from editing.requests import EditRequest
from media.formatting import duration_words
from pages.forms.model_choices import offer
from platforms import PLATFORMS
from scripts_app.models import Script
from videos.models import Video

ASPECT_WORDS = {"9:16": "Vertical", "1:1": "Square", "16:9": "Wide", "4:5": "Portrait"}
DEFAULT_FORMATS = ("9:16", "1:1", "16:9")


class VideoChoice(forms.ModelChoiceField[Video]):
    """A video by title and length."""

    def label_from_instance(self, obj: Video) -> str:
        return f"{obj.title} · {duration_words(obj.media.duration_s)}"


class ScriptChoice(forms.ModelChoiceField[Script]):
    """A script by title, platform and length."""

    def label_from_instance(self, obj: Script) -> str:
        label = PLATFORMS[obj.platform].label if obj.platform in PLATFORMS else obj.platform
        return f"{obj.title} · {label} · {obj.duration_s:g} s"


class SourceForm(forms.Form):
    """Step 1: the video, the script, and how much of it."""

    video = VideoChoice(
        label="Video",
        queryset=None,
        empty_label="Choose a video",
        error_messages={"required": "Choose the video to edit."},
    )
    script = ScriptChoice(
        label="Script",
        queryset=None,
        required=False,
        empty_label="No script",
        help_text="Each of its segments is shown with the stretch of the video that suits it, and its texts with it.",
    )
    duration = forms.FloatField(
        label="Length in seconds",
        required=False,
        min_value=1,
        max_value=3600,
        help_text="Empty: the script's length, or the whole video.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    start = forms.FloatField(
        label="From second",
        required=False,
        min_value=0,
        help_text="Only without a script: where your stretch begins.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    end = forms.FloatField(
        label="To second",
        required=False,
        min_value=0,
        help_text="Empty: to the end.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, videos: QuerySet[Video], scripts: QuerySet[Script], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, video=videos, script=scripts)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("script"):
            return found  # which then says what is shown; the stretch is not used
        start, end, video = found.get("start") or 0.0, found.get("end"), found.get("video")
        length = video.media.duration_s if video else None
        if end is not None and end <= start:
            self.add_error("end", "It has to come after the second where the stretch begins.")
        if length is not None and start >= length:
            self.add_error("start", f"The video ends at {length:.1f} s.")
        return found

    def request(self, formats: Iterable[Wish], former: EditRequest | None = None) -> EditRequest:
        """What was asked for; choices of later steps are kept."""
        found = self.cleaned_data
        script = found["script"]
        base = former or EditRequest(video_id=found["video"].pk)
        return replace(
            base,
            video_id=found["video"].pk,
            script_id=script.pk if script else None,
            formats=tuple(formats),
            duration_s=found["duration"],
            start_s=None if script else found["start"],
            end_s=None if script else found["end"],
        )


class FormatsForm(forms.Form):
    """Step 2: the formats, and what is the same for all of them."""

    formats = forms.MultipleChoiceField(
        label="Formats",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one format."},
    )
    fit = forms.ChoiceField(
        label="Where the shapes differ",
        choices=[("", "Decide for each format"), ("crop", "Fill the frame"), ("pad", "Show everything")],
        required=False,
        widget=forms.RadioSelect,
    )
    texts = forms.BooleanField(label="Show the script's texts", required=False)
    source_sound = forms.BooleanField(label="Keep the sound of the video", required=False)
    level_loudness = forms.BooleanField(label="Bring it to the loudness of the platforms (−14 LUFS)", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["formats"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = format_choices()

    def request(self, former: EditRequest) -> EditRequest:
        """The edit's request with these choices."""
        found = self.cleaned_data
        known = {choice_of(wish): wish for wish in former.formats}
        return replace(
            former,
            formats=tuple(_wish(value, found["fit"] or None, known.get(value)) for value in found["formats"]),
            texts=found["texts"],
            source_sound=found["source_sound"],
            level_loudness=found["level_loudness"],
        )


def format_choices() -> list[tuple[str, str]]:
    """Each platform in its own format, then the plain shapes."""
    platforms = [
        (
            f"{name}|{each.player.aspect}",
            f"{each.label} {each.player.aspect}, up to {duration_words(each.player.longest_s)}",
        )
        for name, each in PLATFORMS.items()
    ]
    return [*[(f"|{aspect}", f"{ASPECT_WORDS[aspect]} {aspect}") for aspect in ASPECTS], *platforms]


def choice_of(wish: Wish) -> str:
    """The choice that stands for a wish."""
    aspect = wish.aspect or (PLATFORMS[wish.platform].player.aspect if wish.platform else "9:16")
    return f"{wish.platform or ''}|{aspect}"


def _wish(value: str, fit: str | None, former: Wish | None) -> Wish:
    """What was set for this format by other means (a resolution, a limit) is kept."""
    platform, _, aspect = value.partition("|")
    kept = former or Wish()
    return Wish(aspect, platform or None, kept.resolution, kept.max_duration_s, fit)


def initial_source(request: EditRequest, version: int) -> dict[str, UUID | float | None]:
    """The first step's fields from a request."""
    return {
        "version": version,
        "video": request.video_id,
        "script": request.script_id,
        "duration": request.duration_s,
        "start": request.start_s,
        "end": request.end_s,
    }


def initial_formats(request: EditRequest, version: int) -> dict[str, Any]:
    """The second step's fields from a request."""
    fits = {wish.fit for wish in request.formats}
    return {
        "formats": [choice_of(wish) for wish in request.formats],
        "fit": next(iter(fits)) or "" if len(fits) == 1 else "",
        "texts": request.texts,
        "source_sound": request.source_sound,
        "level_loudness": request.level_loudness,
        "version": version,
    }
