"""Tests over the real kernel driver: only inside the virtual machine, `make test-dahdi`."""

import os

import pytest

from drivers import DahdiControl

INSIDE = os.environ.get("SWITCHROOM_DAHDI_VM") == "1"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if not INSIDE:
        pytest.skip("needs DAHDI's kernel driver: make test-dahdi")


@pytest.fixture(scope="module")
def control():
    with DahdiControl() as device:
        yield device
