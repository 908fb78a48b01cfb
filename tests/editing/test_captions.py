r"""Texts as ASS: literal, inside the safe area, the same on every machine."""

import re
from typing import Any

import pytest

from editing import fonts
from editing.captions import ass_document, clean, lay_out
from editing.formats import safe_area
from editing.plan import EditPlan, Output, Overlay, parse_plan
from tests.editing.clips import output, plan_of


def document(*overlays: dict[str, Any], **changes: Any) -> str:
    plan: EditPlan = parse_plan(plan_of((0, 5), outputs=[output(**changes)], overlays=list(overlays)))
    return ass_document(plan, plan.outputs[0])


def texts(document: str) -> list[str]:
    """The text fields of layer 1, without the leading overrides that the product itself writes."""
    lines = [line for line in document.splitlines() if line.startswith("Dialogue: 1,")]
    return [line.split(",", 9)[9].split("}", 1)[1] for line in lines]


def text(value: str, **changes: Any) -> dict[str, Any]:
    return {"text": value, "start_s": 0, "end_s": 2, **changes}


class TestLiteral:
    @pytest.mark.parametrize(
        ("written", "drawn"),
        [
            (r"a {\b1}b", "a \\{\\\u2060b1\\}b"),
            (r"C:\Names\new", "C:\\\u2060Names\\\u2060new"),
            ("100% %{pts} $(x)", "100% %\\{pts\\} $(x)"),
            ("'q' \"d\" ; , : =", "'q' \"d\" ; , : ="),
            ("one\r\ntwo\vthree\u2028four", r"one\Ntwo\Nthree\Nfour"),
            ("tab\there", "tab here"),
            ("bell\x07null\x00", "bellnull"),
        ],
    )
    def test_nothing_is_an_instruction(self, written: str, drawn: str) -> None:
        assert texts(document(text(written), width=1080, height=1920)) == [drawn]

    def test_no_override_is_left_open(self) -> None:
        body = texts(document(text("{\\p1}m 0 0{\\fnX}} {{ \\{")))[0]
        assert re.findall(r"(?<!\\)[{}]", body) == []

    def test_emoji_use_their_font_and_give_it_back(self) -> None:
        body = texts(document(text("go 🎉 now"), width=1080, height=1920))[0]
        assert body == r"go {\fnNoto Emoji}🎉{\fnInter} now"

    def test_what_no_font_has_is_left_out(self) -> None:
        assert clean("日本 go") == "go"
        assert fonts.missing_characters("日本 go 日\n") == "日本"
        assert texts(document(text("日本"))) == []

    @pytest.mark.parametrize("sample", ["ąčęłńśźż ß ñ", "Ελληνικά", "Українська Ёжик", "€ £ → “–” …", "🔥🚀😀✅"])
    def test_shipped_fonts_cover(self, sample: str) -> None:
        assert fonts.missing_characters(sample) == ""
        assert clean(sample) == sample


class TestLayout:
    def block(self, value: str, **changes: Any) -> tuple[Any, Output]:
        frame = Output.model_validate(output(**{"width": 1080, "height": 1920, **changes}))
        return lay_out(Overlay.model_validate(text(value)), frame), frame

    @pytest.mark.parametrize("platform", [None, "tiktok", "instagram", "youtube"])
    @pytest.mark.parametrize("value", ["Short", "word " * 59, "W" * 300, "line\n" * 20, "ü" * 40 + " x"])
    def test_every_text_lies_inside_the_safe_area(self, value: str, platform: str | None) -> None:
        block, frame = self.block(value, platform=platform)
        area = safe_area("9:16", platform)
        assert block.width <= frame.width * (1 - area.left - area.right) + 1
        assert block.height <= frame.height * (1 - area.top - area.bottom)

    def test_a_long_text_is_set_smaller(self) -> None:
        short, _ = self.block("Short")
        long, _ = self.block("several words " * 20)
        assert long.size < short.size

    def test_lines_are_about_equal(self) -> None:
        block, _ = self.block("The one mistake that everybody makes here")
        assert len(block.lines) == 2
        assert abs(len(block.lines[0]) - len(block.lines[1])) < 8

    def test_widths_follow_the_font(self) -> None:
        wide, narrow = self.block("WWWWWW")[0], self.block("iiiiii")[0]
        assert wide.width > 2 * narrow.width


class TestEvents:
    def boxes(self, document: str) -> list[tuple[float, float, float]]:
        """(left, top, height) of each background box."""
        found = []
        for line in document.splitlines():
            if line.startswith("Dialogue: 0,"):
                left, top = map(float, re.search(r"\\pos\(([\d.]+),([\d.]+)\)", line).groups())
                height = max(float(y) for y in re.findall(r"[\d.]+ ([\d.]+)", line.split("\\p1}")[1]))
                found.append((left, top, height))
        return found

    def test_positions_respect_the_platform(self) -> None:
        frame = {"width": 1080, "height": 1920, "platform": "instagram"}
        top = self.boxes(document(text("A", position="top"), **frame))[0]
        bottom = self.boxes(document(text("A", position="bottom"), **frame))[0]
        middle = self.boxes(document(text("A", position="middle"), **frame))[0]
        assert top[1] >= 0.14 * 1920 - 0.1
        assert bottom[1] + bottom[2] <= 0.65 * 1920 + 0.1
        assert top[1] < middle[1] < bottom[1]

    def test_texts_at_one_place_are_stacked(self) -> None:
        both = [text("One", position="bottom"), text("Two", position="bottom", start_s=1, end_s=3)]
        first, second = self.boxes(document(*both))
        assert second[1] + second[2] < first[1]
        later = [text("One"), text("Two", start_s=2, end_s=3)]
        first, second = self.boxes(document(*later))
        assert first[1] == second[1]

    def test_times_and_the_end_of_a_shorter_output(self) -> None:
        found = document(text("A", start_s=0.5, end_s=4), text("B", start_s=3.5, end_s=4), max_duration_s=3)
        assert "Dialogue: 1,0:00:00.50,0:00:03.00," in found
        assert len(texts(found)) == 1

    def test_an_outline_has_no_box(self) -> None:
        found = document(text("A", style={"background": "outline", "weight": "semibold", "colour": "#12AB34"}))
        assert self.boxes(found) == []
        assert r"\1c&H34AB12&" in found
        assert r"\fnInter SemiBold" in found
