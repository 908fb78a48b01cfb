"""After the work: a job that died, and a post whose link or publication becomes known later."""

from datetime import datetime

from publishing.engine import sentences
from publishing.engine.decide import outcomes as happened
from publishing.engine.decide.model import Pause, Rules, State, Stop, Transition
from publishing.errors import TargetError
from publishing.states import TargetState


def job_ended(rules: Rules, state: State, event: happened.JobEnded, now: datetime) -> Transition:
    """The target must not pretend to be on its way."""
    label = rules.adapter.label
    if state.committed or event.committing:
        fields = {
            "unconfirmed_at": state.unconfirmed_at or now,
            "asked_at": now,
            "run_token": None,
            "error_code": TargetError.UNCONFIRMED,
            "error_sentence": sentences.asking(label),
        }
        return Transition(to=TargetState.UNCONFIRMED, fields=fields, then=Stop())
    if event.cancelled:
        return Transition(to=TargetState.CANCELLED, then=Stop())
    sentence = f"Our side stopped while preparing this for {label}: {event.message} Nothing was sent. Try again."
    fields = {"error_code": TargetError.INTERNAL, "error_sentence": sentence}
    return Transition(to=TargetState.FAILED, fields=fields, then=Stop())


def settled(rules: Rules, state: State, event: happened.Settled, now: datetime) -> Transition:
    """What is known of a live post; a draft that the person has posted is published by that."""
    fields = {
        "external_id": event.live.external_id or event.external_id,
        "permalink": event.live.permalink or event.permalink,
        "note": event.live.note,
        "checkpoint": dict(event.live.checkpoint.data),
    }
    then = Pause(event.live.settle_after) if event.live.settle_after is not None else Stop()
    if state.state == TargetState.IN_INBOX and event.live.public:
        return Transition(to=TargetState.PUBLISHED, fields={"published_at": now, **fields}, then=then)
    return Transition(fields=fields, then=then)


def settling_refused(rules: Rules, state: State, event: happened.SettlingRefused, now: datetime) -> Transition:
    """A refusal to tell changes nothing, unless the platform says that the draft itself has ended."""
    error = event.error
    if state.state == TargetState.IN_INBOX and error.dead:
        fields = {
            "error_code": TargetError(error.kind.value),
            "error_sentence": error.sentence,
            "error_words": error.words,
        }
        return Transition(to=TargetState.FAILED, fields=fields, then=Stop())
    known = state.state == TargetState.IN_INBOX and error.code == "invalid_publish_id"
    return Transition(then=Stop() if known else Pause(event.later))
