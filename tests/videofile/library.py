"""Files as people really have them, each made by FFmpeg from one clip, with the numbers that are right for it.

The clip lasts three seconds at 30 a second in 320×180. Its corners are red, lime, blue and white (row by row); at 1.5 s
there is a cut, after which the corners are yellow, magenta, cyan and black. A tone sounds throughout.
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
CUT_S = 1.5
FIRST = ("red", "lime", "blue", "white")
SECOND = ("yellow", "magenta", "cyan", "black")
RGB = {
    "red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255),
    "yellow": (255, 255, 0), "magenta": (255, 0, 255), "cyan": (0, 255, 255), "black": (0, 0, 0),
}  # fmt: skip

X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -crf 12"
VP8 = "-c:v libvpx -b:v 2M -deadline realtime -c:a libopus"
STAMPS = "-fps_mode passthrough -enc_time_base 1/90000"
BOTH = "-map 0:v:0 -map 1:a:0"


@dataclass(frozen=True)
class File:
    """How a file is made, and what is right for it. `clip`, `cover` and `wide` in the arguments are files.

    `seconds` is the usable length, `start_s` when the first picture is shown, `cut_s` when the cut is; `corners` are
    the colours of the first shot as people see them. `sound` is a codec, empty where there is none.
    """

    name: str
    args: str
    seconds: float = 3.0
    fps: float = 30.0
    size: tuple[int, int] = (320, 180)
    cut_s: float = CUT_S
    start_s: float = 0.0
    corners: tuple[str, str, str, str] = FIRST
    turn_deg: int = 0
    mirrored: bool = False
    varies: bool = False
    sound: str = "aac"
    codec: str = "h264"
    demuxer: str = "mov"
    sound_from_s: float = 0.0


A, B, C, D = FIRST
LIBRARY = [
    # Containers
    File("plain.mp4", "-i clip -c copy"),
    File("index-in-front.mp4", "-i clip -c copy -movflags +faststart"),
    File("remuxed.mov", "-i clip -c copy"),
    File("apple.m4v", "-i clip -c copy -f mp4 -brand M4V"),
    File("vp8.webm", f"-i clip {VP8}", sound="opus", codec="vp8", demuxer="matroska"),
    File("hidden-pictures.webm",
         "-i clip -c:v libvpx -b:v 2M -auto-alt-ref 1 -lag-in-frames 16 -cpu-used 5 -c:a libvorbis",
         sound="vorbis", codec="vp8", demuxer="matroska"),
    File("vp9.webm",
         "-i clip -c:v libvpx-vp9 -b:v 1M -deadline realtime -cpu-used 8 -c:a libopus",
         sound="opus", codec="vp9", demuxer="matroska"),
    File("no-duration.webm", f"-i clip {VP8} -live 1", sound="opus", codec="vp8", demuxer="matroska"),
    File("camera.avi",
         "-i clip -c:v mjpeg -q:v 2 -pix_fmt yuvj420p -c:a pcm_s16le",
         sound="pcm_s16le", codec="mjpeg", demuxer="avi"),
    File("old.avi", "-i clip -c:v mpeg4 -q:v 2 -c:a libmp3lame", sound="mp3", codec="mpeg4", demuxer="avi"),
    # Fragments have no edit list: what B-frames wait for is seen as a late start.
    File("fragments.mp4",
         "-i clip -c copy -movflags frag_keyframe+empty_moov",
         seconds=3.067, cut_s=1.567, start_s=0.067),
    File("fragments-behind-an-index.mp4",
         "-i clip -c copy -movflags frag_keyframe",
         seconds=3.067, cut_s=1.567, start_s=0.067),
    File("edited.mov", "-i clip -c:v prores_ks -profile:v 0 -c:a pcm_s16le", sound="pcm_s16le", codec="prores"),
    # Lengths that differ
    File("sound-a-little-longer.mp4", f"-i clip -f lavfi -i sine=330:d=3.13 {BOTH} -c:v copy -c:a aac"),
    File("sound-much-longer.webm",
         f"-i clip -f lavfi -i sine=330:d=8 {BOTH} {VP8}",
         sound="opus", codec="vp8", demuxer="matroska"),
    File("sound-much-longer.avi",
         f"-i clip -f lavfi -i sine=330:d=8 {BOTH} -c:v mpeg4 -q:v 2 -c:a libmp3lame",
         sound="mp3", codec="mpeg4", demuxer="avi"),
    File("sound-much-longer.mp4",
         f"-i clip -f lavfi -i sine=330:d=8 {BOTH} -c:v copy -c:a aac -movflags frag_keyframe+empty_moov",
         seconds=3.067, cut_s=1.567, start_s=0.067),
    File("sound-shorter.mp4", f"-i clip -f lavfi -i sine=330:d=2 {BOTH} -c:v copy -c:a aac"),
    File("picture-ends-early.mp4", f"-i clip -vf select=lt(t\\,2.5) {STAMPS} {X264} -c:a copy", seconds=2.5),
    File("picture-that-stands-at-the-end.mp4",
         f"-i clip -vf select=lt(t\\,2.5)+gte(t\\,2.96) {STAMPS} {X264} -c:a copy",
         varies=True),
    # Late starts
    File("picture-late.mp4",
         f"-itsoffset 1.021 -i clip -i clip {BOTH} -c copy",
         seconds=4.021, cut_s=2.521, start_s=1.021),
    File("picture-late.webm",
         f"-itsoffset 1.021 -i clip -i clip {BOTH} {VP8}",
         seconds=4.021, cut_s=2.521, start_s=1.021, sound="opus", codec="vp8", demuxer="matroska"),
    File("sound-late.mp4", f"-i clip -itsoffset 0.7 -i clip {BOTH} -c copy", sound_from_s=0.7),
    File("everything-late.mp4", "-itsoffset 0.512 -i clip -c copy"),
    File("trimmed-without-encoding.mp4", "-ss 0.7 -i clip -c copy", seconds=2.3, cut_s=0.8),
    File("looped-without-encoding.mp4", "-stream_loop 2 -i clip -c copy", seconds=9.046),
    # Rates
    File("jitter.mp4", f"-i clip -vf setpts=PTS+0.004*random(1)/TB {STAMPS} {X264} -c:a copy"),
    File("gap.mp4", f"-i clip -vf select=not(between(t\\,1.7\\,2.5)) {STAMPS} {X264} -c:a copy", varies=True),
    File("screen-recording.mp4",
         f"-i clip -vf select=gt(random(7)\\,0.35) {STAMPS} {X264} -c:a copy",
         seconds=2.933, varies=True),
    File("slow-motion.mp4",
         f"-i clip -vf fps=240,select=gt(t\\,1)+not(mod(n\\,8)) {STAMPS} {X264} -c:a copy",
         fps=240.0, varies=True),
    File("twenty.mp4", f"-i clip -vf fps=20 {X264} -c:a copy", fps=20.0),
    File("film.mp4", f"-i clip -vf fps=24000/1001 {X264} -c:a copy", fps=23.976),
    File("broadcast.mp4", f"-i clip -vf fps=30000/1001 {X264} -c:a copy", fps=29.97),
    File("sixty.mp4", f"-i clip -vf fps=60 {X264} -c:a copy", fps=60.0),
    File("one-key-frame.mp4", f"-i clip {X264} -g 9999 -sc_threshold 0 -c:a copy"),
    # Turned and mirrored
    File("mirrored.mp4", "-display_hflip -i clip -c copy", corners=(B, A, D, C), mirrored=True),
    File("upside-down-mirrored.mp4",
         "-display_vflip -i clip -c copy",
         corners=(C, D, A, B), turn_deg=180, mirrored=True),
    File("on-its-left.mp4", "-display_rotation 90 -i clip -c copy", size=(180, 320), corners=(B, D, A, C), turn_deg=90),
    File("upside-down.mp4", "-display_rotation 180 -i clip -c copy", corners=(D, C, B, A), turn_deg=180),
    File("on-its-right.mov",
         "-display_rotation 270 -i clip -c copy",
         size=(180, 320), corners=(C, A, D, B), turn_deg=270),
    File("selfie-left.mp4",
         "-display_rotation 90 -display_hflip -i clip -c copy",
         size=(180, 320), corners=(D, B, C, A), turn_deg=270, mirrored=True),
    File("selfie-right.mov",
         "-display_rotation 270 -display_hflip -i clip -c copy",
         size=(180, 320), corners=(A, C, B, D), turn_deg=90, mirrored=True),
    File("wide-pixels.mp4", f"-i clip -vf setsar=4/3 {X264} -c:a copy", size=(427, 180)),
    File("wide-pixels-turned.mp4",
         "-display_rotation 90 -i wide -c copy",
         size=(180, 427), corners=(B, D, A, C), turn_deg=90),
    # Several streams
    File("cover-marked.mp4", "-i cover -i clip -map 0 -map 1 -c copy -disposition:v:0 attached_pic"),
    File("cover-first.mp4", "-i cover -i clip -map 0 -map 1 -c copy"),
    File("cover-default.mp4",
         f"-i cover -i clip -map 0 -map 1 {X264} -c:a copy -disposition:v:0 default -disposition:v:1 0"),
    File("second-is-default.mp4",
         f"-f lavfi -i color=gray:s=320x180:r=30:d=3 -i clip -map 0 -map 1 {X264} -c:a copy "
         "-disposition:v:0 0 -disposition:v:1 default"),
    File("second-is-longer.webm",
         f"-f lavfi -i color=gray:s=320x180:r=30:d=1 -i clip -map 0 -map 1 {VP8} -disposition:v 0",
         sound="opus", codec="vp8", demuxer="matroska"),
    File("second-sound-is-default.mp4",
         "-f lavfi -i anullsrc=d=3 -i clip -map 1:v -map 0:a -map 1:a -c:v copy -c:a:0 mp3 -c:a:1 copy "
         "-disposition:a:0 0 -disposition:a:1 default"),
    # Pictures and sound of other kinds
    File("silent.mp4", "-i clip -c copy -an", sound=""),
    File("surround.mp4", "-i clip -c:v copy -c:a aac -ac 6"),
    File("studio-sound.mov", "-i clip -c:v copy -c:a pcm_s24le -ar 96000", sound="pcm_s24le"),
    File("ten-bits.mp4", f"-i clip {X264} -pix_fmt yuv422p10le -c:a copy"),
    File("hevc.mp4",
         "-i clip -c:v libx265 -preset ultrafast -x265-params log-level=none:crf=12 -tag:v hvc1 -c:a copy",
         codec="hevc"),
    File("interlaced.mp4", f"-i clip -vf setfield=tff {X264} -flags +ilme+ildct -c:a copy"),
    File("odd-sides.mp4", f"-i clip -vf scale=321:181,setsar=1 {X264} -pix_fmt yuv444p -c:a copy", size=(321, 181)),
    File("open-gop.mp4", "-i clip -c:v libx264 -preset veryfast -crf 12 -x264-params open-gop=1:keyint=20 -c:a copy"),
]  # fmt: skip

# Cut off: (file, what is left of it). They are refused.
CUT_OFF = [("index-in-front.mp4", 0.5), ("plain.mp4", 0.6), ("vp8.webm", 0.5), ("old.avi", 0.5),
           ("sound-much-longer.webm", 0.5)]  # fmt: skip


def ffmpeg(*args: str | Path) -> None:
    argv = [FFMPEG, "-v", "error", "-nostdin", "-y", *map(str, args)]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)


def _quarters(colours: tuple[str, ...], name: str) -> str:
    parts = [f"color={colour}:s=160x90:r=30:d=1.5[{name}{k}]" for k, colour in enumerate(colours)]
    parts += [f"[{name}0][{name}1]hstack[{name}t]", f"[{name}2][{name}3]hstack[{name}b]"]
    return ";".join([*parts, f"[{name}t][{name}b]vstack[{name}]"])


class Shelf:
    """Makes each file once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[str, Path] = {}
        self._bases: dict[str, Callable[[Path], None]] = {
            "clip": self._clip,
            "cover": lambda path: ffmpeg("-f", "lavfi", "-i", "color=gray:s=640x360", "-frames:v", "1", path),
            "wide": lambda path: ffmpeg(
                "-i", self.base("clip"), "-vf", "setsar=4/3", *X264.split(), "-c:a", "copy", path
            ),
        }

    def base(self, name: str) -> Path:
        return self._once(self.folder / f"{name}{'.png' if name == 'cover' else '.mp4'}", self._bases[name])

    def get(self, file: File) -> Path:
        args = [self.base(one) if one in self._bases else one for one in file.args.split()]
        return self._once(self.folder / file.name, lambda path: ffmpeg(*args, path))

    def cut_off(self, name: str, share: float) -> Path:
        whole = self.get(next(file for file in LIBRARY if file.name == name)).read_bytes()
        path = self.folder / f"cut-off-{name}"
        path.write_bytes(whole[: int(len(whole) * share)])
        return path

    def _once(self, path: Path, make: Callable[[Path], None]) -> Path:
        if path.name not in self._made:
            make(path)
            self._made[path.name] = path
        return self._made[path.name]

    def _clip(self, path: Path) -> None:
        graph = f"{_quarters(FIRST, 'a')};{_quarters(SECOND, 'b')};[a][b]concat=n=2:v=1[v]"
        ffmpeg(
            "-f", "lavfi", "-i", "sine=440:d=3", "-filter_complex", graph, "-map", "[v]", "-map", "0:a", "-g", "30",
            "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-crf", "12", "-c:a", "aac", path,
        )  # fmt: skip
