"""The form of a post: one part that all accounts share, and one for each account with what its platform requires."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms

from media.models import MediaFile
from media.words import size_words
from pages.forms.times import WallTimeField, ZoneField
from publishing.models import PostTarget, SocialAccount
from publishing.platforms.declared import Field
from publishing.platforms.registry import adapter_for
from publishing.platforms.tiktok.check import PRIVACY as TIKTOK_PRIVACY
from publishing.platforms.tiktok.check import SEND_TO as TIKTOK_SEND_TO
from publishing.platforms.youtube.check import CATEGORIES, DEFAULT_CATEGORY
from publishing.platforms.youtube.check import PRIVACY as YOUTUBE_PRIVACY
from publishing.posts.request_body import title_from
from publishing.services.posts import TargetInput
from publishing.services.schedule import When


class PostForm(forms.Form):
    """What all accounts share: the files in their order, the text, the time."""

    media = forms.MultipleChoiceField(  # type: ignore[assignment] # a form's own attribute of that name is for assets
        label="Files", required=False, widget=forms.CheckboxSelectMultiple
    )
    media_order = forms.CharField(required=False, max_length=4_000, widget=forms.HiddenInput)
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
        super().__init__(*args, **kwargs)
        media = self.fields["media"]
        assert isinstance(media, forms.MultipleChoiceField)
        media.choices = [(str(file.pk), file.original_name) for file in files]
        self.fields["timezone"].initial = zone

    def chosen_media(self) -> list[UUID]:
        """The chosen files in the order that the person gave them; those without a place come last.

        Read from what was sent: a sentence about the files takes nothing of the choice away.
        """
        media = self.fields["media"]
        assert isinstance(media, forms.MultipleChoiceField)
        chosen = [key for key in self["media"].value() or [] if media.valid_value(key)]
        order = str(self["media_order"].value() or "").split(",")
        places = {key: place for place, key in enumerate(order)}
        return [UUID(key) for key in sorted(dict.fromkeys(chosen), key=lambda key: places.get(key, len(places)))]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        later = found.get("when") == "later" or self.data.get("action") == "schedule"
        if later and not found.get("wall_time") and "wall_time" not in self.errors:
            self.add_error("wall_time", "Choose a date and a time.")
        return found

    def time(self) -> When:
        """The chosen wall time."""
        return When(wall=self.cleaned_data["wall_time"], zone=self.cleaned_data["timezone"])


class AccountForm(forms.Form):
    """One account's share. Subclasses add what the platform asks of a person."""

    platform = ""
    text_label = "Another text for this account"
    toggles: tuple[str, ...] = ()
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
        self.choices = choices
        kwargs["prefix"] = f"a{account.pk.hex}"
        kwargs["initial"] = (
            {**self.before(target), **(kwargs.get("initial") or {})} if target else kwargs.get("initial")
        )
        super().__init__(*args, **kwargs)
        self.fields["text"].label = self.text_label
        self.narrow()

    def narrow(self) -> None:
        """Offer only what the account offers."""

    def offer_pictures(self, files: Iterable[MediaFile]) -> None:
        """Pictures that can be chosen as a thumbnail, where the platform takes one."""

    @property
    def text_unit(self) -> str:
        """What this platform counts a text in."""
        return adapter_for(self.account.platform, self.account.via).text_unit

    @property
    def text_limit(self) -> int:
        """How long a text may be, in the platform's unit; 0 when it says nothing."""
        limit = adapter_for(self.account.platform, self.account.via).limits.get("text")
        return int(limit.value) if limit else 0

    def before(self, target: PostTarget) -> dict[str, Any]:
        """The fields of a saved target."""
        return {"use": True, "text": target.text or "", "title": target.title, **target.options}

    def options(self) -> dict[str, Any]:
        """The platform's options as the service takes them."""
        return {}

    def target(self, shared_text: str) -> TargetInput:
        """This account's share."""
        own: str = self.cleaned_data.get("text") or ""
        return TargetInput(
            self.account.pk, own if own.strip() else None, self.title(own or shared_text), self.options()
        )

    def title(self, text: str) -> str:
        return ""

    @property
    def chosen(self) -> bool:
        """Whether the person wants to post here."""
        if self.is_bound:
            return bool(self.data.get(self.add_prefix("use")))
        return bool(self.initial.get("use"))


