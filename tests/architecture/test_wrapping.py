"""Long lines of templates are wrapped where white space means nothing."""

import pytest

from tests.wrap_templates import WANTED, formatted, wrapped

ATTRIBUTES = (
    '  <p class="a b c" title="{% if x == "y" %}one two{% endif %}" data-more="three four" data-last="five six seven">'
)


def test_a_short_line_stays_as_it_is():
    text = f"{'x' * 100} <p>\n{ATTRIBUTES}\n"
    assert formatted(text) == text


@pytest.mark.parametrize("repeated", [2, 5])
def test_breaks_stand_between_attributes_and_never_inside_of_one(repeated):
    line = ATTRIBUTES * repeated
    parts = wrapped(line)
    assert " ".join(part.lstrip() for part in parts) == line.lstrip()
    assert all(len(part) <= WANTED for part in parts)
    assert all(part.lstrip().startswith(("<p", "class=", "title=", "data-")) for part in parts)


def test_text_is_broken_only_where_no_attribute_offers_a_place():
    parts = wrapped(f"<p>{'word ' * 60}</p>")
    assert len(parts) == 3
    assert " ".join(part.strip() for part in parts) == f"<p>{'word ' * 60}</p>"


def test_a_place_in_what_people_read_letter_by_letter_is_left_alone():
    line = f"<pre>{'word ' * 60}</pre>"
    assert wrapped(line) == [line]


def test_a_line_that_begins_within_a_tag_is_broken_between_its_attributes():
    text = f'<p\n  title="{"one two " * 15}" data-more="{"three four " * 15}">'
    assert formatted(text) == f'<p\n  title="{"one two " * 15}"\n    data-more="{"three four " * 15}">'


def test_the_variables_of_a_component_stay_on_one_line():
    variables = f"<c-vars {'one=two ' * 20}/>"
    assert wrapped(f'{variables}<p class="{"a " * 20}" title="b">')[0].startswith(variables)
