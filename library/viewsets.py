"""The API of the library: shape only; services and selectors do the work."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.policy import Action
from core.api import ActorViewSet, endpoint
from core.idempotency import idempotent, key_of
from library import input_serializers as inputs
from library import selectors, using
from library import serializers as shapes
from library.content import PlatformPart, TemplateContent
from library.models import HashtagGroup, Signature, Template
from library.selectors import Filters
from library.services import drafts, hashtag_groups, signatures, templates
from library.using import Extras
from publishing.models import Post
from publishing.services.posts import Content, TargetInput

_NAMES = {"content": "text"}
_WHOLE: dict[str, Any] = {"text": "", "title": "", "platforms": {}, "media_ids": [], "tags": [], "notes": ""}


class _Writing(ActorViewSet):
    """Who may not write is told so before the body is looked at."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            policy.require(self.actor, Action.WRITE)


def _template_changes(body: dict[str, Any]) -> dict[str, Any]:
    """Fields of `TemplateContent` from those of the API."""
    own = {"name", "content", "title", "platforms", "media_ids", "tags", "notes"}
    found = {_NAMES.get(name, name): value for name, value in body.items() if name in own}
    if "platforms" in found:
        found["platforms"] = {
            row["platform"]: PlatformPart(row.get("content"), row.get("title", ""), row.get("options", {}))
            for row in found["platforms"]
        }
    return found


