"""Runs tests that mostly wait beside each other, each in a thread; pytest then asks how each one went.

A test must take all that it needs as arguments of its own: no fixture but `make` is made for it. The first
one runs alone: until all code that tests need has been loaded, they would hear gaps in what is said.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

TOOK = pytest.StashKey[float]()


class AtOnce:
    """A plugin of pytest.

    Runs in: pytest's thread; the tests in threads of a pool.
    """

    def __init__(self, run: Callable, at_once: int) -> None:
        self._run = run
        self._at_once = at_once
        self._pool: ThreadPoolExecutor | None = None
        self._runs: dict[str, Future] = {}

    def pytest_collection_finish(self, session):
        self._waiting = [item for item in session.items if self._is_ours(item)]

    def _is_ours(self, item) -> bool:
        runs_here = getattr(item, "callspec", None) and item.callspec.params.get("make") == "dahdi"
        return bool(runs_here) and item.get_closest_marker("skip") is None

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        if not self._is_ours(pyfuncitem):
            return None
        if self._pool is None:  # when the first of them is due: others may need the driver alone
            self._pool = ThreadPoolExecutor(max_workers=self._at_once)
            first, *others = self._waiting
            self._runs[first.nodeid] = self._pool.submit(self._timed, first)
            wait([self._runs[first.nodeid]])
            for item in others:
                self._runs[item.nodeid] = self._pool.submit(self._timed, item)
        self._runs[pyfuncitem.nodeid].result()
        return True

    def _timed(self, item) -> None:
        began = time.monotonic()
        try:
            self._run(item)
        finally:
            item.stash[TOOK] = time.monotonic() - began

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        if call.when == "call" and TOOK in item.stash:
            outcome.get_result().duration = item.stash[TOOK]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self):
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
