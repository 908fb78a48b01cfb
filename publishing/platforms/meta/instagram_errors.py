"""What Instagram's subcodes mean."""

from publishing.platforms.errors import ErrorKind
from publishing.platforms.meta import sentences

PERSONAL = (
    "This is a personal Instagram account, and Instagram lets apps post only to professional ones. Switch it in the "
    "Instagram app (Settings → Account type and tools → Switch to professional account; it is free), then connect "
    "again."
)

# Kind, sentence, and whether what was prepared is worthless.
MEANINGS: dict[int, tuple[ErrorKind, str, bool]] = {
    2207003: (ErrorKind.TRANSIENT, sentences.FETCH, True),
    2207020: (ErrorKind.TRANSIENT, sentences.AGAIN, True),
    2207001: (ErrorKind.TRANSIENT, sentences.TROUBLE, True),
    2207032: (ErrorKind.TRANSIENT, sentences.TROUBLE, True),
    2207053: (ErrorKind.TRANSIENT, sentences.TROUBLE, True),
    2207057: (ErrorKind.REJECTED, "The chosen cover frame lies outside the video. Choose another moment.", False),
    2207051: (ErrorKind.SPAM_HOLD, sentences.SPAM, False),
    2207042: (ErrorKind.QUOTA, sentences.QUOTA, False),
    2207006: (ErrorKind.TRANSIENT, sentences.AGAIN, True),
    2207008: (ErrorKind.TRANSIENT, sentences.AGAIN, True),
    2207050: (ErrorKind.ACCOUNT_TYPE, sentences.ACCOUNT, False),
    2207023: (ErrorKind.REJECTED, "Instagram does not take this kind of media here.", False),
    2207028: (ErrorKind.REJECTED, "An Instagram carousel has 2 to 10 items.", False),
    2207035: (ErrorKind.REJECTED, "Instagram refused the product tags of this post.", False),
    2207036: (ErrorKind.REJECTED, "Instagram refused the product tags of this post.", False),
    2207037: (ErrorKind.REJECTED, "Instagram refused the product tags of this post.", False),
    2207040: (ErrorKind.REJECTED, "The caption has too many hashtags or mentions for Instagram.", False),
    2207026: (ErrorKind.UNSUPPORTED_FORMAT, "Instagram cannot use this video. It takes MP4 and MOV, H.264 or H.265.",
    True),
    2207052: (ErrorKind.TRANSIENT, sentences.FETCH, True),
    2207027: (ErrorKind.TRANSIENT, "Instagram is still preparing this post.", False),
    2207004: (ErrorKind.UNSUPPORTED_FORMAT, "The picture is too large for Instagram (8 MB at most).", True),
    2207005: (ErrorKind.UNSUPPORTED_FORMAT, "Instagram takes JPEG pictures only.", True),
    2207009: (ErrorKind.UNSUPPORTED_FORMAT, "Instagram takes pictures between 4:5 (tall) and 1.91:1 (wide).", True),
    2207010: (ErrorKind.REJECTED, "The caption is too long for Instagram (2,200 characters).", False),
    2207077: (ErrorKind.TRANSIENT, sentences.FETCH, True),
    2207082: (ErrorKind.TRANSIENT, sentences.TROUBLE, True),
    2207081: (ErrorKind.REJECTED, "This Instagram account has no trial reels.", False),
}  # fmt: skip
