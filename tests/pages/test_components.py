"""Components that are drawn by functions: the same attributes as every component, and nothing unescaped."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.template import Context, Template, engines
from django.utils import timezone
from django_cotton.compiler_regex import CottonCompiler

from pages.templatetags import components


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
        monkeypatch.setattr(components, "_sprite", lambda: "elsewhere.svg")
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