class TikTokForm(AccountForm):
    """TikTok's duties: the audience has no default, every interaction is off until the person allows it."""

    platform = "tiktok"
    send_to = forms.ChoiceField(
        label="How",
        required=False,
        choices=list(TIKTOK_SEND_TO.items()),
        initial="post",
        widget=forms.RadioSelect,
        help_text="A draft is finished in TikTok's app; its caption is written there, except for photos.",
    )
    title_text = forms.CharField(
        label="Title", required=False, max_length=200, help_text="For photos only; 90 characters at most."
    )
    auto_add_music = forms.BooleanField(label="Let TikTok add music to photos", required=False)
    privacy_level = forms.ChoiceField(label="Who can see this video", required=False, widget=forms.RadioSelect)
    allow_comment = forms.BooleanField(label="Allow comments", required=False)
    allow_duet = forms.BooleanField(label="Allow duets", required=False)
    allow_stitch = forms.BooleanField(label="Allow stitches", required=False)
    disclose = forms.BooleanField(
        label="This video promotes a brand, a product or a service",
        required=False,
        help_text="TikTok then shows a label on the video.",
    )
    your_brand = forms.BooleanField(label="My own brand (“Promotional content”)", required=False)
    branded_content = forms.BooleanField(label="Another brand (“Paid partnership”)", required=False)
    is_aigc = forms.BooleanField(label="Made with AI", required=False)
    toggles = (
        "allow_comment", "allow_duet", "allow_stitch", "disclose", "your_brand", "branded_content", "is_aigc",
        "auto_add_music",
    )  # fmt: skip

    def narrow(self) -> None:
        offered = self.choices.get("privacy_level_options") or list(TIKTOK_PRIVACY)
        field = self.fields["privacy_level"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, TIKTOK_PRIVACY.get(name, name)) for name in offered]
        for name in ("comment", "duet", "stitch"):
            if self.choices.get(f"{name}_disabled"):
                toggle = self.fields[f"allow_{name}"]
                toggle.disabled = True
                toggle.help_text = "Switched off in this account's TikTok settings."

    def options(self) -> dict[str, Any]:
        found: dict[str, Any] = {name: bool(self.cleaned_data.get(name)) for name in self.toggles}
        found["privacy_level"] = self.cleaned_data.get("privacy_level") or ""
        return {**found, "send_to": self.cleaned_data.get("send_to") or "post"}

    def before(self, target: PostTarget) -> dict[str, Any]:
        return {**super().before(target), "title_text": target.title}

    def title(self, text: str) -> str:
        return self.cleaned_data.get("title_text") or ""


