"""Stops one thread of a process, as if it had hung; all others go on (ptrace(2))."""

import ctypes
import os
import signal
import threading
from contextlib import contextmanager

_PTRACE_SEIZE, _PTRACE_INTERRUPT, _PTRACE_DETACH = 0x4206, 0x4207, 17
_WALL = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def _ptrace(request: int, thread: int) -> None:
    if _libc.ptrace(request, thread, None, None) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"ptrace of thread {thread}: {os.strerror(error)}")


@contextmanager
def frozen(thread: int):
    """While inside, that thread (the process's id: its main one) does not run."""
    _ptrace(_PTRACE_SEIZE, thread)
    try:
        _ptrace(_PTRACE_INTERRUPT, thread)
        os.waitpid(thread, _WALL)
        yield
    finally:
        _ptrace(_PTRACE_DETACH, thread)


def freeze(thread: int, seconds: float) -> None:
    with frozen(thread):
        threading.Event().wait(seconds)


def stop_for(process: int, seconds: float) -> None:
    """All of the process, by SIGSTOP."""
    os.kill(process, signal.SIGSTOP)
    threading.Event().wait(seconds)
    os.kill(process, signal.SIGCONT)
