"""One ASGI endpoint per imitated call: decode, draw faults, run the handler in one transaction, answer or drop."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any, BinaryIO

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from sandbox import faults, journal, oauth
from sandbox.context import Sandbox
from sandbox.drops import drop
from sandbox.faults import Fault
from sandbox.http import Arrived, Call, FilePart, Gate, Handler, Injected, Refusal, Reply, Spool
from sandbox.spool import BLOCK

logger = logging.getLogger("sandbox")

BODY_LIMIT = 24 * 1024 * 1024


@dataclass(frozen=True)
class Platform:
    """A platform's name and its native shape of a refusal that a fault asks for."""

    name: str
    refuse: Callable[[Call, Fault], Reply]


@dataclass(frozen=True)
class Outcome:
    """What the client gets: an answer, or a dropped connection."""

    reply: Reply
    dropped: str = ""
    hold_s: float = 0.0


@dataclass(frozen=True)
class Endpoint:
    """`gate` checks an upload before its bytes are read; `partial` keeps what came before a broken connection.

    `phase` names the step of a call more exactly, where one address serves several.
    """

    sandbox: Sandbox
    platform: Platform
    host: str
    step: str
    handler: Handler
    gate: Gate | None = None
    partial: Callable[[Call, int], None] | None = None
    phase: Callable[[Call], str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive if self.gate else bounded(receive))
        call = self._call(request)
        try:
            outcome = await self._answer(request, call)
        except ClientDisconnect:
            return
        except BodyTooLarge:
            await Response(status_code=413)(scope, receive, send)
            return
        finally:
            for part in call.files.values():
                part.file.close()
        if outcome.dropped:
            await drop(scope, receive, send, outcome.dropped, outcome.hold_s)
            return
        reply = outcome.reply
        response = Response(reply.encoded(), reply.status, dict(reply.headers), reply.media_type)
        await response(scope, receive, send)

    def _call(self, request: Request) -> Call:
        return Call(
            sandbox=self.sandbox,
            platform=self.platform.name,
            step=self.step,
            method=request.method,
            host=self.host,
            path=request.url.path,
            params=dict(request.path_params),
            query=dict(request.query_params),
            headers=dict(request.headers),
        )

    async def _answer(self, request: Request, call: Call) -> Outcome:
        loop = asyncio.get_running_loop()
        pool = self.sandbox.workers
        if self.gate is None:
            await decode(request, call)
            call.step = self.phase(call) if self.phase else call.step
            return await loop.run_in_executor(pool, self._perform, call)
        spool = await loop.run_in_executor(pool, self._pass_gate, call, self.gate)
        if not isinstance(spool, Outcome):
            lock = self.sandbox.spooler.lock(spool.path)
            waited = lock.locked()
            async with lock:
                if waited:  # another request wrote to this upload meanwhile
                    spool = await loop.run_in_executor(pool, self._pass_gate, call, self.gate)
                if not isinstance(spool, Outcome):
                    call.arrived = await self._stream(request, call, spool)
                    return await loop.run_in_executor(pool, self._perform, call)
        await _drain(request)
        return spool

    def _pass_gate(self, call: Call, gate: Gate) -> Spool | Outcome:
        with self.sandbox.store.transaction() as tx:
            call.tx = tx
            try:
                return gate(call)
            except Refusal as refusal:
                reply = refusal.reply
                return self._recorded(call, lambda _: reply)

    async def _stream(self, request: Request, call: Call, spool: Spool) -> Arrived:
        loop = asyncio.get_running_loop()
        pool = self.sandbox.workers
        spooler = self.sandbox.spooler
        file: BinaryIO = await loop.run_in_executor(pool, spooler.open, spool.path, spool.offset, spool.keep)
        size = 0
        buffer = bytearray()

        async def flush() -> None:
            nonlocal size
            keep = bytes(buffer[: max(0, spool.limit - size)])
            if keep:
                await loop.run_in_executor(pool, spooler.write, spool.path, file, spool.offset + size, keep)
            size += len(buffer)
            buffer.clear()

        try:
            async for chunk in request.stream():
                buffer += chunk
                if len(buffer) >= BLOCK:
                    await flush()
            await flush()
        except ClientDisconnect:
            await flush()
            file.close()
            await loop.run_in_executor(pool, self._keep_partial, call, size)
            raise
        finally:
            file.close()
        whole = size <= spool.limit and spool.offset + size == spool.total
        if not whole:
            return Arrived(size)
        try:
            return Arrived(size, await loop.run_in_executor(pool, spooler.seal, spool.path, spool.total))
        except FileNotFoundError:  # another process has finished this very upload
            return Arrived(0)

    def _keep_partial(self, call: Call, size: int) -> None:
        with self.sandbox.store.transaction() as tx:
            call.tx = tx
            if self.partial is not None:
                self.partial(call, size)
            journal.record(call, 0, "client went away", 0.0)

    def _perform(self, call: Call) -> Outcome:
        """Run the call in one transaction; what must wait for the commit runs after it."""
        with self.sandbox.store.transaction() as tx:
            call.tx = tx
            outcome = self._recorded(call, self.handler)
        for action in call.after_commit:
            action()
        return outcome

    def _recorded(self, call: Call, handler: Handler) -> Outcome:
        started = time.perf_counter()
        outcome, fault = self._decide(call, handler)
        dated = outcome.reply.with_headers({"date": formatdate(call.tx.dated, usegmt=True)})
        outcome = replace(outcome, reply=dated)
        status = 0 if outcome.dropped else outcome.reply.status
        journal.record(call, status, fault, (time.perf_counter() - started) * 1000)
        return outcome

    def _decide(self, call: Call, handler: Handler) -> tuple[Outcome, str]:
        picked = faults.pick(call.tx, self.platform.name, call.step)
        call.unit_faults = [fault for fault in picked if fault.kind in faults.UNIT_KINDS]
        stop = next((fault for fault in picked if fault.kind not in faults.UNIT_KINDS), None)
        if stop is not None and not stop.after:
            return self._refuse(call, stop), stop.kind
        call.tx.savepoint()
        try:
            reply = handler(call)
        except Refusal as refusal:
            reply = refusal.reply
        except Injected as injected:
            call.tx.undo()
            call.after_commit.clear()
            faults.fire_once(call.tx, injected.key)
            return self._refuse(call, Fault(injected.kind)), injected.kind
        reply = reply.with_headers(call.extra_headers)
        if stop is None and call.after_fault:
            stop = Fault(call.after_fault)
        if stop is None or not reply.ok:
            return Outcome(reply), ""
        return self._transport(call, stop), stop.kind

    def _refuse(self, call: Call, fault: Fault) -> Outcome:
        if fault.transport:
            if fault.before and self.partial is not None and call.arrived is not None:
                self.partial(call, call.arrived.size // 2)
            return self._transport(call, fault)
        oauth.damage(call, fault.kind)
        return Outcome(self.platform.refuse(call, fault))

    def _transport(self, call: Call, fault: Fault) -> Outcome:
        if fault.transport == "error":
            return Outcome(self.platform.refuse(call, fault))
        hold = fault.seconds if fault.seconds is not None else call.tx.number("faults.hold_s")
        return Outcome(Reply(0), fault.transport, hold if fault.transport == "timeout" else 0.0)


class BodyTooLarge(Exception):
    """More came than any call carries that is no upload."""


def bounded(receive: Receive) -> Receive:
    """Stop reading where a body exceeds BODY_LIMIT; forms would be put on the disk whatever their size."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > BODY_LIMIT:
            raise BodyTooLarge
        return message

    return counted


async def decode(request: Request, call: Call) -> None:
    """Read a small body as form or JSON; what cannot be read leaves the call's form and JSON empty."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        form = await request.form(max_part_size=BODY_LIMIT)
        call.form = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        call.form_lists = {name: [v for v in form.getlist(name) if isinstance(v, str)] for name in form}
        call.files = {
            name: FilePart(value.file, value.size or 0, value.content_type or "")
            for name, value in form.multi_items()
            if isinstance(value, UploadFile)
        }
        return
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
    call.body = bytes(body)
    if body and kind.endswith("json"):
        call.json = _parse(call.body)


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


async def _drain(request: Request) -> None:
    async for _ in request.stream():
        pass


class Routes:
    """Collects the routes of one platform."""

    def __init__(self, sandbox: Sandbox, platform: Platform) -> None:
        self.sandbox = sandbox
        self.platform = platform
        self.items: list[Route] = []

    def add(
        self,
        method: str,
        host_path: str,
        step: str,
        handler: Handler,
        *,
        gate: Gate | None = None,
        partial: Callable[[Call, int], None] | None = None,
        phase: Callable[[Call], str] | None = None,
    ) -> None:
        host = host_path.partition("/")[0]
        endpoint = Endpoint(self.sandbox, self.platform, host, step, handler, gate, partial, phase)
        self.items.append(Route(f"/{host_path}", endpoint, methods=[method]))
