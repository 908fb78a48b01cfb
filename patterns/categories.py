"""The vocabularies of meaning: patterns whose levels are names, not ranges of a number.

Closed lists, so that two videos can be compared and learning can count. A value stands here with the label that a
person reads and the words that complete "The video …". Order is fixed: a pattern's number is its place in the list.
"""

from enum import StrEnum

from patterns.models import PatternType


class HookStyle(StrEnum):
    """How the first seconds ask for attention."""

    QUESTION = "question"
    BOLD_CLAIM = "bold_claim"
    PROBLEM = "problem"
    LIST_PROMISE = "list_promise"
    DEMONSTRATION = "demonstration"
    BEFORE_AFTER = "before_after"
    STORY = "story"
    DIRECT_ADDRESS = "direct_address"
    MONTAGE = "montage"
    TEXT_FIRST = "text_first"
    VOICE_FIRST = "voice_first"
    MOTION_FIRST = "motion_first"
    QUIET_OPEN = "quiet_open"
    OTHER = "other"


class Topic(StrEnum):
    """What it is about."""

    BEAUTY = "beauty"
    FASHION = "fashion"
    FITNESS = "fitness"
    HEALTH = "health"
    FOOD = "food"
    HOME = "home"
    FAMILY = "family"
    PETS = "pets"
    TRAVEL = "travel"
    TECHNOLOGY = "technology"
    GAMING = "gaming"
    MUSIC = "music"
    SPORT = "sport"
    EDUCATION = "education"
    BUSINESS = "business"
    FINANCE = "finance"
    ENTERTAINMENT = "entertainment"
    NATURE = "nature"
    OTHER = "other"


class Emotion(StrEnum):
    """What it mostly makes a viewer feel."""

    EXCITEMENT = "excitement"
    JOY = "joy"
    HUMOUR = "humour"
    SURPRISE = "surprise"
    CURIOSITY = "curiosity"
    INSPIRATION = "inspiration"
    CALM = "calm"
    TENDERNESS = "tenderness"
    SADNESS = "sadness"
    URGENCY = "urgency"
    FEAR = "fear"
    ANGER = "anger"
    NEUTRAL = "neutral"


class CallToAction(StrEnum):
    """What it asks a viewer to do."""

    NONE = "none"
    FOLLOW = "follow"
    LIKE = "like"
    COMMENT = "comment"
    SHARE = "share"
    SAVE = "save"
    LINK = "link"
    BUY = "buy"
    CONTACT = "contact"
    OTHER = "other"


class OverlayStyle(StrEnum):
    """What text in the picture is for."""

    NONE = "none"
    CAPTIONS = "captions"
    HEADLINE = "headline"
    LABELS = "labels"
    STEPS = "steps"
    MIXED = "mixed"


class Structure(StrEnum):
    """How it is put together."""

    SINGLE_SHOT = "single_shot"
    TALKING_HEAD = "talking_head"
    TUTORIAL = "tutorial"
    LIST = "list"
    STORY = "story"
    BEFORE_AFTER = "before_after"
    MONTAGE = "montage"
    INTERVIEW = "interview"
    OTHER = "other"


class Role(StrEnum):
    """What a part of the video does."""

    HOOK = "hook"
    SETUP = "setup"
    POINT = "point"
    PROOF = "proof"
    PAYOFF = "payoff"
    CALL_TO_ACTION = "call_to_action"
    BODY = "body"
    ENDING = "ending"


# Value → (label, words completing "The video …").
Words = dict[str, tuple[str, str]]

CATEGORIES: dict[PatternType, Words] = {
    PatternType.HOOK_STYLE: {
        HookStyle.QUESTION: ("Question", "opens with a question"),
        HookStyle.BOLD_CLAIM: ("Bold claim", "opens with a bold claim"),
        HookStyle.PROBLEM: ("Problem", "opens with a problem the viewer knows"),
        HookStyle.LIST_PROMISE: ("List promise", "opens by promising a list"),
        HookStyle.DEMONSTRATION: ("Demonstration", "opens by showing the thing at work"),
        HookStyle.BEFORE_AFTER: ("Before and after", "opens with a before and an after"),
        HookStyle.STORY: ("Story", "opens in the middle of a story"),
        HookStyle.DIRECT_ADDRESS: ("Direct address", "opens with a person speaking to the viewer"),
        HookStyle.MONTAGE: ("Montage", "opens with a quick run of shots"),
        HookStyle.TEXT_FIRST: ("Text first", "opens with text in the picture"),
        HookStyle.VOICE_FIRST: ("Voice first", "opens with a voice"),
        HookStyle.MOTION_FIRST: ("Motion first", "opens with strong motion"),
        HookStyle.QUIET_OPEN: ("Quiet opening", "opens quietly"),
        HookStyle.OTHER: ("Other", "opens in a way of its own"),
    },
    PatternType.TOPIC: {
        **{str(topic): (topic.capitalize(), f"is about {topic}") for topic in Topic},
        Topic.OTHER: ("Other", "is about something else"),
    },
    PatternType.EMOTION: {
        **{str(emotion): (emotion.capitalize(), f"carries {emotion}") for emotion in Emotion},
        Emotion.NEUTRAL: ("Neutral", "stays neutral"),
    },
    PatternType.CALL_TO_ACTION: {
        CallToAction.NONE: ("None", "asks for nothing"),
        CallToAction.FOLLOW: ("Follow", "asks to be followed"),
        CallToAction.LIKE: ("Like", "asks for a like"),
        CallToAction.COMMENT: ("Comment", "asks for a comment"),
        CallToAction.SHARE: ("Share", "asks to be shared"),
        CallToAction.SAVE: ("Save", "asks to be saved"),
        CallToAction.LINK: ("Open a link", "points to a link"),
        CallToAction.BUY: ("Buy", "asks to buy"),
        CallToAction.CONTACT: ("Get in touch", "asks to get in touch"),
        CallToAction.OTHER: ("Something else", "asks for something else"),
    },
    PatternType.OVERLAY_STYLE: {
        OverlayStyle.NONE: ("No text", "shows no text in the picture"),
        OverlayStyle.CAPTIONS: ("Captions", "shows what is said as captions"),
        OverlayStyle.HEADLINE: ("Headline", "shows a headline"),
        OverlayStyle.LABELS: ("Labels", "names things with labels"),
        OverlayStyle.STEPS: ("Steps", "counts steps in the picture"),
        OverlayStyle.MIXED: ("Mixed", "mixes several kinds of text"),
    },
    PatternType.STRUCTURE: {
        Structure.SINGLE_SHOT: ("Single shot", "is one shot"),
        Structure.TALKING_HEAD: ("Talking head", "is carried by a person talking"),
        Structure.TUTORIAL: ("Tutorial", "teaches step by step"),
        Structure.LIST: ("List", "goes through a list"),
        Structure.STORY: ("Story", "tells a story"),
        Structure.BEFORE_AFTER: ("Before and after", "sets before against after"),
        Structure.MONTAGE: ("Montage", "is a montage"),
        Structure.INTERVIEW: ("Interview", "is a conversation"),
        Structure.OTHER: ("Other", "follows a form of its own"),
    },
}

ROLE_LABELS: dict[str, str] = {role: role.value.replace("_", " ").capitalize() for role in Role}


def number_of(type: PatternType, value: str) -> float:
    """The place of a value in its list."""
    return float(list(CATEGORIES[type]).index(value))