class YouTubeForm(AccountForm):
    """YouTube asks for a title, an audience, and whether the video is made for kids."""

    platform = "youtube"
    text_label = "Another description for this account"
    title_text = forms.CharField(
        label="Title", required=False, max_length=200, help_text="Left empty, the first line of the text is taken."
    )
    privacy_status = forms.ChoiceField(
        label="Who can see this video",
        required=False,
        choices=list(YOUTUBE_PRIVACY.items()),
        initial="public",
        widget=forms.RadioSelect,
    )
    made_for_kids = forms.ChoiceField(
        label="Is this video made for kids?",
        required=False,
        choices=[("no", "No, it is not made for kids"), ("yes", "Yes, it is made for kids")],
        widget=forms.RadioSelect,
        help_text="YouTube requires an answer by law (COPPA).",
    )
    category_id = forms.ChoiceField(
        label="Category", required=False, choices=list(CATEGORIES.items()), initial=DEFAULT_CATEGORY
    )
    tags = forms.CharField(label="Tags", required=False, max_length=600, help_text="Separated by commas.")
    thumbnail_file_id = forms.ChoiceField(
        label="Thumbnail",
        required=False,
        help_text="A picture of the media library. YouTube asks for a verified channel.",
    )
    notify_subscribers = forms.BooleanField(label="Notify subscribers", required=False, initial=True)
    is_synthetic = forms.BooleanField(label="Contains realistic altered or generated scenes", required=False)

    def offer_pictures(self, files: Iterable[MediaFile]) -> None:
        field = self.fields["thumbnail_file_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "YouTube chooses one"), *((str(file.pk), _picture_label(file)) for file in files)]

    def before(self, target: PostTarget) -> dict[str, Any]:
        found = super().before(target)
        kids = found.get("made_for_kids")
        found["made_for_kids"] = {True: "yes", False: "no"}.get(kids, "") if isinstance(kids, bool) else ""
        found["tags"] = ", ".join(found.get("tags") or [])
        found["title_text"] = target.title
        return found

    def title(self, text: str) -> str:
        return self.cleaned_data.get("title_text") or title_from(text)

    def options(self) -> dict[str, Any]:
        data = self.cleaned_data
        found: dict[str, Any] = {
            "privacy_status": data.get("privacy_status") or "",
            "category_id": data.get("category_id") or DEFAULT_CATEGORY,
            "tags": [tag.strip() for tag in (data.get("tags") or "").split(",") if tag.strip()],
            "notify_subscribers": bool(data.get("notify_subscribers")),
            "is_synthetic": bool(data.get("is_synthetic")),
        }
        if data.get("thumbnail_file_id"):
            found["thumbnail_file_id"] = data["thumbnail_file_id"]
        if data.get("made_for_kids"):
            found["made_for_kids"] = data["made_for_kids"] == "yes"
        return found


def _picture_label(file: MediaFile) -> str:
    """What tells one picture from another of the same name."""
    shape = f"{file.width}×{file.height}, " if file.width else ""
    return (
        f"{file.original_name or 'Picture'} · {shape}{size_words(file.size_bytes)}, {file.created_at:%d %b %H:%M} UTC"
    )


class DescribedForm(AccountForm):
    """The form of every other platform, made from what its adapter says a person chooses (`Adapter.fields`)."""

    def __init__(self, *args: Any, account: SocialAccount, **kwargs: Any) -> None:
        self.platform = account.platform
        self.adapter = adapter_for(account.platform, account.via)
        super().__init__(*args, account=account, **kwargs)

    def narrow(self) -> None:
        # The keyword "title" is the account's title, everything else an option of the platform.
        for described in self.adapter.fields:
            self.fields[described.name] = _drawn(described)

    def before(self, target: PostTarget) -> dict[str, Any]:
        found = super().before(target)
        lists = {item.name for item in self.adapter.fields if item.kind == "lines"}
        return {name: ", ".join(value) if name in lists else value for name, value in found.items()}

    def title(self, text: str) -> str:
        own: str = self.cleaned_data.get("title") or ""
        return own or (title_from(text) if self.adapter.needs_title else "")

    def options(self) -> dict[str, Any]:
        """What was chosen; what was left empty is not sent."""
        found: dict[str, Any] = {}
        for described in self.adapter.fields:
            value = self.cleaned_data.get(described.name)
            if described.kind == "lines":
                value = [part.strip() for part in (value or "").split(",") if part.strip()]
            if described.name != "title" and (described.kind == "toggle" or value not in ("", None, [])):
                found[described.name] = value
        return found

    @property
    def first(self) -> list[tuple[Field, forms.BoundField]]:
        return [(item, self[item.name]) for item in self.adapter.fields if not item.more]

    @property
    def more(self) -> list[tuple[Field, forms.BoundField]]:
        return [(item, self[item.name]) for item in self.adapter.fields if item.more]


def _drawn(described: Field) -> forms.Field:
    common: dict[str, Any] = {
        "label": described.label, "help_text": described.help, "initial": described.initial, "required": False,
    }  # fmt: skip
    if described.kind == "toggle":
        return forms.BooleanField(**common)
    if described.kind == "choice":
        return forms.ChoiceField(choices=described.choices, widget=forms.RadioSelect, **common)
    if described.kind == "number":
        return forms.IntegerField(min_value=0, **common)
    return forms.CharField(max_length=2_000, **common)


FORMS: dict[str, type[AccountForm]] = {form.platform: form for form in (TikTokForm, YouTubeForm)}


def form_of(platform: str) -> type[AccountForm]:
    """The part of the form for an account: its platform's own, else the one that its adapter describes."""
    return FORMS.get(platform, DescribedForm)


# Where a preflight problem is put right on the form; everything else is told above the account's part.
FIELDS = {
    "title": "title_text", "text": "text", "thumbnail": "thumbnail_file_id",
    "privacy_level": "privacy_level", "privacy_status": "privacy_status",
    "made_for_kids": "made_for_kids", "category_id": "category_id", "tags": "tags", "disclose": "disclose",
}  # fmt: skip


def place_problem(forms_by_account: Mapping[UUID, AccountForm], account_id: UUID, field: str, sentence: str) -> bool:
    """Put a preflight sentence at its field; False when it concerns the shared part."""
    form = forms_by_account.get(account_id)
    if form is None or field == "media":
        return False
    name = FIELDS.get(field, field)
    name = name if name in form.fields else field
    form.add_error(name if name in form.fields else None, sentence)
    return True
