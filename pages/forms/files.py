"""Choosing files of the media library for a form, in an order (`publishing/_picker.html`)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from media.models import MediaFile


class FilesForm(forms.Form):
    """The files of a form in their order; those that can be chosen are given to it."""

    media = forms.MultipleChoiceField(  # type: ignore[assignment] # a form's own attribute of that name is for assets
        label="Files", required=False, widget=forms.CheckboxSelectMultiple
    )
    media_order = forms.CharField(required=False, max_length=4_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, files: Iterable[MediaFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        media = self.fields["media"]
        assert isinstance(media, forms.MultipleChoiceField)
        media.choices = [(str(file.pk), file.original_name) for file in files]

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