class LibraryViewSet(_Writing):
    """Templates and drafts; an id names one or the other."""

    serializer_class = shapes.LibraryItemSerializer
    queryset = Template.objects.none()

    def _item(self, row: Template | Post, code: int = status.HTTP_200_OK) -> Response:
        return Response(shapes.LibraryItemSerializer(row).data, status=code)

    @endpoint(query=inputs.LibraryQuery, responses=shapes.LibraryItemSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Templates (`type=template`) or drafts (`type=draft`), newest first."""
        wanted = dict(self.query)
        is_draft = wanted.pop("type") == inputs.DRAFT
        rows: Any = (selectors.drafts if is_draft else selectors.templates)(self.actor, Filters(**wanted))
        return self.paged(rows, shapes.LibraryItemSerializer)

    @endpoint(request=inputs.LibraryItemCreateSerializer, responses={201: shapes.LibraryItemSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Make a template (or save a post as one), or a draft."""
        body = self.body
        if body["type"] == inputs.DRAFT:
            targets = [TargetInput(pk) for pk in body.get("account_ids", ())]
            content = Content(body.get("content", ""), body.get("media_ids", []), targets, body.get("campaign", ""))
            extras = Extras.chosen(self.actor, body.get("hashtag_group_ids", ()), body.get("signature_id"))
            made: Template | Post = drafts.create(
                actor=self.actor, content=content, names=body.get("tags", ()), extras=extras, key=key_of(request)
            )
        elif "post_id" in body:
            made = templates.save_post(actor=self.actor, post_id=body["post_id"], changes=_template_changes(body))
        else:
            made = templates.create(actor=self.actor, content=TemplateContent(**_template_changes(body)))
        return self._item(made, status.HTTP_201_CREATED)

    @endpoint(responses=shapes.LibraryItemSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One template or draft."""
        return self._item(selectors.item(self.actor, pk))

    @endpoint(request=inputs.LibraryItemChangeSerializer, responses=shapes.LibraryItemSerializer)
    def update(self, request: Request, pk: UUID) -> Response:
        """Replace all of it: what is left out becomes empty. 409 when somebody saved since `version`."""
        return self._change(pk, whole=True)

    @endpoint(request=inputs.LibraryItemChangeSerializer, responses=shapes.LibraryItemSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is given. 409 when somebody saved since `version`."""
        return self._change(pk, whole=False)

    def _change(self, pk: UUID, *, whole: bool) -> Response:
        body, row = dict(self.body), selectors.item(self.actor, pk)
        version = body.pop("version")
        if isinstance(row, Template):
            inputs.refuse_others(body, inputs.TEMPLATE, inputs.OF_DRAFTS)
            changes = {**(_WHOLE if whole else {}), **_template_changes(body)}
            return self._item(templates.update(actor=self.actor, template_id=pk, version=version, changes=changes))
        inputs.refuse_others(body, inputs.DRAFT, inputs.OF_TEMPLATES)
        return self._item(self._change_draft(row, version, body, whole=whole))

    def _change_draft(self, row: Post, version: int, body: dict[str, Any], *, whole: bool) -> Post:
        empty: dict[str, Any] = {"text": "", "media_ids": [], "campaign": "", "targets": []} if whole else {}
        changes = {_NAMES.get(name, name): body[name] for name in ("content", "media_ids", "campaign") if name in body}
        if "account_ids" in body:
            known = {share.account_id: share for share in row.targets.all()}
            changes["targets"] = [
                TargetInput(pk, known[pk].text, known[pk].title, known[pk].options) if pk in known else TargetInput(pk)
                for pk in body["account_ids"]
            ]
        names = body.get("tags", [] if whole else None)
        return drafts.update(
            actor=self.actor, post_id=row.pk, version=version, changes={**empty, **changes}, names=names
        )

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Put a template into the trash, or delete a draft; `restore` brings either back."""
        row = selectors.item(self.actor, pk)
        if isinstance(row, Template):
            templates.delete(actor=self.actor, template_id=pk)
        else:
            drafts.delete(actor=self.actor, post_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @endpoint(responses=shapes.LibraryItemSerializer)
    def restore(self, request: Request, pk: UUID) -> Response:
        """Bring back what was deleted: a template within 30 days, a draft of which nothing was sent."""
        if Template.objects.for_workspace(self.actor.workspace_id).filter(pk=pk).exists():
            return self._item(templates.restore(actor=self.actor, template_id=pk))
        return self._item(drafts.restore(actor=self.actor, post_id=pk))

    @endpoint(responses={201: shapes.LibraryItemSerializer})
    @idempotent
    def duplicate(self, request: Request, pk: UUID) -> Response:
        """Another template or draft that says the same."""
        row = selectors.item(self.actor, pk)
        if isinstance(row, Template):
            return self._item(templates.duplicate(actor=self.actor, template_id=pk), status.HTTP_201_CREATED)
        return self._item(drafts.duplicate(actor=self.actor, post_id=pk), status.HTTP_201_CREATED)

    @endpoint(request=inputs.TemplateUseSerializer, responses={201: shapes.TemplateUsedSerializer})
    @idempotent
    def use(self, request: Request, pk: UUID) -> Response:
        """Make a draft of a template with values for its variables. Every missing one is named."""
        body = self.body
        made = drafts.use(
            actor=self.actor,
            template_id=pk,
            values=body.get("variables", {}),
            account_ids=body.get("account_ids"),
            campaign=body.get("campaign", ""),
            extras=Extras.chosen(self.actor, body.get("hashtag_group_ids", ()), body.get("signature_id")),
            key=key_of(request),
        )
        return Response(shapes.TemplateUsedSerializer(made).data, status=status.HTTP_201_CREATED)

    @endpoint(request=inputs.TemplateValuesSerializer, responses=shapes.TemplatePreviewSerializer)
    def preview(self, request: Request, pk: UUID) -> Response:
        """A template with values as far as they are given, and what its platforms would say. Changes nothing."""
        template = selectors.template(self.actor, pk)
        filled, reports = using.preview(self.actor, template, self.body.get("variables", {}))
        body = {
            "content": filled.text, "title": filled.title, "missing": filled.missing,
            "platforms": [using.as_dict(report) for report in reports],
        }  # fmt: skip
        return Response(shapes.TemplatePreviewSerializer(body).data)


class HashtagGroupViewSet(_Writing):
    """Hashtags that go into posts together."""

    serializer_class = shapes.HashtagGroupSerializer
    queryset = HashtagGroup.objects.none()

    @endpoint(query=inputs.SearchQuery, responses=shapes.HashtagGroupSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The workspace's groups by name."""
        return self.paged(selectors.hashtag_groups(self.actor, self.query["search"]))

    @endpoint(request=inputs.HashtagGroupInputSerializer, responses={201: shapes.HashtagGroupSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Make a group; each hashtag is kept once."""
        row = hashtag_groups.create(actor=self.actor, name=self.body["name"], tags=self.body["hashtags"])
        return Response(shapes.HashtagGroupSerializer(row).data, status=status.HTTP_201_CREATED)

    @endpoint(responses=shapes.HashtagGroupSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One group."""
        return Response(shapes.HashtagGroupSerializer(selectors.hashtag_group(self.actor, pk)).data)

    @endpoint(request=inputs.HashtagGroupChangeSerializer, responses=shapes.HashtagGroupSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is given. 409 when somebody saved since `version`."""
        body = self.body
        row = hashtag_groups.update(
            actor=self.actor, group_id=pk, version=body["version"], name=body.get("name"), tags=body.get("hashtags")
        )
        return Response(shapes.HashtagGroupSerializer(row).data)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a group; posts keep the hashtags that came from it."""
        hashtag_groups.delete(actor=self.actor, group_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignatureViewSet(_Writing):
    """Texts that end posts, added by choice."""

    serializer_class = shapes.SignatureSerializer
    queryset = Signature.objects.none()

    @endpoint(query=inputs.SearchQuery, responses=shapes.SignatureSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The workspace's signatures by name."""
        return self.paged(selectors.signatures(self.actor, self.query["search"]))

    @endpoint(request=inputs.SignatureInputSerializer, responses={201: shapes.SignatureSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Make a signature; as a default one it takes the place of the former."""
        row = signatures.create(actor=self.actor, content=signatures.SignatureContent(**self.body))
        return Response(shapes.SignatureSerializer(row).data, status=status.HTTP_201_CREATED)

    @endpoint(responses=shapes.SignatureSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One signature."""
        return Response(shapes.SignatureSerializer(selectors.signature(self.actor, pk)).data)

    @endpoint(request=inputs.SignatureChangeSerializer, responses=shapes.SignatureSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is given. 409 when somebody saved since `version`."""
        changes = dict(self.body)
        version = changes.pop("version")
        row = signatures.update(actor=self.actor, signature_id=pk, version=version, changes=changes)
        return Response(shapes.SignatureSerializer(row).data)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a signature; posts keep the text that came from it."""
        signatures.delete(actor=self.actor, signature_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
