"""What the container and the first picture say: size as shown, rate, codecs, audio. Only one picture is decoded."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from videofile import streams, timing
from videofile.orientation import Orientation, shown_size

from . import ffmpeg
from .errors import MeasureCode, MeasureError

OPEN_TIMEOUT_S = 30.0
PACKETS_TO_FIRST_PICTURE = 400
HDR_TRANSFERS = (16, 18)  # SMPTE ST 2084 and ARIB STD-B67 in ITU-T H.273
ASPECTS = {"9:16": 9 / 16, "2:3": 2 / 3, "3:4": 3 / 4, "4:5": 4 / 5, "1:1": 1.0, "5:4": 5 / 4, "4:3": 4 / 3}
ASPECTS |= {"3:2": 3 / 2, "16:9": 16 / 9, "2:1": 2.0, "21:9": 21 / 9}


@dataclass(frozen=True)
class AudioStream:
    index: int
    codec: str
    sample_rate: int
    channels: int
    layout: str
    start_s: float


@dataclass(frozen=True)
class Probe:
    path: Path
    container: str
    start_us: int  # zero of all times on the file's own clock
    duration_s: float  # usable: to the end of the last picture; 0 when not one packet is there
    last_s: float  # when the last picture is shown
    promised_s: float  # what it should be when a part of the file is missing
    index: int
    codec: str
    pixel_format: str
    hdr: bool
    coded_width: int
    coded_height: int
    width: int
    height: int
    rotation: int
    mirrored: bool
    nominal_fps: float
    varies: bool
    video_start_s: float
    audio: AudioStream | None

    @property
    def aspect_ratio(self) -> float:
        return self.width / self.height

    @property
    def aspect(self) -> str:
        name, ratio = min(ASPECTS.items(), key=lambda item: abs(item[1] / self.aspect_ratio - 1))
        return name if abs(ratio / self.aspect_ratio - 1) <= 0.02 else f"{self.aspect_ratio:.2f}:1"


def probe(path: Path) -> Probe:
    """Raises MeasureError for anything that is not a readable video file."""
    _check_file(path)
    try:
        container = av.open(
            str(path),
            timeout=(OPEN_TIMEOUT_S, OPEN_TIMEOUT_S),
            container_options={"format_whitelist": ffmpeg.FORMATS, "protocol_whitelist": ffmpeg.PROTOCOLS},
        )
    except (FFmpegError, OSError, ValueError) as error:
        raise MeasureError(
            MeasureCode.UNREADABLE,
            "This file is not a video that can be read, or it is cut off. Export it again as MP4, MOV or WebM.",
        ) from error
    with container:
        return _read(path, container)


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise MeasureError(MeasureCode.NOT_FOUND, f"There is no file called {path.name}.")
    if path.stat().st_size == 0:
        raise MeasureError(MeasureCode.EMPTY, "This file is empty (0 bytes). Upload it again.")


def _read(path: Path, container: Any) -> Probe:
    video = streams.video_stream(container)
    if video is None:
        raise MeasureError(MeasureCode.NO_VIDEO, "This file has no video stream. Choose a file with moving pictures.")
    context = video.codec_context
    if context is None:
        raise MeasureError(
            MeasureCode.UNREADABLE, "The pictures of this file are in a format that is not known. Export it as MP4."
        )
    if not context.width or not context.height:
        raise MeasureError(MeasureCode.UNREADABLE, "The video stream has no picture size. Export the file again.")
    audio = streams.audio_stream(container)
    frame = _first_picture(container, video)
    turned = Orientation.of(frame)
    width, height = shown_size(video, frame)
    times = timing.read_timing(container, video, str(path))
    return Probe(
        path=path,
        container=container.format.name.split(",")[0],
        start_us=int(container.start_time or 0),
        duration_s=times.end_s,
        last_s=times.last_s,
        promised_s=times.promised_s,
        index=video.index,
        codec=context.codec.canonical_name,
        pixel_format=context.pix_fmt or "unknown",
        hdr=int(getattr(context, "color_trc", 0) or 0) in HDR_TRANSFERS,
        coded_width=context.width,
        coded_height=context.height,
        width=width,
        height=height,
        rotation=turned.turn_deg,
        mirrored=turned.mirrored,
        nominal_fps=times.rate.nominal or float(video.average_rate or video.guessed_rate or 0),
        varies=times.rate.varies,
        video_start_s=round(times.start_s, 3),
        audio=None if audio is None else _audio(container, audio),
    )


def _audio(container: Any, stream: Any) -> AudioStream:
    context = stream.codec_context
    return AudioStream(
        index=stream.index,
        codec=context.codec.canonical_name,
        sample_rate=int(context.sample_rate or 0),
        channels=int(context.channels or 0),
        layout=str(context.layout.name) if context.layout else "unknown",
        start_s=round(streams.begin_s(container, stream), 3),
    )


def _first_picture(container: Any, video: Any) -> Any:
    """Only a decoded picture tells how it is turned. None when none can be had soon: the video pass finds out whether
    any can be decoded."""
    video.thread_type = "NONE"
    with suppress(FFmpegError, OSError, ValueError):
        for count, packet in enumerate(container.demux(video)):
            for frame in packet.decode():
                return frame
            if count > PACKETS_TO_FIRST_PICTURE:
                break
    return None
