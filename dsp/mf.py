"""Register signals: two of six tones, in three sets, made and named.

Sources: ITU-T Q.441 (R2, table 5), Q.454 (their levels), Q.320 to Q.323 (R1). A signal has a number,
1 to 15; in all three sets numbers 1 to 9 are those digits and 10 is digit 0.
"""

from enum import Enum

from dsp._native import lib
from dsp.errors import UnknownSound
from dsp.tone_plans import Segment

__all__ = ["MfSystem", "mf_segments"]

FIRST_OF = (0, 1, 2, 4, 7, 11)
"""The signal of tones 0 and n, by n; of tones m and n it is m more."""

R1_NAMES = {11: "ST3", 12: "STP", 13: "KP", 14: "KP2", 15: "ST"}


class MfSystem(Enum):
    """Whose six tones."""

    R2_FORWARD = "r2_forward"
    R2_BACKWARD = "r2_backward"
    R1 = "r1"

    @property
    def number(self) -> int:
        """Its number in the native library."""
        return int(getattr(lib, f"MF_{self.name}"))

    @property
    def tones_hz(self) -> tuple[float, ...]:
        """The six tones, in the order that numbers signals."""
        return {
            MfSystem.R2_FORWARD: (1380.0, 1500.0, 1620.0, 1740.0, 1860.0, 1980.0),
            MfSystem.R2_BACKWARD: (1140.0, 1020.0, 900.0, 780.0, 660.0, 540.0),
            MfSystem.R1: (700.0, 900.0, 1100.0, 1300.0, 1500.0, 1700.0),
        }[self]

    def frequencies_hz(self, signal: int) -> tuple[float, float]:
        """Returns a signal's two tones.

        Raises:
            UnknownSound: Its number is not 1 to 15.
        """
        if not 1 <= signal <= 15:
            raise UnknownSound(f"signal {signal}: register signals are 1 to 15")
        second = max(n for n in range(1, 6) if FIRST_OF[n] <= signal)
        return self.tones_hz[signal - FIRST_OF[second]], self.tones_hz[second]

    def name_of(self, signal: int) -> str:
        """How people write a signal: a digit, ``KP`` and ``ST`` in R1, a number in R2 from 11 on."""
        if signal <= 10:
            return str(signal % 10)
        return R1_NAMES[signal] if self is MfSystem.R1 else str(signal)


def mf_segments(
    system: MfSystem, signal: int, *, duration_ms: int, level_dbm0: float = -11.0
) -> tuple[Segment, ...]:
    """Returns the sound of a signal.

    Args:
        system: Whose tones.
        signal: 1 to 15.
        duration_ms: Its length; a compelled one is stopped earlier.
        level_dbm0: Of each tone: R2 sends -11.5 (Q.454), R1 -7 (Q.322).
    """
    return (Segment(system.frequencies_hz(signal), duration_ms, level_dbm0),)
