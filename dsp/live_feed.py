"""Sound from elsewhere that is played while it comes: blocks wait in a small ring for their tick."""

from typing import TYPE_CHECKING

from dsp._native import ffi, lib
from dsp.errors import UnknownSound
from dsp.taps import BLOCK_SAMPLES

if TYPE_CHECKING:
    from dsp._native import FeedHandle

__all__ = ["LiveFeed"]

MAXIMUM_BLOCKS = 512
"""Ten seconds: more is no live sound but a sound to `Plane.play`."""


class LiveFeed:
    """What `Plane.open_feed` gives: put blocks in as they come, one every 20 ms.

    What is not there when its tick comes is silence; after that `in_hand` blocks are gathered again
    before it goes on. Whoever brings blocks faster than the ticks take them finds the ring full: look
    at `waiting`, and leave one out in time.

    Runs in: event loop.
    """

    def __init__(self, *, blocks: int, in_hand: int) -> None:
        if not 1 <= in_hand <= blocks <= MAXIMUM_BLOCKS:
            raise UnknownSound(
                f"a feed of {blocks} blocks, {in_hand} in hand: 1 <= in hand <= blocks <= {MAXIMUM_BLOCKS}"
            )
        handle = lib.live_feed_new(blocks, in_hand)
        if handle == ffi.NULL:
            raise MemoryError
        self.handle: FeedHandle = ffi.gc(handle, lib.live_feed_free)
        "The plane's."

    def put(self, octets: bytes) -> int:
        """Add whole blocks of 160 G.711 octets, in the slot's law.

        Returns:
            How many blocks found room; the rest, and what is no whole block, was left out.
        """
        pointer = ffi.from_buffer("uint8_t[]", octets)
        return int(lib.live_feed_put(self.handle, pointer, len(octets) // BLOCK_SAMPLES))

    @property
    def waiting(self) -> int:
        """Blocks that wait for their tick."""
        return int(lib.live_feed_waiting(self.handle))

    @property
    def underruns(self) -> int:
        """How often it ran dry."""
        return int(lib.live_feed_underruns(self.handle))
