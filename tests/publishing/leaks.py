"""Finding secrets where they must not be: what was secret in a run, and every place that people and machines read."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import crypto, scope
from core.logging import JsonFormatter, RedactFilter
from publishing.platforms.http import Answer, Caller
from tests.architecture.surface import routes

_SECRET_NAME = re.compile(
    r"(?i)^(.*token|.*secret|code|code_verifier|password|access|refresh|upload_url|uploadurl|upload_uri|location)$"
)
_SHORTEST = 8


class Secrets:
    """Everything secret that passed through the product while this was watching, by what it was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: dict[str, set[str]] = {}
        for name, config in settings.PLATFORMS.items():
            self.add(f"{name} client secret", config["client_secret"])
        self._watch_sealing(monkeypatch)
        self._watch_calls(monkeypatch)

    def add(self, what: str, value: object) -> None:
        text = str(value or "")
        if len(text) >= _SHORTEST and text.lower() not in ("authorization_code", "refresh_token"):
            self.found.setdefault(text, set()).add(what)

    @property
    def kinds(self) -> set[str]:
        """What kinds of secrets passed by."""
        return set().union(*self.found.values())

    def _leaves(self, what: str, value: Any, *, every: bool = False, name: str = "") -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                self._leaves(what, inner, every=every, name=str(key))
        elif isinstance(value, (list, tuple)):
            for inner in value:
                self._leaves(what, inner, every=every, name=name)
        elif what == "answered" and name == "code":
            return  # of a refusal: codes of consents come by the browser
        elif isinstance(value, str) and (every or _SECRET_NAME.match(name)):
            self.add(f"{what} {name}", value)

    def _watch_sealing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = crypto.seal

        def seal(plain: str, *, model: str, pk: object, field: str) -> str:
            try:
                value = json.loads(plain)
            except ValueError:
                value = None
            if isinstance(value, dict):
                self._leaves(f"{model}.{field}", value, every=field == "checkpoint")
            else:
                self.add(f"{model}.{field}", plain)
            return real(plain, model=model, pk=pk, field=field)

        monkeypatch.setattr(crypto, "seal", seal)

    def _watch_calls(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real_call, real_issued = Caller.call, Caller.issued

        def call(caller: Caller, method: str, url: str, **given: Any) -> Answer:
            self.add("bearer", given.get("bearer"))
            for part in ("params", "form", "body"):
                self._leaves(f"sent {part}", given.get(part) or {})
            answer = real_call(caller, method, url, **given)
            self._leaves("answered", answer.json())
            self._leaves("answered header", {"location": answer.headers.get("location", "")})
            return answer

        def issued(caller: Caller, url: str) -> str:
            self.add("upload address", url)
            parts = urlsplit(url)
            self.add("upload address", f"{parts.path}?{parts.query}" if parts.query else "")
            return real_issued(caller, url)

        monkeypatch.setattr(Caller, "call", call)
        monkeypatch.setattr(Caller, "issued", issued)

    def look(self, where: str, text: str) -> list[str]:
        """Which secrets a text holds, plain or as an address or JSON would write them."""
        return [
            f"{', '.join(sorted(what))} in {where}"
            for secret, what in self.found.items()
            if any(form in text for form in _forms(secret))
        ]


@lru_cache(maxsize=10_000)
def _forms(secret: str) -> frozenset[str]:
    return frozenset({secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]})


class Log(logging.Handler):
    """Every record as production writes it: redacted, JSON, with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.addFilter(RedactFilter())
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("sandbox", "uvicorn", "asyncio")):
            self.lines.append(self.format(record))


def tables() -> Iterator[tuple[str, str]]:
    """Every row of every table, as the database holds it."""
    with scope.system("read every table"), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield f"table {table}", repr(dict(zip(names, row, strict=True)))


def console(client: Client) -> Iterator[tuple[str, str]]:
    """Every list and every form of the operator's console."""
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        with scope.request():
            yield f"console {name}", client.get(reverse(f"{name}_changelist")).content.decode()
        with scope.system("list rows"):
            keys = list(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:25])
        for key in keys:
            with scope.request():
                page = client.get(reverse(f"{name}_change", args=[key]))
            yield f"console {name} {key}", page.content.decode()


def doors(client: Client, ids: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Every page and API address that can be filled with these ids, as its owner reads it."""
    for route in routes():
        if set(route.params) <= set(ids) and "oauth" not in route.path and "logout" not in route.path:
            with scope.request():
                answer = client.get(route.fill(dict(ids)))
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            yield f"door {route.path} ({answer.status_code})", body.decode(errors="replace") + repr(answer.headers)


def models_with_rows() -> set[str]:
    """Which tables a run filled, so that looking through empty ones cannot pass for looking."""
    with scope.system("count"):
        return {model._meta.label for model in apps.get_models() if model._default_manager.exists()}
