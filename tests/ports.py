"""Ports for servers that tests start and that can only be told a number.

They lie below those that systems give to outgoing connections and to whoever asks for any port, so between choosing one
and listening on it nothing else on the machine takes it by chance.
"""

import random
import socket

_LOWEST, _HIGHEST = 20_000, 32_000
_given: set[int] = set()


def free_port() -> int:
    """One on which nobody listens, and that this process was not given before."""
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(_LOWEST, _HIGHEST)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
