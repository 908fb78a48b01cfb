"""What Facebook's long codes mean, which come as subcodes, as codes or in its words."""

from publishing.platforms.errors import ErrorKind
from publishing.platforms.meta import sentences

# Kind, sentence, and whether what was prepared is worthless.
MEANINGS: dict[int, tuple[ErrorKind, str, bool]] = {
    1366046: (ErrorKind.UNSUPPORTED_FORMAT, "The picture is too large for Facebook, or of a wrong kind.", True),
    1366051: (ErrorKind.REJECTED, "Facebook says that these photos were posted already.", False),
    1390008: (ErrorKind.SPAM_HOLD, "Facebook says that this Page posts too fast. Its posts are paused for some hours.",
    False),
    1346003: (ErrorKind.REJECTED, sentences.GUIDELINES, False),
    1404102: (ErrorKind.REJECTED, sentences.GUIDELINES, False),
    1404078: (
        ErrorKind.ACCOUNT_TYPE,
        "Facebook asks for a Page Publishing Authorization. Open the Page on Facebook, complete it, then reconnect.",
        False,
    ),
    1404112: (ErrorKind.ACCOUNT_TYPE, sentences.ACCOUNT, False),
    4854002: (ErrorKind.ACCOUNT_TYPE, "Confirm your identity on Facebook, which asks for it, then reconnect.", False),
    1609005: (ErrorKind.REJECTED, "Facebook could not read the linked page. Check the link.", False),
    1609008: (ErrorKind.REJECTED, "Facebook does not take links to facebook.com in a post.", False),
    2061006: (ErrorKind.REJECTED, "Facebook could not use the address in this post. Check the link.", False),
    2069019: (ErrorKind.UNSUPPORTED_FORMAT, sentences.FORMAT,
    True),
    1363008: (ErrorKind.UNSUPPORTED_FORMAT, "Facebook cannot use this video: its length, size or shape does not fit.",
    True),
    1363026: (ErrorKind.UNSUPPORTED_FORMAT, "Facebook cannot read this file as a video.", True),
    1363047: (ErrorKind.TRANSIENT, sentences.TROUBLE, False),
    1609010: (ErrorKind.TRANSIENT, sentences.TROUBLE, False),
}  # fmt: skip
