"""The form of a post: one part that all accounts share, and one for each account with what its platform requires."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import cached_property

from media.formatting import size_words
from media.models import MediaFile
from pages.forms import options
from pages.forms.files import FilesForm
from pages.forms.times import WallTimeField, ZoneField
from platforms import PLATFORMS
from publishing.models import PostTarget, SocialAccount
from publishing.platforms.registry import adapter_for
from publishing.posts.request_body import title_from
from publishing.services.posts import TargetInput
from publishing.services.schedule import When


class PostForm(FilesForm):
    """What all accounts share: the files in their order, the text, the time."""

    text = forms.CharField(
        label="Text",
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Goes to every chosen account, unless you write another one for it.",
    )
    campaign = forms.CharField(
        label="Campaign", required=False, max_length=80, help_text="A name to filter by in analytics."
    )
    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Now"), ("later", "At a time")],
        initial="now",
        widget=forms.RadioSelect,
        required=False,
    )
    wall_time = WallTimeField(label="Date and time", required=False)
    timezone = ZoneField(label="Time zone", required=False)

    def __init__(self, *args: Any, files: Iterable[MediaFile], zone: str, **kwargs: Any) -> None:
        super().__init__(*args, files=files, **kwargs)
        self.fields["timezone"].initial = zone

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        later = found.get("when") == "later" or self.data.get("action") == "schedule"
        later = later and self.data.get("action") != "queue"
        if later and not found.get("wall_time") and "wall_time" not in self.errors:
            self.add_error("wall_time", "Choose a date and a time.")
        return found

    def time(self) -> When:
        """The chosen wall time."""
        return When(wall=self.cleaned_data["wall_time"], zone=self.cleaned_data["timezone"])


class AccountForm(forms.Form):
    """One account's share: whether it is used, a text of its own, and what its platform lets a person choose."""

    use = forms.BooleanField(label="Post here", required=False)
    text = forms.CharField(
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        account: SocialAccount,
        choices: Mapping[str, Any],
        target: PostTarget | None = None,
        **kwargs: Any,
    ) -> None:
        self.account = account
        self.adapter = adapter_for(account.platform, account.via)
        self.platform = PLATFORMS[account.platform]
        self.described = [item for item in self.adapter.fields if item.on_form]
        self.choices = choices
        kwargs["prefix"] = f"a{account.pk.hex}"
        kwargs["initial"] = (
            {**self.before(target), **(kwargs.get("initial") or {})} if target else kwargs.get("initial")
        )
        super().__init__(*args, **kwargs)
        self.fields["text"].label = f"Another {self.platform.text.word} for this account"
        for item in self.described:
            self.fields[item.name] = options.drawn(item, choices, self.platform.label)

    def offer_pictures(self, files: Iterable[MediaFile]) -> None:
        """Pictures that can be chosen as a thumbnail, where the platform takes one."""
        offered = [(str(file.pk), _picture_label(file)) for file in files]
        for item in self.described:
            if item.kind == "picture":
                field = self.fields[item.name]
                assert isinstance(field, forms.ChoiceField)
                field.choices = [("", item.empty), *offered]

    @property
    def text_unit(self) -> str:
        """What this platform counts a text in."""
        return self.adapter.text_unit

    @property
    def text_limit(self) -> int:
        """How long a text may be, in the platform's unit; 0 when it says nothing."""
        limit = self.adapter.limits.get("text")
        return int(limit.value) if limit else 0

    def before(self, target: PostTarget) -> dict[str, Any]:
        """The fields of a saved target. The keyword "title" is the target's title, everything else an option."""
        saved = {**target.options, "title": target.title}
        return {
            "use": True,
            "text": target.text or "",
            **{item.name: options.shown(item, saved[item.name]) for item in self.described if item.name in saved},
        }

    def target(self, shared_text: str) -> TargetInput:
        """This account's share."""
        own: str = self.cleaned_data.get("text") or ""
        title: str = self.cleaned_data.get("title") or ""
        if not title and self.platform.text.needs_title:
            title = title_from(own or shared_text)
        chosen = options.chosen(self.described, self.cleaned_data)
        return TargetInput(self.account.pk, own if own.strip() else None, title, chosen)

    @property
    def chosen(self) -> bool:
        """Whether the person wants to post here."""
        if self.is_bound:
            return bool(self.data.get(self.add_prefix("use")))
        return bool(self.initial.get("use"))

    @cached_property
    def sections(self) -> list[options.Section]:
        """What is drawn above the account's own text."""
        return [item for item in self._sections if not (item.group and item.group.folded)]

    @cached_property
    def folded(self) -> list[options.Section]:
        """What a person opens, drawn below it."""
        return [item for item in self._sections if item.group and item.group.folded]

    @cached_property
    def _sections(self) -> list[options.Section]:
        return options.sections(self.described, self)

    @property
    def creator(self) -> str:
        """As whom the account posts, where the platform wants that shown."""
        if not self.platform.names_creator:
            return ""
        return str(self.choices.get("nickname") or self.account.name)

    @property
    def terms(self) -> str:
        """What a person agrees to by posting."""
        found = [each.label for each in self.platform.terms if not each.when or self[each.when].value()]
        return " and ".join(found)

    @property
    def left_out(self) -> str:
        """The choices that the service does not pass on, where posts go through one."""
        passed = {item.name for item in self.described}
        return ", ".join(item.label for item in self.platform.fields if item.on_form and item.name not in passed)


def _picture_label(file: MediaFile) -> str:
    """What tells one picture from another of the same name."""
    shape = f"{file.width}×{file.height}, " if file.width else ""
    return (
        f"{file.original_name or 'Picture'} · {shape}{size_words(file.size_bytes)}, {file.created_at:%d %b %H:%M} UTC"
    )


def place_problem(forms_by_account: Mapping[UUID, AccountForm], account_id: UUID, field: str, sentence: str) -> bool:
    """Put a preflight sentence at its field; False when it concerns the shared part."""
    form = forms_by_account.get(account_id)
    if form is None or field == "media":
        return False
    pictures = [item.name for item in form.described if item.kind == "picture"]
    name = pictures[0] if field == "thumbnail" and pictures else field
    form.add_error(name if name in form.fields else None, sentence)
    return True
