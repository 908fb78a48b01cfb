"""Forms of the library. Rules live in the services; these carry fields."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms

from core.errors import ValidationFailed
from core.formatting import counted
from library.content import PlatformPart, TemplateContent
from library.models import HashtagGroup, Signature
from library.variables import Wanted
from pages.forms import options
from pages.forms.files import FilesForm
from platforms import PLATFORMS, choices
from platforms.descriptor import Platform
from publishing.models import SocialAccount
from publishing.platforms.registry import adapter_for


def words(text: str) -> list[str]:
    """What commas separate."""
    return [part.strip() for part in text.split(",") if part.strip()]


class TemplateForm(FilesForm):
    """What a template says for all platforms."""

    name = forms.CharField(label="Name", max_length=120)
    text = forms.CharField(
        label="Text",
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text="{{hook}} asks for a value when the template is used; {{cta|Follow for more}} has one already.",
    )
    title = forms.CharField(
        label="Title", required=False, max_length=200, help_text="For platforms whose posts have one."
    )
    tags = forms.CharField(label="Tags", required=False, max_length=1_000, help_text="Separated by commas.")
    notes = forms.CharField(
        label="Notes",
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For your team; never part of a post.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def content(self, parts: Iterable["PlatformForm"]) -> TemplateContent:
        """What a valid form says."""
        data = self.cleaned_data
        return TemplateContent(
            name=data["name"],
            text=data["text"],
            title=data["title"],
            platforms={form.platform.key: form.part() for form in parts if form.chosen},
            media_ids=self.chosen_media(),
            tags=words(data["tags"]),
            notes=data["notes"],
        )


class PlatformForm(forms.Form):
    """One platform's own part of a template."""

    use = forms.BooleanField(required=False)
    text = forms.CharField(
        required=False, max_length=20_000, strip=False, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )

    def __init__(self, *args: Any, platform: Platform, part: PlatformPart | None, **kwargs: Any) -> None:
        self.platform = platform
        self.described = [item for item in platform.fields if item.on_form and item.kind != "picture"]
        given = {"use": True, "text": part.text or "", **self._initial(part)} if part else {}
        kwargs |= {"prefix": platform.key, "initial": given}
        super().__init__(*args, **kwargs)
        self.fields["use"].label = platform.label
        self.fields["text"].label = f"Another {platform.text.word} for {platform.label}"
        for item in self.described:
            self.fields[item.name] = options.drawn(item, {}, platform.label)

    def _initial(self, part: PlatformPart) -> dict[str, Any]:
        saved = {**part.options, "title": part.title}
        return {item.name: options.shown(item, saved[item.name]) for item in self.described if item.name in saved}

    @property
    def chosen(self) -> bool:
        """Whether the template is for this platform."""
        return bool(self.data.get(self.add_prefix("use")) if self.is_bound else self.initial.get("use"))

    @property
    def text_unit(self) -> str:
        return adapter_for(self.platform.key).text_unit

    @property
    def text_limit(self) -> int:
        return self.platform.text.most

    @cached_property
    def sections(self) -> list[options.Section]:
        """The platform's choices, as its part of a post draws them."""
        return options.sections(self.described, self)

    def part(self) -> PlatformPart:
        """What a valid form says."""
        data = self.cleaned_data
        own: str = data.get("text") or ""
        return PlatformPart(own if own.strip() else None, data.get("title") or "", options.chosen(self.described, data))


_OWN_NAMES = {"content": "text", "media_ids": "media"}


def explain(form: forms.Form, parts: Sequence[PlatformForm], error: ValidationFailed) -> None:
    """A refusal of the service, at the fields that can put it right."""
    by_key = {part.platform.key: part for part in parts}
    for where, sentences in error.fields.items():
        path = where.split(".")
        target: forms.Form = by_key[path[1]] if len(path) > 2 and path[1] in by_key else form
        name = _OWN_NAMES.get(path[-1], path[-1])
        target.add_error(name if name in target.fields else None, sentences)
    if not error.fields:
        form.add_error(None, error.message)


