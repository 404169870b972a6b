"""Each test runs over every cable; inside the machine with DAHDI's kernel driver, over that one.

There time is real and tests mostly wait, so many of them run at once; see `at_once`.
"""

import os
import queue
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from contract.at_once import AtOnce
from contract.cables import Lockstep, Socket
from contract.dahdi_cable import DahdiCable, unmake_spans

pytest.register_assert_rewrite("contract.line_bench")

INSIDE = os.environ.get("SWITCHROOM_DAHDI_VM") == "1"
CABLES = ["dahdi"] if INSIDE else ["lockstep", "socket"]
PAIRS = 7
"""Of spans, so many tests at once; DAHDI can have sixteen."""
ATTEMPTS = 4
REPEATED: list[str] = []
FREE: queue.SimpleQueue[int] = queue.SimpleQueue()


@contextmanager
def benches(kind: str, bench_class, folder) -> Iterator:
    """Makes benches, one after the other on the same cable where that is a pair of spans."""
    made = []
    pair = FREE.get() if kind == "dahdi" else None

    def make(**options):
        if pair is not None and made:
            made.pop().close()
        cables = {"lockstep": Lockstep, "socket": lambda: Socket(folder)}
        cable = cables[kind]() if pair is None else DahdiCable(pair)
        made.append(bench_class(cable, **options))
        return made[-1]

    def lost_speech() -> bool:
        return any(side.lost_speech for bench in made for side in (bench.near, bench.far))

    make.lost_speech = lost_speech
    try:
        yield make
    finally:
        for bench in made:
            bench.close()
        if pair is not None:
            FREE.put(pair)


@pytest.fixture(params=CABLES)
def make(request, tmp_path):
    if request.param == "dahdi":
        yield None  # the test has run already
        return
    with benches(request.param, request.module.BENCH, tmp_path) as build:
        yield build


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "left_out(cable, reason): what the test needs this cable does not have"
    )
    if INSIDE:
        for pair in range(PAIRS):
            FREE.put(pair)
        config.pluginmanager.register(AtOnce(run_over_dahdi, PAIRS))


def run_over_dahdi(item) -> None:
    """Once more, thrice at most, where it failed and the emulated machine was too late for speech."""
    arguments = {name: value for name, value in item.callspec.params.items() if name != "make"}
    for attempt in range(ATTEMPTS):
        with benches("dahdi", item.module.BENCH, None) as build:
            try:
                item.obj(make=build, **arguments)
            except Exception:
                if attempt + 1 == ATTEMPTS or not build.lost_speech():
                    raise
                REPEATED.append(item.name)
            else:
                return


def pytest_terminal_summary(terminalreporter):
    if REPEATED:
        terminalreporter.write_line(f"once more, as the machine was late: {', '.join(REPEATED)}")


def pytest_collection_modifyitems(items):
    for item in items:
        for mark in item.iter_markers("left_out"):
            cable, reason = mark.args
            if hasattr(item, "callspec") and item.callspec.params.get("make") == cable:
                item.add_marker(pytest.mark.skip(reason=f"over {cable}: {reason}"))


def pytest_sessionfinish():
    if INSIDE:
        for pair in range(PAIRS):
            unmake_spans(pair)
