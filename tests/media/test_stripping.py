"""What is not the picture goes; the picture stays, pixel by pixel."""

import io

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from media import metadata_stripping, picture

PLACE = (52.0, 31.0, 12.0)


def gradient(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    image = Image.new("RGB", size)
    image.putdata([(x * 4 % 256, y * 6 % 256, (x + y) % 256) for y in range(size[1]) for x in range(size[0])])
    return image.convert(mode)


def with_place(kind: str, orientation: int = 1, **more) -> bytes:
    """A picture as a phone makes it: with a place, a camera, a comment."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SecretCam"
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: PLACE, 3: "E", 4: PLACE})
    target = io.BytesIO()
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "SecretCam was here")
        more["pnginfo"] = info
    if kind == "GIF":
        gradient("P").save(
            target,
            kind,
            comment=b"SecretCam",
            save_all=True,
            append_images=[gradient("P").rotate(90)],
            duration=80,
            loop=3,
        )
    else:
        gradient().save(target, kind, exif=exif, **more)
    return target.getvalue()


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("JPEG", {"quality": 90, "comment": b"SecretCam"}),
        ("JPEG", {"quality": 90, "progressive": True}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
    ],
)
class TestStripping:
    def test_place_and_camera_go_and_pixels_stay(self, kind, more):
        data = with_place(kind, **more)
        assert b"SecretCam" in data
        clean = metadata_stripping.strip(data, kind)
        assert b"SecretCam" not in clean
        before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(clean))
        assert not after.getexif()
        assert before.tobytes() == after.tobytes()

    def test_a_file_that_ends_early_is_broken(self, kind, more):
        data = with_place(kind, **more)
        with pytest.raises(metadata_stripping.BrokenError):
            metadata_stripping.strip(data[: len(data) // 2], kind)


class TestKept:
    def test_a_colour_profile_stays(self):
        profile = b"\x00" * 128 + b"profile"
        data = with_place("JPEG", icc_profile=profile)
        assert Image.open(io.BytesIO(metadata_stripping.strip(data, "JPEG"))).info["icc_profile"] == profile

    def test_what_hangs_behind_the_picture_goes(self):
        data = with_place("JPEG") + b"a second picture with its place"
        assert metadata_stripping.strip(data, "JPEG").endswith(b"\xff\xd9")

    def test_an_animation_keeps_its_pictures_and_its_time(self):
        clean = Image.open(io.BytesIO(metadata_stripping.strip(with_place("GIF"), "GIF")))
        assert (clean.n_frames, clean.info["duration"], clean.info["loop"]) == (2, 80, 3)


class TestPreparing:
    @pytest.mark.parametrize(("orientation", "size"), [(1, (60, 40)), (3, (60, 40)), (6, (40, 60)), (8, (40, 60))])
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_it_is_stored_upright_without_its_place(self, tmp_path, kind, orientation, size):
        source = tmp_path / "a"
        source.write_bytes(with_place(kind, orientation))
        found = picture.judge(str(source), str(tmp_path))
        clean = Image.open(tmp_path / "clean")
        assert (found["width"], found["height"]) == clean.size == size
        assert clean.format == kind
        assert not clean.getexif()
        assert b"SecretCam" not in (tmp_path / "clean").read_bytes()
        thumb = Image.open(tmp_path / "thumb.jpg")
        assert thumb.format == "JPEG"
        assert (thumb.width > thumb.height) == (size[0] > size[1])

    def test_a_turned_picture_shows_what_the_camera_meant(self, tmp_path):
        source = tmp_path / "a"
        source.write_bytes(with_place("PNG", 6))
        picture.judge(str(source), str(tmp_path))
        meant = gradient().transpose(Image.Transpose.ROTATE_270)
        assert Image.open(tmp_path / "clean").convert("RGB").tobytes() == meant.tobytes()

    def test_a_large_one_gets_a_small_thumbnail_on_white(self, tmp_path):
        source = tmp_path / "a"
        Image.new("RGBA", (1600, 800), (0, 0, 0, 0)).save(source, "PNG")
        assert picture.judge(str(source), str(tmp_path))["thumb"] == {"width": 480, "height": 240}
        assert Image.open(tmp_path / "thumb.jpg").getpixel((5, 5)) == (255, 255, 255)

    @pytest.mark.parametrize(
        ("data", "problem"),
        [
            (b"\x00\x00\x00\x18ftypheic" + bytes(400), "not_an_image"),
            (b"just words", "not_an_image"),
            (with_place("JPEG")[:300], "damaged_file"),
            (with_place("PNG")[:-200], "truncated_file"),
        ],
    )
    def test_what_cannot_be_used_is_named(self, tmp_path, data, problem):
        source = tmp_path / "a"
        source.write_bytes(data)
        found = picture.judge(str(source), str(tmp_path))["problem"]
        assert found == problem or {found, problem} == {"damaged_file", "truncated_file"}

    def test_a_bomb_is_refused_by_its_header(self, tmp_path):
        source = tmp_path / "a"
        Image.new("1", (20_000, 20_000)).save(source, "PNG")
        assert source.stat().st_size < 100_000
        assert picture.judge(str(source))["problem"] == "too_many_pixels"
