"""Who gets which recorded blocks of a plane: recordings, those who listen, a handset's earpiece."""

from collections.abc import Callable
from itertools import groupby

from dsp import Plane, RecordedBlock

__all__ = ["Taps"]

Take = Callable[[list[RecordedBlock]], None]


class Taps:
    """Deals the blocks that the plane recorded out to whoever asked for them, in order.

    Runs in: event loop, or the lockstep thread.
    """

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._takers: dict[int, Take] = {}
        self._next_id = 1
        self._undealt: list[RecordedBlock] = []
        self._dealing = False

    def claim(self, take: Take) -> int:
        """An id for `Plane.record`, never used twice, whose blocks go to ``take``.

        ``take`` must neither wait nor raise.
        """
        record_id = self._next_id
        self._next_id += 1
        self._takers[record_id] = take
        return record_id

    def release(self, record_id: int) -> None:
        """Stop the recording, deal out what it had, and forget it."""
        self._plane.stop_record(record_id)
        self.deal()
        self._takers.pop(record_id, None)

    def deal(self) -> None:
        """Hand on everything recorded since the last time.

        A taker may claim and release: blocks keep their order.
        """
        self._undealt += self._plane.recorded()
        if self._dealing:
            return  # whoever deals comes to them
        self._dealing = True
        try:
            while self._undealt:
                blocks, self._undealt = self._undealt, []
                # All of one taker's at a time: a recorder hands each batch to its worker.
                for take, its_blocks in groupby(blocks, self._taker):
                    if take is not None:
                        take(list(its_blocks))
        finally:
            self._dealing = False

    def _taker(self, block: RecordedBlock) -> Take | None:
        return self._takers.get(block.record_id)
