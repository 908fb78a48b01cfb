"""Error codes of the model gateway."""

from enum import StrEnum


class AiError(StrEnum):
    """Which case a `DomainError` of this app is."""

    PURPOSE_UNKNOWN = "ai_purpose_unknown"
    REQUEST_INVALID = "ai_request_invalid"
    BUDGET_SPENT = "ai_budget_spent"
    UNAVAILABLE = "ai_unavailable"
    MISCONFIGURED = "ai_misconfigured"
    THROTTLED = "ai_throttled"
    REFUSED = "ai_refused"
    ANSWER_INVALID = "ai_answer_invalid"
    ANSWER_CUT_OFF = "ai_answer_cut_off"
    TEMPLATE_STALE = "ai_template_stale"
    TEMPLATE_INVALID = "ai_template_invalid"
