"""A far end in real time has to be punctual, whatever else the machine does."""

import contextlib
import os

import pytest


@pytest.fixture
def punctual():
    """This thread runs before all that is not in real time, where the machine grants it."""
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(20))
    yield
    os.sched_setscheduler(0, policy, parameters)
