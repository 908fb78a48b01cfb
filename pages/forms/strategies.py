"""Forms that ask for strategies and scripts. Rules live in the services; these carry fields."""

from typing import Any

from django import forms
from django.db.models import QuerySet

import platforms
from pages.chips import GOAL_NAMES
from pages.forms.model_choices import offer
from strategies import knowledge
from strategies.models import Strategy
from videos.models import Video

GOALS = list(GOAL_NAMES.items())
_MULTILINE = forms.Textarea(attrs={"rows": 3})


class VideoChoice(forms.ModelMultipleChoiceField[Video]):
    """Measured videos, drawn by the template with their chips."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(None, widget=forms.CheckboxSelectMultiple, required=False, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class StrategyForm(forms.Form):
    """What a strategy is made from."""

    videos = VideoChoice(
        label="Videos to learn from", help_text="Only analysed videos can be chosen. Two or more allow comparisons."
    )
    platforms = forms.MultipleChoiceField(
        label="Platforms", choices=platforms.choices, widget=forms.CheckboxSelectMultiple, initial=platforms.preselected
    )
    goals = forms.MultipleChoiceField(
        label="Goals", choices=GOALS, widget=forms.CheckboxSelectMultiple, initial=["views", "engagement"]
    )
    niche = forms.CharField(
        label="Niche",
        max_length=120,
        required=False,
        help_text="What it is about, for example home gardening.",
        widget=forms.TextInput(attrs={"list": "niches", "autocomplete": "off"}),
    )
    audience = forms.CharField(label="Audience", max_length=300, required=False)
    weeks = forms.IntegerField(label="Weeks", min_value=1, max_value=12, initial=4)
    posts_per_week = forms.IntegerField(
        label="Posts a week on each platform",
        min_value=1,
        max_value=21,
        required=False,
        help_text="Empty: a benchmark.",
    )
    notes = forms.CharField(label="Anything else", max_length=2_000, required=False, widget=_MULTILINE)

    def __init__(self, *args: Any, videos: QuerySet[Video], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, videos=videos)
        self.niches = knowledge.niche_names()

    def inputs(self) -> dict[str, Any]:
        """The service's arguments."""
        data = dict(self.cleaned_data)
        data["video_ids"] = [video.pk for video in data.pop("videos")]
        return data


class ScriptForm(forms.Form):
    """What a script is made from."""

    concept = forms.CharField(
        label="Concept",
        max_length=500,
        help_text="One sentence, for example: 5 tips for better sleep.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    platform = forms.ChoiceField(label="Platform", choices=platforms.choices, initial=platforms.first_choice)
    duration = forms.FloatField(
        label="Length in seconds",
        min_value=5,
        max_value=600,
        initial=30,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    variations = forms.IntegerField(label="Variations", min_value=1, max_value=5, initial=1)
    points = forms.CharField(
        label="What it should say",
        required=False,
        max_length=2_500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One point per line, in order. Without points the script marks where to say what.",
    )
    videos = VideoChoice(label="Follow the patterns of", help_text="First cut, pace and voice pacing of these videos.")
    strategy = forms.ModelChoiceField[Strategy](
        label="Strategy",
        queryset=None,
        required=False,
        empty_label="None",
        help_text="Its hooks open the script.",
    )

    def __init__(self, *args: Any, videos: QuerySet[Video], strategies: QuerySet[Strategy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, videos=videos, strategy=strategies)

    def inputs(self) -> dict[str, Any]:
        """The service's arguments."""
        data = dict(self.cleaned_data)
        data["video_ids"] = [video.pk for video in data.pop("videos")]
        strategy = data.pop("strategy")
        data["strategy_id"] = strategy.pk if strategy else None
        data["points"] = [line.strip() for line in data["points"].splitlines() if line.strip()]
        return data
