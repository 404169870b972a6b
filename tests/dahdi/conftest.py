"""Tests over the real kernel driver: only inside the virtual machine, `make test-dahdi`."""

import os
from pathlib import Path

import pytest

from drivers import DahdiControl

OUT = Path("/out")
INSIDE = os.environ.get("SWITCHROOM_DAHDI_VM") == "1"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if not INSIDE:
        pytest.skip("needs DAHDI's kernel driver: make test-dahdi")


@pytest.fixture(scope="module")
def control():
    with DahdiControl() as device:
        yield device


@pytest.fixture
def measured():
    """Writes a figure down, in seconds, where whoever started the machine finds it."""

    def write(what: str, seconds: float) -> None:
        with OUT.joinpath("measured.txt").open("a") as file:
            file.write(f"{what}: {seconds:.2f} s\n")

    return write
