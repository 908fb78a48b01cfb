import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context
from django.template.loader import render_to_string
from django.test import RequestFactory

from pages import chips
from pages.templatetags import ui as tags


class SampleForm(forms.Form):
    name = forms.CharField(max_length=20, help_text="As on your door.")
    plain = forms.CharField(required=False)
    kinds = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    agree = forms.BooleanField()


class TestFormErrors:
    def test_a_field_with_two_errors_is_two_things_to_fix(self):
        form = SampleForm({"name": "Ann", "kinds": ["a"], "agree": "on"})
        form.add_error("name", "Too short.")
        assert "Please fix one thing" in render_to_string("partials/_form_errors.html", {"form": form})
        form.add_error("name", "Taken already.")
        assert "Please fix 2 things" in render_to_string("partials/_form_errors.html", {"form": form})


class TestNumbers:
    @pytest.mark.parametrize(
        ("seconds", "places", "shown"),
        [(3.21, 1, "0:03.2"), (59.96, 1, "1:00.0"), (3725, 0, "1:02:05"), (0, 2, "0:00.00"), (-1.5, 1, "−0:01.5")],
    )
    def test_timecode(self, seconds, places, shown):
        assert tags.timecode(seconds, places) == shown

    def test_timecode_of_the_unknown_is_a_dash(self):
        assert tags.timecode(None) == "—"

    @pytest.mark.parametrize(
        ("number", "shown"),
        [(0, "0"), (999, "999"), (1000, "1k"), (12345, "12.3k"), (123456, "123k"), (2_500_000, "2.5M"), (4.25, "4.2")],
    )
    def test_compact(self, number, shown):
        assert tags.compact(number) == shown

    def test_an_unknown_count_is_never_zero(self):
        assert tags.compact(None) == "—"

    @pytest.mark.parametrize(
        ("name", "letters"), [("Ada Byron", "AB"), ("ada@example.com", "AE"), ("Žofie", "Ž"), ("", "?"), ("…", "?")]
    )
    def test_initials(self, name, letters):
        assert tags.initials(name) == letters


class TestStates:
    def test_every_look_has_a_word_and_an_icon(self):
        assert all(look.label and look.icon and look.tone for look in chips.STATES.values())

    def test_a_state_without_a_look_is_named(self):
        assert chips.chip("on_the_moon").label == "On the moon"

    def test_a_partial_success_never_looks_like_success(self):
        assert chips.chip("partially_published").tone == "warning"


class TestWidget:
    def test_ties_the_control_to_help_error_and_counter(self):
        form = SampleForm({"name": "x" * 30})
        html = tags.widget(form["name"], counter="utf16")
        assert 'aria-describedby="id_name_helptext id_name_error id_name_counter"' in html
        assert 'aria-invalid="true"' in html
        assert 'class="input"' in html

    def test_a_plain_field_has_nothing_to_point_at(self):
        html = tags.widget(SampleForm()["plain"])
        assert "aria-describedby" not in html
        assert "aria-invalid" not in html

    def test_kinds(self):
        form = SampleForm()
        assert tags.is_kind(form["kinds"], "group")
        assert tags.is_kind(form["agree"], "checkbox")
        assert not tags.is_kind(form["kinds"], "checkbox")
        assert not tags.is_kind(form["name"], "password")


class TestPaging:
    def test_keeps_filters(self):
        context = Context({"request": RequestFactory().get("/videos/?q=cut&tag=a&tag=b&page=2")})
        assert tags.page_url(context, "page", 3) == "?q=cut&tag=a&tag=b&page=3"

    def test_elides(self):
        assert tags.page_numbers(Paginator(range(200), 10).page(10)) == [1, "…", 9, 10, 11, "…", 20]


class TestSteps:
    def test_flow_knows_before_and_after(self):
        steps = tags.flow_steps("script", {"video": "/v/1", "script": "/s/1", "post": "/p/1"})
        assert [step["state"] for step in steps] == ["done", "todo", "todo", "current", "todo", "done", "todo"]
        assert steps[0]["url"] == "/v/1"
        assert steps[3]["url"] == ""

    def test_flow_of_a_list_has_done_nothing(self):
        states = [step["state"] for step in tags.flow_steps("strategy")]
        assert states == ["todo", "todo", "current", "todo", "todo", "todo", "todo"]

    def test_numbered(self):
        assert [s["state"] for s in tags.numbered_steps("A|B|C", "2")] == ["done", "current", "todo"]
