"""For tests on the wall clock."""

import threading
import time


def wait_until(reached, limit_s: float, what: str):
    """Ask again and again, on the wall clock, until it is so; the answer."""
    pause = threading.Event()
    until = time.monotonic() + limit_s
    while True:
        answer = reached()
        if answer:
            return answer
        assert time.monotonic() < until, f"not within {limit_s} s: {what}"
        pause.wait(0.02)
