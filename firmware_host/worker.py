"""Where slow work runs: at once in lockstep, in a thread of its own beside an event loop."""

import queue
import threading
from collections.abc import Callable
from typing import Protocol

__all__ = ["InlineWorker", "ThreadWorker", "Worker"]


class Worker(Protocol):
    """Runs jobs one after the other, in the order given."""

    def submit(self, job: Callable[[], None]) -> None:
        """Queue a job; never waits. The job handles its own errors."""

    def close(self) -> None:
        """Finish what is queued, then stop."""


class InlineWorker:
    """Runs each job when it is given: what lockstep needs to be deterministic."""

    def submit(self, job: Callable[[], None]) -> None:
        """Run the job now."""
        job()

    def close(self) -> None:
        """Nothing is left to finish."""


class ThreadWorker:
    """One thread, one queue: disks may take their time without call control noticing."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], None]) -> None:
        """Queue the job."""
        self._jobs.put(job)

    def close(self) -> None:
        """Finish what is queued, at most ten seconds, then stop."""
        self._jobs.put(None)
        self._thread.join(timeout=10.0)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
