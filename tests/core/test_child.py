import json
import os
import subprocess
import sys

import pytest

from core.child import Child, ChildError, Limits, python_argv, run
from tests.waits import until
from videofile.processes import launched


def script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as handle:
        return handle.read().rsplit(")", 1)[1].split()[0] != "Z"


def wait_gone(pid: int) -> bool:
    return until(lambda: not alive(pid), f"process {pid} to end", seconds=30)


class TestLines:
    def test_yields_json_and_ignores_other_words(self):
        heard = []
        run(Child(script('print("hello"); print("{\\"pct\\": 5}"); print("[1]")')), heard.append)
        assert heard == [{"pct": 5}]

    def test_speaks_to_the_child(self):
        text = "import sys, json; print(json.dumps({'got': sys.stdin.readline().strip()}))"
        assert list(Child(script(text), stdin_line="spec").lines()) == [{"got": "spec"}]

    def test_a_bad_end_carries_its_last_words(self):
        with pytest.raises(ChildError) as caught:
            list(Child(script("import sys; sys.stderr.write('broken pipe dream\\n'); sys.exit(3)")).lines())
        assert caught.value.reason == "exit"
        assert caught.value.code == 3
        assert "broken pipe dream" in caught.value.tail


class TestLimits:
    def test_wall_time(self):
        with pytest.raises(ChildError) as caught:
            list(Child(script("import time; time.sleep(60)"), Limits(timeout_s=0.5)).lines())
        assert caught.value.reason == "timeout"

    def test_silence(self):
        with pytest.raises(ChildError) as caught:
            list(Child(script("import time; time.sleep(60)"), Limits(silence_s=0.5)).lines())
        assert "no progress" in str(caught.value)

    def test_memory(self):
        with pytest.raises(ChildError) as caught:
            list(Child(script("x = bytearray(2**31)"), Limits(memory_bytes=512 * 2**20)).lines())
        assert caught.value.reason == "exit"
        assert "MemoryError" in caught.value.tail

    def test_stop_kills_the_whole_group(self):
        text = (
            "import subprocess, sys, json, time\n"
            "p = subprocess.Popen(['sleep', '60'])\n"
            "print(json.dumps({'pid': p.pid}), flush=True)\n"
            "time.sleep(60)"
        )
        pids = []
        child = Child(script(text), should_stop=lambda: bool(pids))
        with pytest.raises(ChildError) as caught:
            run(child, lambda line: pids.append(line["pid"]))
        assert caught.value.reason == "stopped"
        assert wait_gone(pids[0])


class TestParent:
    def test_the_child_ends_when_its_parent_is_killed(self):
        inner = (
            "from videofile.processes import end_with_parent; import subprocess, json, os, time; end_with_parent(); "
            "p = subprocess.Popen(['sleep', '60']); print(json.dumps({'pids': [os.getpid(), p.pid]}), flush=True); "
            "time.sleep(60)"
        )
        outer = (
            "import sys; from core.child import Child\n"
            f"for line in Child([sys.executable, '-c', {inner!r}]).lines(): print(*line['pids'], flush=True)"
        )
        parent = subprocess.Popen(script(outer), stdout=subprocess.PIPE, text=True)
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
        parent.wait()
        assert len(pids) == 2
        assert all(wait_gone(pid) for pid in pids)


def test_python_argv_names_the_module():
    assert python_argv("patterns.measure", "a.mp4") == [sys.executable, "-m", "patterns.measure", "a.mp4"]


class TestLaunch:
    """Limits are set in the program that becomes the command."""

    def test_a_command_without_limits_is_started_as_it_is(self):
        assert launched(["ffmpeg", "-version"]) == ["ffmpeg", "-version"]

    def test_the_command_has_the_memory_it_was_given_and_its_own_name(self):
        text = "import json, resource, sys; print(json.dumps({'most': resource.getrlimit(resource.RLIMIT_AS)[0]}))"
        lines = list(Child(script(text), Limits(memory_bytes=3 * 2**30)).lines())
        assert lines == [{"most": 3 * 2**30}]

    def test_a_tied_command_dies_with_its_parent_even_when_that_is_killed(self):
        text = (
            "import json, subprocess, time\n"
            "from videofile.processes import launched\n"
            "p = subprocess.Popen(launched(['sleep', '60'], tied=True, nice=5))\n"
            "print(json.dumps({'pid': p.pid}), flush=True)\n"
            "time.sleep(60)"
        )
        # In a group of its own, so that only the kernel can end the grandchild.
        parent = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, start_new_session=True)
        assert parent.stdout is not None
        pid = json.loads(parent.stdout.readline())["pid"]
        parent.kill()
        parent.wait()
        parent.stdout.close()
        assert wait_gone(pid)

    def test_a_tied_command_whose_parent_has_gone_already_never_starts(self):
        argv = launched(["true"], tied=True)
        argv[argv.index(str(os.getpid()))] = "1"
        assert subprocess.run(argv, check=False).returncode == (0 if os.getpid() == 1 else 1)
