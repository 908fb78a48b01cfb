"""The one look at a media file: its film, its sound, its times, and the first picture, which alone tells how it stands.

Nothing is judged here: a file without a film, or one of which a part is missing, is described as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from videofile import streams, timing
from videofile.orientation import Orientation, shown_size
from videofile.timing import Timing

# Only containers that hold their own media: a playlist or concat script could name other files of the machine.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,mpegvideo,asf,ogg,mxf,gif,dv,mp3,wav,flac,aac"
PROTOCOLS = "file,pipe"
_STILL_FORMATS = ("png_pipe", "jpeg_pipe", "mjpeg", "image2", "webp_pipe", "bmp_pipe")
_REMOTE_PROTOCOLS = "http,https,tcp,tls"
_TIMEOUT_S = 30.0
_PACKETS_TO_FIRST_PICTURE = 400
_HDR_TRANSFERS = frozenset({16, 18})  # SMPTE ST 2084 (PQ) and ARIB STD-B67 (HLG), by their numbers in ITU-T H.273
# What x264 and x265 write into the stream about themselves.
_OPEN_GOP = (b"open_gop=1", b" open-gop ")


class ProbeError(Exception):
    """The file cannot be opened as media; the message is FFmpeg's."""


class TooManyPixelsError(ProbeError):
    """The film has more pixels than were allowed; nothing was decoded. The message is its size."""


@dataclass(frozen=True, slots=True)
class Film:
    """The moving pictures. `codec` is empty where no decoder is known; `is_decodable` tells whether a first picture
    could be had, without which orientation, HDR and interlacing are unknown. `width` and `height` are as shown."""

    index: int
    codec: str
    pixel_format: str
    coded_width: int
    coded_height: int
    width: int
    height: int
    orientation: Orientation
    timing: Timing
    declared_frames: int
    average_fps: float
    is_decodable: bool
    is_hdr: bool
    is_interlaced: bool
    has_open_gop: bool

    @property
    def fps(self) -> float:
        """Pictures a second at the usual interval; 0 when unknown."""
        return self.timing.rate.nominal


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound that is played with the film; `start_s` counts from the start of the file."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    layout: str
    bit_rate: int
    start_s: float


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a file says of itself. `container` is FFmpeg's name of the format, `start_us` zero of all times on the
    file's own clock. Before `latest_start_s` not every stream has begun. `sound_s` is how long the sound lasts, told
    only where there is no film."""

    path: Path
    container: str
    bit_rate: int
    start_us: int
    latest_start_s: float
    film: Film | None
    sound: Sound | None
    sound_s: float

    @property
    def is_still(self) -> bool:
        """Whether it is a still picture and no video."""
        return any(name in _STILL_FORMATS for name in self.container.split(","))


@contextmanager
def opened(source: str | Path, demuxer: str = "") -> Iterator[Any]:
    """An open PyAV container. `demuxer` names the only format that is tried; an address is read over HTTP alone.

    Raises what PyAV raises (`streams.BROKEN`).
    """
    is_remote = "://" in str(source)
    options = {
        "format_whitelist": f"{FORMATS},{','.join(_STILL_FORMATS)}",
        "protocol_whitelist": _REMOTE_PROTOCOLS if is_remote else PROTOCOLS,
    }
    with av.open(
        str(source), format=demuxer or None, timeout=_TIMEOUT_S, metadata_errors="replace", container_options=options
    ) as container:
        yield container


def probe(source: str | Path, demuxer: str = "", *, most_pixels: int = 0) -> MediaFacts:
    """Open a file and read its facts; one picture is decoded. Raises `ProbeError`.

    A film of more than `most_pixels` (0: any number) is refused before it is decoded.
    """
    try:
        with opened(source, demuxer) as container:
            return _read(Path(source), container, most_pixels)
    except streams.BROKEN as error:
        raise ProbeError(str(error)) from error


def _read(path: Path, container: Any, most_pixels: int) -> MediaFacts:
    video, audio = streams.video_stream(container), streams.audio_stream(container)
    every = (*container.streams.video, *container.streams.audio)
    return MediaFacts(
        path=path,
        container=container.format.name,
        bit_rate=container.bit_rate or 0,
        start_us=int(container.start_time or 0),
        latest_start_s=max((streams.begin_s(container, stream) for stream in every), default=0.0),
        film=None if video is None else _film(str(path), container, video, most_pixels),
        sound=None if audio is None else _sound(container, audio),
        sound_s=_sound_s(container, audio) if video is None and audio is not None else 0.0,
    )


def _film(source: str, container: Any, stream: Any, most_pixels: int) -> Film:
    context = stream.codec_context
    codec = context.codec.canonical_name if context is not None and context.name else ""
    coded = (context.width or 0, context.height or 0) if context is not None else (0, 0)
    if most_pixels and coded[0] * coded[1] > most_pixels:
        raise TooManyPixelsError(f"{coded[0]}×{coded[1]}")
    frame = _first_picture(container, stream) if codec else None
    width, height = shown_size(stream, frame) if coded[0] and coded[1] else coded
    return Film(
        index=stream.index,
        codec=codec,
        pixel_format=(context.pix_fmt if context is not None else None) or "",
        coded_width=coded[0],
        coded_height=coded[1],
        width=width,
        height=height,
        orientation=Orientation.of(frame),
        timing=timing.read_timing(container, stream, source),
        declared_frames=stream.frames or 0,
        average_fps=float(stream.average_rate or stream.guessed_rate or 0),
        is_decodable=frame is not None,
        is_hdr=frame is not None and int(frame.color_trc or 0) in _HDR_TRANSFERS,
        is_interlaced=frame is not None and bool(frame.interlaced_frame),
        has_open_gop=frame is not None and any(note in bytes(data) for data in frame.side_data for note in _OPEN_GOP),
    )


def _first_picture(container: Any, stream: Any) -> Any:
    """None when none can be had soon."""
    stream.thread_type = "NONE"
    with suppress(*streams.BROKEN):
        for count, packet in enumerate(container.demux(stream)):
            for frame in packet.decode():
                return frame
            if count > _PACKETS_TO_FIRST_PICTURE:
                break
    return None


def _sound(container: Any, stream: Any) -> Sound:
    context = stream.codec_context
    return Sound(
        index=stream.index,
        codec=context.codec.canonical_name,
        sample_rate=int(context.sample_rate or 0),
        channels=int(context.channels or 0),
        layout=str(context.layout.name) if context.layout else "unknown",
        bit_rate=context.bit_rate or 0,
        start_s=streams.begin_s(container, stream),
    )


def _sound_s(container: Any, stream: Any) -> float:
    if container.duration and container.duration > 0:
        return float(container.duration / av.time_base)
    return timing.end_of(container, stream)
