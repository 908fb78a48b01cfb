import json
import re
from pathlib import Path

import pytest
from django.conf import settings

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
            f"<p>{'a' * 200}</p>",
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
            f"<p>{'a' * 193}</p>\n<p>b</p>",
        ],
    )
    def test_leaves_the_rest(self, good):
        assert not problems(good)


CONFIRMS = re.compile(r"data-confirm=\"[^\"]*\"[^>]*")


@pytest.mark.parametrize("path", sorted((settings.BASE_DIR / "templates").rglob("*.html")), ids=lambda path: path.stem)
def test_every_question_has_buttons_that_say_what_they_do(path: Path) -> None:
    for found in CONFIRMS.findall(path.read_text()):
        if path.parent.name == "pages":
            continue  # the style guide shows the component without a meaning
        said = dict(re.findall(r"data-confirm-(title|yes|no)=\"([^\"]*)\"", found))
        assert set(said) == {"title", "yes", "no"}, found
        assert "?" in said["title"], found
        assert said["no"] != "Cancel", f"“Cancel” beside “{said['yes']}” leaves open what it cancels"
        assert said["yes"] not in ("Yes", "OK", "Cancel it", "Delete", "Continue"), found


class TestHtmx:
    def test_live_parts_copy_no_style_attribute(self):
        """htmx copies attributes of what it replaces; a copied `style` is an inline style, which the policy blocks."""
        base = (Path(settings.BASE_DIR) / "templates" / "base.html").read_text()
        config = json.loads(re.search(r"name=\"htmx-config\"\s+content='([^']+)'", base).group(1))
        assert "style" not in config["attributesToSettle"]
        assert config["includeIndicatorStyles"] is False
