"""Runs a command that the kernel kills when its parent dies: `python tied.py PARENT_PID COMMAND…`.

FFmpeg does not notice that nobody waits for it any more. On Linux the parent-death signal closes that gap even when
the parent is killed with SIGKILL; elsewhere the parent's process group does.
"""

import ctypes
import os
import signal
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask for the signal, make sure that the parent still lives, become the command."""
    parent = int(sys.argv[1])
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    with suppress(OSError):
        os.nice(10)  # the machine stays responsive while a render uses its cores
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - an argv list from the compiler, no shell


if __name__ == "__main__":
    main()
