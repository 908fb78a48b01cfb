"""Whether two requests ask for nearly the same: normalised words, compared by the cosine of their shingle sets."""

import math
import re
import unicodedata
from itertools import pairwise

THRESHOLD = 0.85
_HARD = re.compile(r"https?://\S+|[@#]\w+|\d+(?:[.,:]\d+)*%?")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_DECISIVE_WORDS = """
no not never without none neither nor cannot can't don't won't isn't aren't doesn't didn't shouldn't
one two three four five six seven eight nine ten eleven twelve twenty thirty fifty hundred thousand first second third
"""
_DECISIVE = frozenset(_DECISIVE_WORDS.split())


def normalise(text: str) -> str:
    """Lower-case words with single spaces, compatibility forms folded; the form that is stored and compared."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(_WORD.findall(folded))


def hard_tokens(text: str) -> list[str]:
    """What must be equal however similar the words are: numbers (also in words), links, handles, tags, negations."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    decisive = [word for word in _WORD.findall(folded) if word in _DECISIVE]
    return sorted(_HARD.findall(folded)) + sorted(decisive)


def shingles(normalised: str) -> frozenset[str]:
    """Words and pairs of neighbouring words; a single swapped word costs up to three of them."""
    words = normalised.split()
    return frozenset(words) | frozenset(f"{first} {second}" for first, second in pairwise(words))


def similarity(first: str, second: str) -> float:
    """Cosine of two shingle sets, 0-1: |A∩B| ÷ √(|A|·|B|). Two empty texts are equal."""
    a, b = shingles(first), shingles(second)
    if not a and not b:
        return 1.0
    if not a or not b:
        return 0.0
    return len(a & b) / math.sqrt(len(a) * len(b))
