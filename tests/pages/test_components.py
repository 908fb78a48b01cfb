"""Components that are drawn by functions: the same attributes as every component, and nothing unescaped."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template, engines
from django.utils import timezone
from django_cotton.compiler_regex import CottonCompiler

from pages import leaf_components


def draw(source: str, **context: object) -> str:
    compiled = engines["django"].from_string(CottonCompiler().process(source))
    return compiled.template.render(Context(context))


class TestIcon:
    def test_is_decoration_without_a_label(self):
        drawn = draw('<c-icon name="bell" size="18" class="mr-1" />')
        assert drawn.startswith('<svg class="shrink-0 mr-1" width="18" height="18"')
        assert 'aria-hidden="true"' in drawn
        assert drawn.endswith('icons.svg#bell"></use></svg>\n')

    def test_says_its_label(self):
        assert 'role="img" aria-label="It&#x27;s new"' in draw('<c-icon name="bell" label="It\'s new" />')

    def test_takes_values_of_the_page(self):
        assert '#house"' in draw('<c-icon name="{{ link.icon }}" />', link={"icon": "house"})
        drawn = draw('<c-icon name="{% if bad %}ban{% else %}check{% endif %}" class="a {{ b }}" />', bad=True, b="c")
        assert '#ban"' in drawn
        assert 'class="shrink-0 a c"' in drawn

    def test_of_fixed_attributes_is_drawn_once(self, monkeypatch):
        template = engines["django"].from_string(CottonCompiler().process('<c-icon name="bell" />'))
        first = template.render()
        monkeypatch.setattr(leaf_components, "_sprite", lambda: "elsewhere.svg")
        assert template.render() == first


class TestChips:
    def test_a_state_is_a_word_with_an_icon(self):
        drawn = draw('<c-status-chip state="{{ state }}" />', state="failed")
        assert 'class="chip tone-error "' in drawn
        assert drawn.endswith("Failed</span>")

    def test_a_state_may_have_its_own_word(self):
        drawn = draw('<c-status-chip state="running" label="Reading" />')
        assert "spin" in drawn
        assert "Reading</span>" in drawn

    def test_a_platform_by_name_or_by_account(self):
        assert "TikTok</span>" in draw('<c-platform-chip platform="tiktok" />')
        drawn = draw('<c-platform-chip platform="{{ p }}" text="{{ text }}" />', p="twitter", text="<b>@us</b>")
        assert "&lt;b&gt;@us&lt;/b&gt;</span>" in drawn
        assert 'data-plate="black"' in drawn

    @pytest.mark.parametrize(
        ("label", "said"), [("none", 'aria-hidden="true"'), ("", 'aria-label="X"'), ("Ours", 'aria-label="Ours"')]
    )
    def test_a_platforms_icon_says_its_name_where_nothing_beside_it_does(self, label, said):
        assert said in draw(f'<c-platform-icon platform="twitter" label="{label}" />')

    @pytest.mark.parametrize("tag", ["status-chip state", "icon name", "platform-icon platform", "platform-chip text"])
    def test_values_are_escaped(self, tag):
        assert "<script>" not in draw(f'<c-{tag}="{{{{ bad }}}}" />', bad='"><script>')


class Form(forms.Form):
    name = forms.CharField(max_length=60, help_text='As on your <a href="/x/">card</a>.')
    note = forms.CharField(required=False, label="<b>Note</b>", widget=forms.Textarea)
    agree = forms.BooleanField(required=False, help_text="Once a week.")
    pace = forms.ChoiceField(choices=[("slow", "<Slow>"), ("fast", "Fast")], widget=forms.RadioSelect)
    secret = forms.CharField(widget=forms.PasswordInput)
    key = forms.CharField(widget=forms.HiddenInput)


class TestField:
    def test_has_its_label_help_and_count(self):
        drawn = draw('<c-field :field="form.name" counter="utf16" limit="50" />', form=Form())
        assert 'x-data="counter" data-unit="utf16" data-limit="50"' in drawn
        assert '<label class="field-label" for="id_name">Name</label>' in drawn
        assert 'id="id_name_helptext">As on your <a href="/x/">card</a>.</div>' in drawn
        assert 'aria-describedby="id_name_helptext id_name_counter"' in drawn
        assert '<span id="id_name_counter" x-text="text">' in drawn

    def test_counts_up_to_the_fields_own_length_unless_told(self):
        assert 'data-limit="60"' in draw('<c-field :field="form.name" counter="chars" />', form=Form())

    def test_says_what_is_wrong_with_it(self):
        form = Form({"name": "", "pace": "<none>"})
        assert 'aria-invalid="true"' in draw('<c-field :field="form.name" />', form=form)
        assert 'id="id_name_error"><p class="field-error">' in draw('<c-field-errors :field="form.name" />', form=form)
        drawn = draw('<c-field :field="form.pace" />', form=form)
        assert drawn.startswith(
            '<fieldset class="field " id="id_pace" aria-invalid="true" aria-describedby="id_pace_error">'
        )
        assert "&lt;none&gt; is not one" in drawn

    def test_which_may_be_left_out_says_so_unless_told(self):
        assert "(optional)" in draw('<c-field :field="form.note" />', form=Form())
        assert "(optional)" not in draw('<c-field :field="form.note" :optional="False" />', form=Form())
        assert "(optional)" not in draw('<c-field :field="form.name" />', form=Form())

    def test_label_and_help_of_the_page_are_escaped(self):
        assert "&lt;b&gt;Note&lt;/b&gt;" in draw('<c-field :field="form.note" />', form=Form())
        drawn = draw('<c-field :field="form.note" label="{{ bad }}" help="{{ bad }}" />', form=Form(), bad="<script>")
        assert drawn.count("&lt;script&gt;") == 2
        assert "<script>" not in drawn

    def test_of_one_box_has_its_label_behind_it(self):
        drawn = draw('<c-field :field="form.agree" />', form=Form())
        assert drawn.index('type="checkbox"') < drawn.index('for="id_agree"') < drawn.index("Once a week.")

    def test_of_several_choices_is_a_group_with_a_legend(self):
        drawn = draw('<c-field :field="form.pace" :hide_label="True" />', form=Form())
        assert '<legend class="field-label mb-1 sr-only">Pace</legend>' in drawn
        assert drawn.count('class="chip-choice"') == 2
        assert "&lt;Slow&gt;" in drawn

    def test_of_a_password_can_show_it(self):
        assert 'x-data="password"' in draw('<c-field :field="form.secret" />', form=Form())

    def test_that_is_hidden_is_its_control_alone(self):
        assert draw('<c-field :field="form.key" />', form=Form()).startswith('<input type="hidden" name="key"')


class TestWhen:
    shell = SimpleNamespace(time_format="H:i", timezone="Europe/Berlin", year="2026")

    def test_is_in_the_persons_zone(self):
        with timezone.override("Europe/Berlin"):
            at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
            drawn = draw('<c-when :at="at" :zone="True" class="x" />', at=at, shell=self.shell)
        assert drawn == (
            '<time datetime="2026-07-01T22:30:00+00:00" class="x" title="Thursday 2 July 2026 00:30 Europe/Berlin">'
            "Thu 2 Jul, 00:30 Europe/Berlin</time>"
        )

    def test_names_another_year(self):
        drawn = draw('<c-when :at="at" />', at=datetime(2024, 7, 1, 9, 0, tzinfo=UTC), shell=self.shell)
        assert "Mon 1 Jul 2024, 09:00</time>" in drawn

    def test_an_unknown_instant_is_a_dash(self):
        assert draw('<c-when :at="at" />', at=None, shell=self.shell) == '<span class="text-muted">—</span>'


def test_a_stamp_names_the_workspace_of_the_page():
    request = SimpleNamespace(actor=SimpleNamespace(workspace_id="w1"))
    assert draw("<c-stamp />", request=request) == '<input type="hidden" name="_workspace" value="w1">'
    assert draw("<c-stamp />") == ""


def test_other_components_are_templates_still():
    assert isinstance(engines["django"].from_string("{% cotton badge label='x' %}{% endcotton %}").template, Template)
    assert "x</span>" in draw('<c-badge label="x" />')