class UseForm(forms.Form):
    """Values for a template's variables, and what is added to its text by choice."""

    campaign = forms.CharField(label="Campaign", required=False, max_length=80)
    signature = forms.ChoiceField(label="Add a signature", required=False)
    groups = forms.MultipleChoiceField(label="Add hashtags", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,
        wanted: Sequence[Wanted],
        signatures: Iterable[Signature],
        groups: Iterable[HashtagGroup],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names = {f"v-{number}": each.name for number, each in enumerate(wanted)}
        offered = list(signatures)
        own, more = {}, dict(self.fields)
        for (key, name), each in zip(self.names.items(), wanted, strict=True):
            own[key] = forms.CharField(
                label=name,
                required=each.is_required,
                max_length=2_000,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "placeholder": each.default or ""}),
                help_text=f"Left empty: “{each.default}”." if each.default else "",
            )
        self.fields = {**own, **more}
        signature, hashtags = self.fields["signature"], self.fields["groups"]
        assert isinstance(signature, forms.ChoiceField)
        assert isinstance(hashtags, forms.MultipleChoiceField)
        signature.choices = [("", "None"), *((str(row.pk), signature_label(row)) for row in offered)]
        signature.initial = next((str(row.pk) for row in offered if row.is_default and not row.platform), "")
        hashtags.choices = [(str(row.pk), group_label(row)) for row in groups]
        for name in ("signature", "groups"):
            if len(getattr(self.fields[name], "choices", ())) <= (name == "signature"):
                del self.fields[name]

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of the variables."""
        return [self[key] for key in self.names]

    @property
    def added(self) -> list[forms.BoundField]:
        """The other fields."""
        return [self[key] for key in self.fields if key not in self.names]

    def values(self) -> dict[str, str]:
        """What was typed so far, by the variables' names."""
        return {name: str(self[key].value() or "") for key, name in self.names.items()}

    def chosen(self) -> tuple[list[UUID], UUID | None]:
        """The groups and the signature of a valid form."""
        data = self.cleaned_data
        signature = data.get("signature")
        return [UUID(key) for key in data.get("groups", ())], UUID(signature) if signature else None


def group_label(row: HashtagGroup) -> str:
    """`Herbs (12 hashtags)`."""
    return f"{row.name} ({counted(len(row.hashtags), 'hashtag')})"


def signature_label(row: Signature) -> str:
    """`Team, for TikTok`, with the account where it is for one."""
    place = row.account.handle if row.account else PLATFORMS[row.platform].label if row.platform else ""
    return f"{row.name}, for {place}" if place else row.name


class HashtagGroupForm(forms.Form):
    """A hashtag group."""

    name = forms.CharField(label="Name", max_length=80)
    hashtags = forms.CharField(
        label="Hashtags",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text="Separated by spaces, commas or lines, with or without #.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class SignatureForm(forms.Form):
    """A signature. `place` is a platform's key or an account's id."""

    name = forms.CharField(label="Name", max_length=80)
    text = forms.CharField(label="Text", max_length=1_000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}))
    place = forms.ChoiceField(label="For", required=False)
    is_default = forms.BooleanField(
        label="Use it by default",
        required=False,
        help_text="Of all accounts: it stands in new posts from the beginning, and you can take it out. "
        "Of a platform or an account: it is offered first.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, accounts: Iterable[SocialAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)
        own = [(str(row.pk), f"{row.handle} ({PLATFORMS[row.platform].label})") for row in accounts]
        place.choices = [("", "All accounts"), *((key, f"All of {label}") for key, label in choices()), *own]

    def fields_of_content(self) -> dict[str, Any]:
        """What a valid form says, as fields of `SignatureContent`."""
        data: Mapping[str, Any] = self.cleaned_data
        place = data["place"]
        is_platform = place in PLATFORMS
        return {
            "name": data["name"],
            "text": data["text"],
            "platform": place if is_platform else "",
            "account_id": UUID(place) if place and not is_platform else None,
            "is_default": data["is_default"],
        }
