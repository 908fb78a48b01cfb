"""Posts: the list, and the page that says what became of one on each account."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from accounts.policy import Action, may
from core.errors import ValidationFailed
from core.formatting import counted
from pages import selected_posts, target_receipts
from pages.access import SignedIn, signed_in
from publishing import selectors
from publishing.models import PostTarget
from publishing.platforms.registry import ADAPTERS
from publishing.services import posts, schedule, targets
from publishing.states import PLANNED, PostState, TargetState

PER_PAGE = 20


@signed_in
def posts_page(request: SignedIn) -> HttpResponse:
    """All posts, by state, platform, campaign and words."""
    query = request.GET
    rows = selectors.post_lines(
        request.actor,
        state=query.get("status", ""),
        platform=query.get("platform", ""),
        campaign=query.get("campaign", ""),
        search=query.get("q", ""),
    )
    page = Paginator(rows, PER_PAGE).get_page(query.get("page"))
    context = {
        "page": page,
        "summaries": [(post, selectors.summary(post)) for post in page],
        "states": PostState.choices,
        "stuck": targets.stuck(request.actor).count(),
        "platforms": [(name, adapter.label) for name, adapter in ADAPTERS.items()],
        "campaigns": selectors.campaigns(request.actor),
        "may_write": bool(may(request.actor, Action.WRITE)),
        "filtered": any(query.get(name) for name in ("status", "platform", "campaign", "q")),
        **selected_posts.offered(request),
    }
    response = render(request, "publishing/_posts.html" if request.htmx else "publishing/posts.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
def post_detail(request: SignedIn, post_id: UUID) -> HttpResponse:
    """The truth about a post, account by account, live."""
    post = selectors.post(request.actor, post_id)
    states = {row.state for row in post.targets.all()}
    context = {
        "post": post,
        "summary": selectors.summary(post),
        "rows": target_receipts.rows(request.actor, post),
        "may_change": selectors.may_change(post),
        "may_send": selectors.may_send(post),
        "is_planned": bool(states & PLANNED),
        "is_public": TargetState.PUBLISHED in states,
        "may_write": bool(may(request.actor, Action.WRITE)),
    }
    response = render(request, "publishing/_post.html" if request.htmx else "publishing/post.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _back(request: SignedIn, post_id: UUID, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("post_detail", post_id)


@require_POST
@signed_in
def target_retry(request: SignedIn, post_id: UUID, target_id: UUID) -> HttpResponse:
    row = targets.retry(actor=request.actor, post_id=post_id, target_id=target_id)
    return _back(request, post_id, f"{row.account.handle} is tried again now.")


@require_POST
@signed_in
def target_cancel(request: SignedIn, post_id: UUID, target_id: UUID) -> HttpResponse:
    row = targets.cancel(actor=request.actor, post_id=post_id, target_id=target_id)
    return _back(request, post_id, f"Cancelled for {row.account.handle}.")


@require_POST
@signed_in
def target_look(request: SignedIn, post_id: UUID, target_id: UUID) -> HttpResponse:
    row = targets.look_again(actor=request.actor, post_id=post_id, target_id=target_id)
    return _back(request, post_id, f"We are checking {row.account.handle} again.")


@require_POST
@signed_in
def target_resolve(request: SignedIn, post_id: UUID, target_id: UUID) -> HttpResponse:
    """The person's answer to "Is it live?"."""
    if request.POST.get("live") == "yes":
        link = request.POST.get("link", "")
        row: PostTarget = targets.resolve_live(actor=request.actor, post_id=post_id, target_id=target_id, link=link)
        return _back(request, post_id, f"Thank you: it counts as published on {row.account.handle}.")
    row = targets.resolve_not_live(actor=request.actor, post_id=post_id, target_id=target_id)
    return _back(request, post_id, f"It is sent to {row.account.handle} again.")


@require_POST
@signed_in
def posts_retry(request: SignedIn) -> HttpResponse:
    """Everything that is stuck, tried again together."""
    count = targets.retry_all(actor=request.actor)
    verb = "is" if count == 1 else "are"
    messages.success(request, f"{counted(count, 'post')} {verb} tried again now." if count else "Nothing was stuck.")
    return redirect("posts")


@require_POST
@signed_in
def post_publish(request: SignedIn, post_id: UUID) -> HttpResponse:
    try:
        schedule.publish_now(actor=request.actor, post_id=post_id)
    except ValidationFailed as error:
        messages.error(request, error.message)
        return redirect("compose_post", post_id)
    return _back(request, post_id, "The post is on its way.")


@require_POST
@signed_in
def post_unschedule(request: SignedIn, post_id: UUID) -> HttpResponse:
    schedule.unschedule(actor=request.actor, post_id=post_id)
    return _back(request, post_id, "The post is a draft again.")


@require_POST
@signed_in
def post_delete(request: SignedIn, post_id: UUID) -> HttpResponse:
    stays = posts.delete_post(actor=request.actor, post_id=post_id)
    more = " What was published stays live on its platform." if stays else ""
    messages.success(request, f"The post is deleted here.{more}")
    return redirect("posts")


_ONE = "posts/<uuid:post_id>/"
_TARGET = f"{_ONE}targets/<uuid:target_id>/"

urlpatterns = [
    path("posts/", posts_page, name="posts"),
    path("posts/retry/", posts_retry, name="posts_retry"),
    path(_ONE, post_detail, name="post_detail"),
    path(f"{_ONE}publish/", post_publish, name="post_publish"),
    path(f"{_ONE}unschedule/", post_unschedule, name="post_unschedule"),
    path(f"{_ONE}delete/", post_delete, name="post_delete"),
    path(f"{_TARGET}retry/", target_retry, name="target_retry"),
    path(f"{_TARGET}cancel/", target_cancel, name="target_cancel"),
    path(f"{_TARGET}look/", target_look, name="target_look"),
    path(f"{_TARGET}resolve/", target_resolve, name="target_resolve"),
]
