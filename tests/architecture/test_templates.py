import pytest

from tests.lint_templates import main, problems


class TestLint:
    def test_the_templates_are_clean(self):
        assert main() == 0

    @pytest.mark.parametrize(
        "bad",
        [
            '<p style="color:red">',
            "<style>p{}</style>",
            "<script>alert(1)</script>",
            '<b onclick="x()">',
            '<b hx-on:click="x()">',
            '<b hx-trigger="click[ctrlKey]">',
            "<b hx-vals='js:{a:1}'>",
            '<a href="javascript:x()">',
        ],
    )
    def test_finds_what_is_banned(self, bad):
        assert problems(bad)

    @pytest.mark.parametrize(
        "good",
        [
            '<script src="/static/app.js" defer></script>',
            '<script id="d" type="application/json">{}</script>',
            "<p>style=</p>",
        ],
    )
    def test_leaves_the_rest(self, good):
        assert not problems(good)
