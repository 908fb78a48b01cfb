"""The command lines that a graph gives."""

import subprocess

from editing.graph import Graph
from videofile import ffmpeg


def test_inputs_filters_and_outputs_in_their_order() -> None:
    graph = Graph()
    first, second = graph.input("a.mp4", 0, t=2, an=None), graph.input("b.mp4", 1)
    left, right = first.filter("scale", 320, -1, flags="bicubic").split("split", 2)
    joined = graph.filter([left, second], "concat", n=2, v=1, a=0)
    graph.output([joined], "x.mp4", crf=20)
    graph.output([right], "y.mp4")
    assert graph.arguments() == [
        "-t", "2", "-an", "-i", "a.mp4", "-i", "b.mp4", "-filter_complex",
        "[0:0]scale=320:-1:flags=bicubic[s0];[s0]split=2[s1][s2];[s1][1:1]concat=n=2:v=1:a=0[s3]",
        "-map", "[s3]", "-crf", "20", "x.mp4", "-map", "[s2]", "y.mp4",
    ]  # fmt: skip


def test_one_reader_needs_no_split() -> None:
    graph = Graph()
    stream = graph.input("a.mp4", 0)
    assert stream.split("split", 1) == [stream]


def test_equal_inputs_stay_two() -> None:
    graph = Graph()
    assert graph.input("a.mp4", 0, t=2) != graph.input("a.mp4", 0, t=2)


def test_a_value_cannot_leave_its_option() -> None:
    graph = Graph()
    text = "it's 100%: a\\b, [c]; d=e"
    shown = graph.input("color=s=64x64:d=0.1", 0, f="lavfi").filter("metadata", mode="add", key="k", value=text)
    graph.output([shown.filter("metadata", mode="print")], "-", f="null")
    done = subprocess.run(
        ffmpeg.command(ffmpeg.binary(), *graph.arguments(), loglevel="info"), capture_output=True, text=True, check=True
    )
    assert f"k={text}" in done.stderr
