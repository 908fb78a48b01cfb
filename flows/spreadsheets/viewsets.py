"""Posts in spreadsheets in the API."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.policy import Action
from core.api import ActorView, endpoint
from core.idempotency import idempotent
from core.streaming import FilePiecesResponse
from flows.spreadsheets import checking, columns, exporting, reading, writing
from flows.spreadsheets import serializers as shapes
from flows.spreadsheets.plan import Plan
from flows.spreadsheets.writing import Written
from platforms import canonical


class Import(ActorView):
    """Posts of a CSV file."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who may not write is told so before the body is looked at."""
        super().initial(request, *args, **kwargs)
        policy.require(self.actor, Action.WRITE)

    @endpoint(
        request=shapes.ImportSerializer, responses={200: shapes.ImportedSerializer, 201: shapes.ImportedSerializer}
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Make the posts of a CSV file: each row a post, or rows of one `post_id` together.

        A row that was made before is left as it is, so the same file may be sent again. With a mistake in any row
        nothing is made (400, all of them in `details.mistakes`), unless `only_right` is set.
        """
        body = self.body
        table = reading.read(reading.text_of(body["csv"].encode()))
        roles = {
            place: body["columns"][heading]
            for place, heading in enumerate(table.headings)
            if heading in body.get("columns", {})
        }
        plan = checking.check(
            actor=self.actor,
            table=table,
            chosen=columns.chosen(table.headings, roles),
            zone=body.get("timezone", ""),
            options={canonical(name): given for name, given in body.get("platform_options", {}).items()},
        )
        if body["dry_run"]:
            return Response(_told(plan, Written((), (), plan.mistakes, ""), dry_run=True))
        written = writing.write(actor=self.actor, plan=plan, only_right=body["only_right"])
        code = status.HTTP_201_CREATED if written.made else status.HTTP_200_OK
        return Response(_told(plan, written, dry_run=False), status=code)


def _told(plan: Plan, written: Written, *, dry_run: bool) -> Any:
    made: dict[int, UUID] = dict(written.made)
    answer = {
        "checksum": plan.table.checksum,
        "dry_run": dry_run,
        "timezone": plan.zone,
        "columns": plan.columns,
        "made": len(made),
        "here": len(plan.in_state("here")),
        "mistakes": written.left,
        "items": [
            {
                "rows": post.rows,
                "status": post.state,
                "post_id": made.get(post.rows[0], post.made),
                "notes": post.notes,
            }
            for post in plan.posts
        ],
        "undo": written.undo,
    }
    return shapes.ImportedSerializer(answer).data


class ImportTemplate(ActorView):
    @endpoint(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> FilePiecesResponse:
        """A file to begin with: the columns and one row as an example."""
        return exporting.template(self.actor)


class Export(ActorView):
    @endpoint(query=shapes.ExportQuery, responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> FilePiecesResponse:
        """Posts as CSV, a row for each account, with the columns that the import takes."""
        wanted = {**self.query, "state": self.query["status"]}
        del wanted["status"]
        return exporting.export(self.actor, **wanted)
