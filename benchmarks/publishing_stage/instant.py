"""A platform that costs nothing: its first call says at once that it will take an hour. Measures us alone."""

from datetime import timedelta
from typing import Any

from publishing.platforms.base import Checkpoint, Effect, Outcome, PublishStep, Session, Spec, Wait
from publishing.platforms.tiktok.adapter import TikTok
from publishing.states import TargetState

VARIABLE = "STAGE_INSTANT"


class Instant(TikTok):
    """TikTok's name and rules, without TikTok."""

    rates: Any = {}

    def step(self, spec: Spec, checkpoint: Checkpoint) -> PublishStep:
        return PublishStep("status", Effect.SAFE, TargetState.PROCESSING)

    def advance(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        return Wait(checkpoint, timedelta(hours=1))
