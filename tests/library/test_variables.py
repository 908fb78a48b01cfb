"""Variables: what is one, what is none, and what goes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.text.lengths import weighted
from library import variables
from library.variables import Wanted, escaped, filled, mistakes, wanted


def test_a_value_goes_in_wherever_its_name_stands():
    assert filled("{{hook}} again: {{ Hook }}!", {"hook": "Stop"}) == "Stop again: Stop!"


def test_a_default_stands_for_a_value_that_is_not_given_or_empty():
    assert filled("{{cta|Follow for more}}", {}) == "Follow for more"
    assert filled("{{cta|Follow for more}}", {"cta": ""}) == "Follow for more"
    assert filled("{{cta|Follow}}", {"cta": "Save it"}) == "Save it"


def test_one_place_with_a_default_gives_it_to_the_others():
    assert wanted(["{{cta}} {{hook}}", "{{cta|Follow}}"]) == [Wanted("cta", "Follow"), Wanted("hook", None)]
    assert [row.is_required for row in wanted(["{{cta}} {{hook}}", "{{cta|Follow}}"])] == [False, True]


def test_an_empty_default_makes_a_variable_optional():
    assert not wanted(["{{note|}}"])[0].is_required
    assert filled("a{{note|}}b", {}) == "ab"


def test_a_value_is_not_looked_into_again():
    assert filled("{{a}} {{b}}", {"a": "{{b}}", "b": "{{a}}"}) == "{{b}} {{a}}"


def test_braces_that_are_only_braces():
    assert filled("\\{{hook}} and }} and { { and {hook}", {"hook": "x"}) == "{{hook}} and }} and { { and {hook}"
    assert wanted(["\\{{hook}}"]) == []
    assert filled("\\\\{{hook}}", {"hook": "x"}) == "\\x"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello {{hook", "“{{hook” at character 7 is not closed."),
        ("one\ntwo {{hook\nthree", "“{{hook three” in line 2, character 5 is not closed."),
        ("{{a {{b}}", "“{{a {{b}}” at character 1 is not closed."),
        ("{{}}", "“{{}}” at character 1 has no name."),
        ("{{ |x}}", "has no name."),
        ("{{user.name}}", "“{{user.name}}” at character 1 is no variable"),
        ("{{#if x}}", "is no variable"),
        ("{{1st}}", "is no variable"),
        ("{{{hook}}}", "“{{{hook}}” at character 1 is no variable"),
        ("{{" + "a" * 41 + "}}", "more than 40 characters"),
    ],
)
def test_what_is_no_variable_is_explained_by_its_words_and_place(text, words):
    (sentence,) = mistakes(text)
    assert words in sentence


def test_every_mistake_is_told_at_once():
    assert len(mistakes("{{}} {{a b}} {{open")) == 3


def test_other_scripts_name_variables_too():
    assert filled("{{prénom}} {{اسم}} {{名前}}", {"prénom": "Zoé", "اسم": "نور", "名前": "花"}) == "Zoé نور 花"
    assert variables.key(" PRÉNOM ") == "prénom"


def test_a_variable_inside_a_link_makes_one_link():
    text = filled("See https://example.com/{{slug}}?ref={{ref|post}} now", {"slug": "herbs"})
    assert text == "See https://example.com/herbs?ref=post now"
    assert weighted(text) == len("See ") + 23 + len(" now")


def test_line_breaks_and_signs_of_every_kind_stay_as_they_are():
    text = "👩‍👩‍👧\r\n‏مرحبا {{hook}}\u202e\t"
    assert filled(text, {"hook": "🏳️‍🌈"}) == "👩‍👩‍👧\r\n‏مرحبا 🏳️‍🌈\u202e\t"


@given(some.text(alphabet="{}\\|ab \n", max_size=60))
def test_an_escaped_text_says_itself_and_wants_nothing(text):
    assert filled(escaped(text), {}) == text
    assert wanted([escaped(text)]) == []
    assert mistakes(escaped(text)) == []


@given(some.text(max_size=200))
def test_no_text_breaks_the_reading(text):
    assert isinstance(filled(text, {}), str)
    assert all(mistakes(text)) or not mistakes(text)


def test_a_very_long_text_is_read_once():
    assert len(wanted(["{{hook}}" * 100_000])) == 1
    assert mistakes("{{" * 10_000)[0].startswith("“{{")
