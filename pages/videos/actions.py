"""What people do to videos and folders. Each is a plain form first: POST, then a redirect."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_POST

from core.errors import Conflict, DomainError, ValidationFailed
from core.formatting import counted
from pages.access import SignedIn, add_errors, signed_in
from pages.forms.videos import DetailsForm
from pages.videos import compare, detail
from patterns import services as patterns
from videos import selectors
from videos.models import Video
from videos.services import folders, library, processing

Do = Callable[[UUID], object]


def _back(request: SignedIn, fallback: str) -> HttpResponse:
    """To the page the form says, if it is one of ours."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith("/videos/")
    return redirect(target if is_ours else fallback)


def _ids(values: Iterable[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def _offer_undo(request: SignedIn, text: str, kind: str, ids: list[UUID]) -> None:
    """The next page of the library says what happened and offers to take it back."""
    request.session["videos_undo"] = {"text": text, "kind": kind, "ids": [str(key) for key in ids]}


@signed_in
@require_POST
def bulk(request: SignedIn) -> HttpResponse:
    """One action on all chosen videos; what could not be done is said by name and stops nothing else."""
    ids = _ids(request.POST.getlist("video"))
    verb = request.POST.get("do", "")
    home = reverse("videos")
    if verb == "compare" and 2 <= len(ids) <= compare.MOST:
        return redirect(compare.address(ids))
    if verb == "plan" and ids:
        return redirect(f"{reverse('post_batch')}?{urlencode([('video', str(key)) for key in ids])}")
    try:
        library.check_many(ids)
        act, done = _verb(request, verb)
    except ValidationFailed as error:
        messages.error(request, error.message)
        return _back(request, home)
    finished, refused = [], []
    for key in ids:
        try:
            act(key)
            finished.append(key)
        except DomainError as error:
            if error.status == 403:
                raise
            refused.append(error.message)
    if finished and verb in ("delete", "archive"):
        _offer_undo(request, f"{counted(len(finished), 'video')} {done}.", verb, finished)
    elif finished:
        messages.success(request, f"{counted(len(finished), 'video')} {done}.")
    for sentence in dict.fromkeys(refused):
        messages.error(request, sentence)
    return _back(request, home)


def _verb(request: SignedIn, verb: str) -> tuple[Do, str]:
    """What to do to each video, and how to say that it was done."""
    actor, form = request.actor, request.POST
    if verb == "move":
        ids = _ids([form.get("folder", "")])
        folder = folders.get_folder(actor, ids[0]) if ids else None
        place = f"moved to “{folder.name}”" if folder else "taken out of their folders"
        return (
            lambda key: library.update(actor=actor, video_id=key, folder_id=folder.pk if folder else None, move=True),
            place,
        )
    if verb == "tag":
        tags = [tag for tag in form.get("tag", "").split(",") if tag.strip()]
        if not tags:
            raise ValidationFailed("tag", "Type the tag to add first.")
        return lambda key: library.add_tags(actor=actor, video_id=key, tags=tags), "tagged"
    simple: dict[str, tuple[Do, str]] = {
        "analyse": (lambda key: patterns.analyze(actor=actor, video_id=key), "will be analysed again"),
        "archive": (lambda key: library.archive(actor=actor, video_id=key), "archived"),
        "unarchive": (
            lambda key: library.archive(actor=actor, video_id=key, archived=False),
            "back in the library",
        ),
        "delete": (lambda key: library.delete(actor=actor, video_id=key), "moved to the trash"),
        "restore": (lambda key: library.restore(actor=actor, video_id=key), "restored"),
    }
    if verb == "compare":
        raise ValidationFailed("compare", f"Choose 2 to {compare.MOST} videos to compare.")
    if verb not in simple:
        raise ValidationFailed("verb", "Choose what to do with the videos.")
    return simple[verb]


@signed_in
@require_POST
def undo(request: SignedIn) -> HttpResponse:
    """Take back a deletion or an archiving."""
    kind, ids = request.POST.get("kind"), _ids(request.POST.getlist("video"))
    if kind == "folder":
        for key in ids:
            folders.restore_folder(actor=request.actor, folder_id=key)
        messages.success(request, "The folder is back.")
        return _back(request, reverse("videos"))
    library.check_many(ids)
    for key in ids:
        if kind == "archive":
            library.archive(actor=request.actor, video_id=key, archived=False)
        else:
            library.restore(actor=request.actor, video_id=key)
    messages.success(request, f"{counted(len(ids), 'video')} back in the library.")
    return _back(request, reverse("videos"))


@signed_in
@require_POST
def folder_create(request: SignedIn) -> HttpResponse:
    """A new folder; the library opens it."""
    parent = _ids([request.POST.get("parent", "")])
    try:
        folder = folders.create_folder(
            actor=request.actor, name=request.POST.get("name", ""), parent_id=parent[0] if parent else None
        )
    except DomainError as error:
        return _say(request, error)
    return redirect(f"{reverse('videos')}?folder={folder.pk}")


def _say(request: SignedIn, error: DomainError) -> HttpResponse:
    if error.status in (403, 404):
        raise error
    messages.error(request, error.message)
    return _back(request, reverse("videos"))


@signed_in
@require_POST
def folder_update(request: SignedIn, pk: UUID) -> HttpResponse:
    """Rename a folder."""
    try:
        folders.update_folder(actor=request.actor, folder_id=pk, name=request.POST.get("name", ""))
    except DomainError as error:
        return _say(request, error)
    return redirect(f"{reverse('videos')}?folder={pk}")


@signed_in
@require_POST
def folder_delete(request: SignedIn, pk: UUID) -> HttpResponse:
    """Delete a folder; its videos stay."""
    folder = folders.delete_folder(actor=request.actor, folder_id=pk)
    _offer_undo(request, f"The folder “{folder.name}” is deleted; its videos are still here.", "folder", [pk])
    return redirect("videos")


@signed_in
@require_POST
def tag_update(request: SignedIn, pk: UUID) -> HttpResponse:
    """Rename a tag everywhere."""
    try:
        folders.rename_tag(actor=request.actor, tag_id=pk, name=request.POST.get("name", ""))
    except DomainError as error:
        return _say(request, error)
    return redirect(f"{reverse('videos')}?tag={pk}")


@signed_in
@require_POST
def tag_delete(request: SignedIn, pk: UUID) -> HttpResponse:
    """Take a tag off all videos."""
    tag = folders.get_tag(request.actor, pk)
    folders.delete_tag(actor=request.actor, tag_id=pk)
    messages.success(request, f"The tag “{tag.name}” is gone; its videos are still here.")
    return redirect("videos")


@signed_in
@require_POST
def edit_details(request: SignedIn, pk: UUID) -> HttpResponse:
    """Title, folder and tags of one video."""
    form = DetailsForm(request.POST, folders=selectors.folders(request.actor))
    if not form.is_valid():
        return detail.page(request, pk, form=form)
    asked = form.cleaned_data
    try:
        library.update(
            actor=request.actor,
            video_id=pk,
            title=asked["title"],
            folder_id=asked["folder"].pk if asked["folder"] else None,
            move=True,
            tags=asked["tags"].split(","),
            version=asked["version"],
        )
        messages.success(request, "Saved.")
    except ValidationFailed as error:
        add_errors(form, error)
        return detail.page(request, pk, form=form)
    except Conflict as error:
        return detail.page(request, pk, form=form, conflict=error)
    return redirect("video_detail", pk=pk)


@signed_in
@require_POST
def analyze(request: SignedIn, pk: UUID) -> HttpResponse:
    """Measure a video again."""
    patterns.analyze(actor=request.actor, video_id=pk)
    messages.success(request, "The analysis has started. This page follows it.")
    return redirect("video_detail", pk=pk)


@signed_in
@require_POST
def read_meaning(request: SignedIn, pk: UUID) -> HttpResponse:
    """Read what a video means again; its facts stay."""
    patterns.read_meaning(actor=request.actor, video_id=pk)
    messages.success(request, "The meaning is being read. This page follows it.")
    return redirect("video_detail", pk=pk)


@signed_in
@require_POST
def retry(request: SignedIn, pk: UUID) -> HttpResponse:
    """Take up a failed video where it failed."""
    processing.retry(actor=request.actor, video_id=pk)
    messages.success(request, "Trying again. This page follows it.")
    return redirect("video_detail", pk=pk)


@signed_in
@require_POST
def archive(request: SignedIn, pk: UUID) -> HttpResponse:
    """Out of the everyday view, or back."""
    archived = request.POST.get("archived") != "no"
    video = library.archive(actor=request.actor, video_id=pk, archived=archived)
    messages.success(request, f"“{video.title}” is {'archived' if archived else 'back in the library'}.")
    return redirect("video_detail", pk=pk)


@signed_in
@require_POST
def delete(request: SignedIn, pk: UUID) -> HttpResponse:
    """Into the trash."""
    video: Video = library.delete(actor=request.actor, video_id=pk)
    _offer_undo(request, f"“{video.title}” is in the trash for 30 days.", "delete", [pk])
    return redirect("videos")


@signed_in
@require_POST
def restore(request: SignedIn, pk: UUID) -> HttpResponse:
    """Out of the trash."""
    video = library.restore(actor=request.actor, video_id=pk)
    messages.success(request, f"“{video.title}” is back in the library.")
    return redirect("video_detail", pk=pk)
