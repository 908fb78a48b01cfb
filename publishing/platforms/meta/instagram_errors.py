"""What Instagram's subcodes mean."""

from publishing.platforms.errors import Kind
from publishing.platforms.meta import sentences

PERSONAL = (
    "This is a personal Instagram account, and Instagram lets apps post only to professional ones. Switch it in the "
    "Instagram app (Settings → Account type and tools → Switch to professional account; it is free), then connect "
    "again."
)

# Kind, sentence, and whether what was prepared is worthless.
MEANINGS: dict[int, tuple[Kind, str, bool]] = {
    2207003: (Kind.TRANSIENT, sentences.FETCH, True),
    2207020: (Kind.TRANSIENT, sentences.AGAIN, True),
    2207001: (Kind.TRANSIENT, sentences.TROUBLE, True),
    2207032: (Kind.TRANSIENT, sentences.TROUBLE, True),
    2207053: (Kind.TRANSIENT, sentences.TROUBLE, True),
    2207057: (Kind.REJECTED, "The chosen cover frame lies outside the video. Choose another moment.", False),
    2207051: (Kind.SPAM_HOLD, sentences.SPAM, False),
    2207042: (Kind.QUOTA, sentences.QUOTA, False),
    2207006: (Kind.TRANSIENT, sentences.AGAIN, True),
    2207008: (Kind.TRANSIENT, sentences.AGAIN, True),
    2207050: (Kind.ACCOUNT_TYPE, sentences.ACCOUNT, False),
    2207023: (Kind.REJECTED, "Instagram does not take this kind of media here.", False),
    2207028: (Kind.REJECTED, "An Instagram carousel has 2 to 10 items.", False),
    2207035: (Kind.REJECTED, "Instagram refused the product tags of this post.", False),
    2207036: (Kind.REJECTED, "Instagram refused the product tags of this post.", False),
    2207037: (Kind.REJECTED, "Instagram refused the product tags of this post.", False),
    2207040: (Kind.REJECTED, "The caption has too many hashtags or mentions for Instagram.", False),
    2207026: (Kind.UNSUPPORTED_FORMAT, "Instagram cannot use this video. It takes MP4 and MOV, H.264 or H.265.", True),
    2207052: (Kind.TRANSIENT, sentences.FETCH, True),
    2207027: (Kind.TRANSIENT, "Instagram is still preparing this post.", False),
    2207004: (Kind.UNSUPPORTED_FORMAT, "The picture is too large for Instagram (8 MB at most).", True),
    2207005: (Kind.UNSUPPORTED_FORMAT, "Instagram takes JPEG pictures only.", True),
    2207009: (Kind.UNSUPPORTED_FORMAT, "Instagram takes pictures between 4:5 (tall) and 1.91:1 (wide).", True),
    2207010: (Kind.REJECTED, "The caption is too long for Instagram (2,200 characters).", False),
    2207077: (Kind.TRANSIENT, sentences.FETCH, True),
    2207082: (Kind.TRANSIENT, sentences.TROUBLE, True),
    2207081: (Kind.REJECTED, "This Instagram account has no trial reels.", False),
}  # fmt: skip
