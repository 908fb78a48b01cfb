"""Toy's API: a video and its text in one call, which is the commit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from publishing.platforms.base import (
    AccountInfo,
    AccountRef,
    Adapter,
    Checkpoint,
    Effect,
    Finding,
    Live,
    Metrics,
    NotThere,
    Outcome,
    PublishStep,
    Session,
    Spec,
    Tokens,
)
from publishing.platforms.declared import Consent, Problem, QuotaNeed
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.file_rules import Accepts
from publishing.platforms.http import Answer, Caller
from publishing.platforms.oauth import ConnectBackend
from publishing.states import TargetState
from tests.platforms.toy import DESCRIPTOR


class ToyConnect(ConnectBackend):
    name = "connect-toy"
    platform = DESCRIPTOR.key
    authorize_path = "/authorize"
    token_path = "/token"
    DEFAULT_USE_PKCE = False

    def refusal(self, answer: Answer) -> Exception:
        return PlatformError(ErrorKind.AUTH_EXPIRED, "Toy refused the code.", words=answer.words, status=answer.status)

    def tokens(self, answer: Mapping[str, Any]) -> Tokens:
        return Tokens(str(answer["access_token"]), scopes=("play",))


class Toy(Adapter):
    descriptor = DESCRIPTOR
    limits = {"text": DESCRIPTOR.text.limit}
    rates = {}
    accepts = Accepts()
    consent = Consent(scopes=("play",), backend="tests.platforms.toy.adapter.ToyConnect")

    def check(self, spec: Spec, account: AccountRef) -> list[Problem]:
        found = []
        over = DESCRIPTOR.text.measure(spec.text) - DESCRIPTOR.text.most
        if over > 0:
            found.append(Problem("text", "text_too_long", f"Toy takes 60 characters; this text has {over} too many."))
        if spec.options.get("audience") not in DESCRIPTOR.choices_of("audience"):
            found.append(Problem("audience", "choice_missing", "Choose who may play."))
        return found

    def quotas(self, spec: Spec, account: AccountRef, now: datetime) -> list[QuotaNeed]:
        return []

    def step(self, spec: Spec, checkpoint: Checkpoint) -> PublishStep:
        return PublishStep("post", Effect.COMMIT, TargetState.PUBLISHING)

    def advance(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        video = spec.video
        assert video is not None
        answer = session.http.call(
            "POST",
            session.http.url("api", "/posts"),
            bearer=session.token,
            params={"text": spec.text, **{name: str(value) for name, value in spec.options.items()}},
            content=session.read(video, 0, video.size_bytes),
            headers={"Content-Type": video.content_type, "Content-Length": str(video.size_bytes)},
        )
        if answer.status != 201:
            raise PlatformError(
                ErrorKind.REJECTED, "Toy did not take this post.", words=answer.words, status=answer.status
            )
        return self._live(checkpoint, str(answer.json()["id"]))

    def _live(self, checkpoint: Checkpoint, post_id: str) -> Live:
        return Live(checkpoint, post_id, f"https://www.toy.example/{post_id}")

    def recover(self, checkpoint: Checkpoint, step: str) -> Checkpoint:
        return checkpoint

    def reconcile(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Finding:
        rows = session.http.call("GET", session.http.url("api", "/posts"), bearer=session.token).json()["posts"]
        ours = next((row for row in rows if row["text"] == spec.text), None)
        return self._live(checkpoint, ours["id"]) if ours else NotThere(checkpoint, complete=True)

    def settle(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        raise AssertionError("the id of a post is known at once")

    def post_id_of(self, link: str) -> str:
        return link.removeprefix("https://www.toy.example/") if link.startswith("https://www.toy.example/") else ""

    def metrics(self, session: Session, external_id: str) -> Metrics:
        url = session.http.url("api", f"/posts/{external_id}")
        body = session.http.call("GET", url, bearer=session.token).json()
        return Metrics(views=body["views"], likes=body["likes"])

    def accounts(self, session: Session) -> list[AccountInfo]:
        body = session.http.call("GET", session.http.url("api", "/me"), bearer=session.token).json()
        return [AccountInfo(body["id"], body["handle"], body["name"])]

    def refresh(self, http: Caller, refresh_token: str, now: datetime) -> Tokens:
        raise PlatformError(ErrorKind.AUTH_EXPIRED, "Toy's tokens do not end.")

    def revoke(self, http: Caller, tokens: Tokens) -> None:
        pass

    def creator_options(self, session: Session) -> Mapping[str, Any]:
        return {"audiences": ["all", "friends"]}


ADAPTER = Toy()
