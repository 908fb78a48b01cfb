"""How alike two requests are."""

from hypothesis import given
from hypothesis import strategies as st

from ai import similarity


def test_normalise_folds_case_forms_and_signs():
    assert similarity.normalise("  Five　TIPS, for “better” Sleep!\n") == "five tips for better sleep"
    assert similarity.normalise("Don’t") == "don't"


def test_hard_tokens_are_numbers_links_handles_and_negations():
    assert similarity.hard_tokens("Not 3.5 or 20% at https://a.b/c @me #tag") == [
        "#tag", "20%", "3.5", "@me", "https://a.b/c", "not",
    ]  # fmt: skip


def test_known_values():
    assert similarity.similarity("a b c", "a b c") == 1.0
    assert similarity.similarity("", "") == 1.0
    assert similarity.similarity("a", "") == 0.0
    # {a, b, "a b"} and {a, c, "a c"} share one of three.
    assert round(similarity.similarity("a b", "a c"), 4) == 0.3333


def test_a_swapped_subject_in_a_short_request_is_another_request():
    first = similarity.normalise("how to train dogs to walk on a leash")
    second = similarity.normalise("how to train cats to walk on a leash")
    assert similarity.similarity(first, second) < similarity.THRESHOLD


@given(st.text(), st.text())
def test_symmetric_and_bounded(first, second):
    a, b = similarity.normalise(first), similarity.normalise(second)
    value = similarity.similarity(a, b)
    assert 0.0 <= value <= 1.0000001
    assert value == similarity.similarity(b, a)
