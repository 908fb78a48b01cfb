"""What the container and the first picture say: size as shown, rate, codecs, audio. Only one picture is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

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
    duration_s: float  # 0 when the container does not say
    video_duration_s: float  # 0 when the stream does not say
    index: int
    codec: str
    pixel_format: str
    hdr: bool
    coded_width: int
    coded_height: int
    width: int
    height: int
    rotation: int
    nominal_fps: float
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
    # A cover picture is a video stream by its type only.
    videos = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    if not videos:
        raise MeasureError(MeasureCode.NO_VIDEO, "This file has no video stream. Choose a file with moving pictures.")
    video = videos[0]
    context = video.codec_context
    if context is None:
        raise MeasureError(
            MeasureCode.UNREADABLE, "The pictures of this file are in a format that is not known. Export it as MP4."
        )
    if not context.width or not context.height:
        raise MeasureError(MeasureCode.UNREADABLE, "The video stream has no picture size. Export the file again.")
    offset = (container.start_time or 0) / av.time_base
    start = _start(video, offset)
    audio = next((_audio(stream, offset) for stream in container.streams.audio if stream.codec_context), None)
    rotation, sar = _first_picture(container, video)
    width, height = _shown(context.width, context.height, sar, rotation)
    return Probe(
        path=path,
        container=container.format.name.split(",")[0],
        duration_s=max(0.0, (container.duration or 0) / av.time_base),
        video_duration_s=float(video.duration * video.time_base) if video.duration and video.time_base else 0.0,
        index=video.index,
        codec=context.codec.canonical_name,
        pixel_format=context.pix_fmt or "unknown",
        hdr=int(getattr(context, "color_trc", 0) or 0) in HDR_TRANSFERS,
        coded_width=context.width,
        coded_height=context.height,
        width=width,
        height=height,
        rotation=rotation,
        nominal_fps=float(video.average_rate or video.guessed_rate or 0),
        video_start_s=start,
        audio=audio,
    )


def _start(stream: Any, offset: float) -> float:
    if stream.start_time is None or stream.time_base is None:
        return 0.0
    return max(0.0, round(float(stream.start_time * stream.time_base) - offset, 3))


def _audio(stream: Any, offset: float) -> AudioStream:
    context = stream.codec_context
    return AudioStream(
        index=stream.index,
        codec=context.codec.canonical_name,
        sample_rate=int(context.sample_rate or 0),
        channels=int(context.channels or 0),
        layout=str(context.layout.name) if context.layout else "unknown",
        start_s=_start(stream, offset),
    )


def _first_picture(container: Any, video: Any) -> tuple[int, float]:
    """Rotation in degrees (0, 90, 180, 270 counter-clockwise) and pixel aspect; the rotation is told by frames only."""
    sar = float(video.sample_aspect_ratio or 0) or 1.0
    video.thread_type = "NONE"
    try:
        for count, packet in enumerate(container.demux(video)):
            for frame in packet.decode():
                return int(frame.rotation) % 360, sar
            if count > PACKETS_TO_FIRST_PICTURE:
                break
    except (FFmpegError, OSError, ValueError):
        return 0, sar  # the video pass finds out whether any picture can be decoded
    return 0, sar


def _shown(width: int, height: int, sar: float, rotation: int) -> tuple[int, int]:
    if not 0.1 <= sar <= 10.0:
        sar = 1.0
    shown = (max(1, round(width * sar)), height)
    return (shown[1], shown[0]) if rotation in (90, 270) else shown
