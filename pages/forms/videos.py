"""Forms of the library. Rules live in the services; these carry fields."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from pages.forms.model_choices import offer
from videos.models import Folder

ACCEPT = "video/mp4,video/quicktime,video/x-m4v,video/webm,video/x-msvideo,.mp4,.mov,.m4v,.webm,.avi"


class UploadForm(forms.Form):
    """One video, without scripts. An empty file reaches the service, which has the better sentence."""

    file = forms.FileField(
        label="Video file", allow_empty_file=True, widget=forms.ClearableFileInput(attrs={"accept": ACCEPT})
    )
    title = forms.CharField(label="Title", max_length=200, required=False, help_text="Empty: the file's name.")
    folder = forms.ModelChoiceField[Folder](label="Folder", queryset=None, required=False, empty_label="No folder")

    def __init__(self, *args: Any, folders: QuerySet[Folder], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, folder=folders)


class DetailsForm(forms.Form):
    """Title, folder and tags of a video."""

    title = forms.CharField(label="Title", max_length=200)
    folder = forms.ModelChoiceField[Folder](label="Folder", queryset=None, required=False, empty_label="No folder")
    tags = forms.CharField(label="Tags", max_length=1000, required=False, help_text="Separated by commas.")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, folders: QuerySet[Folder], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, folder=folders)
