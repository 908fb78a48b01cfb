"""A child process that works for some seconds and ends by itself when its parent is gone (stdin at EOF)."""

import select
import sys
import time

ends_at = time.monotonic() + float(sys.argv[1])
while (left := ends_at - time.monotonic()) > 0:
    readable, _, _ = select.select([sys.stdin], [], [], left)
    if readable and not sys.stdin.buffer.read1(4096):
        sys.exit(3)
sys.stdout.write('{"done": true}\n')
