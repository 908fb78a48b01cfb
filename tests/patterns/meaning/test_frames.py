"""Key frames of a real file, by the child that reads them."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from core.child import Child, ChildError, python_argv, run
from patterns.meaning import frames
from tests.factories import tiny_mp4


def read(*arguments):
    lines = []
    run(Child(argv=python_argv("patterns.meaning.frames", *arguments)), lines.append)
    return [line for line in lines if "jpeg" in line], [line["pct"] for line in lines if "pct" in line]


class TestMoments:
    def test_every_two_seconds(self):
        assert frames.moments(5.0) == [0.0, 2.0, 4.0]
        assert frames.moments(4.0) == [0.0, 2.0]
        assert frames.moments(0.3) == [0.0]

    def test_long_videos_are_thinned(self):
        found = frames.moments(600.0)
        assert (len(found), found[1]) == (60, 10.0)


class TestReading:
    def test_each_picture_once(self):
        """Four seconds of noise are one picture; the test picture after them counts, and is two."""
        shown, pcts = read(str(tiny_mp4(seconds=8.0)), "mov", "8.0")
        assert pcts[-1] == 100
        assert [line["time_s"] for line in shown] == [0.0, 4.0, 6.0]
        assert shown[0]["also_at_s"] == [2.0]
        picture = Image.open(io.BytesIO(base64.b64decode(shown[0]["jpeg"])))
        assert (picture.format, picture.size) == ("JPEG", (320, 180))

    def test_a_file_without_pictures_ends_with_a_sentence(self, tmp_path):
        broken = tmp_path / "broken.mp4"
        broken.write_bytes(tiny_mp4().read_bytes()[:500])
        with pytest.raises(ChildError) as caught:
            read(str(broken), "mov", "2.0")
        assert caught.value.reason == "exit"

    def test_new_words_are_a_new_picture_and_grain_is_not(self):
        def shown(words, grain=0, seed=1):
            picture = Image.new("RGB", (360, 640), (70, 90, 110))
            ImageDraw.Draw(picture).text((120, 480), words, fill="white", font=ImageFont.load_default(28))
            noise = np.random.default_rng(seed).integers(-grain, grain + 1, (640, 360, 3))
            return frames.thumb_of(Image.fromarray((np.asarray(picture) + noise).clip(0, 255).astype("uint8")))

        assert frames.alike(shown("Wait", grain=20, seed=1), shown("Wait", grain=20, seed=2))
        assert not frames.alike(shown(""), shown("Wait"))
        assert not frames.alike(shown("Three errors"), shown("you make daily"))
