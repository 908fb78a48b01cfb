"""How a picture is addressed: by the time stamp that it has in its file, in whole microseconds of the file's own clock.

Whatever reads a file a second time has to find the very pictures of the first time, after a seek or without one, in
every container. FFmpeg counts from where it began to read unless told to keep the file's clock; its raw encoder rounds
to the grid of the average frame rate, and Matroska in the pipe to milliseconds. So the clock is kept, and the stamps
travel a thousandfold: one unit of the pipe is a microsecond.
"""

from __future__ import annotations

KEEP_CLOCK = ("-copyts",)  # before the input
UNITS = 1_000_000  # a second
# A clock may begin below zero, and Matroska counts from there on: everything is sent this much later.
_LEAD = 3600 * UNITS


def raw_output(filters: str, pixels: str) -> list[str]:
    """The end of a command: every picture that leaves `filters`, raw, with its stamp."""
    stamped = f"{filters},settb=1/{UNITS},setpts=(PTS+{_LEAD})*1000"
    return [
        *("-vf", stamped, "-pix_fmt", pixels, "-filter_threads", "1", "-fps_mode", "passthrough"),
        *("-enc_time_base", "1/1000", "-c:v", "rawvideo", "-f", "matroska", "pipe:1"),
    ]


def read(sent: int) -> int:
    """The stamp of a picture whose time stamp in the pipe is `sent`."""
    return sent - _LEAD
