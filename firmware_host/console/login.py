"""Who may use a console: technicians with a PIN, and a pause after wrong ones."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["Door"]

TRIES = 3
PAUSE_S = 30.0
"""After three wrong tries nobody gets in on this console for so long: PINs are short."""


@dataclass(slots=True)
class Door:
    """Judges log-ins on one console. Time is an argument."""

    pins: Callable[[], Mapping[str, str]]
    "By name, as configured at this moment."
    _wrong: int = field(default=0, init=False)
    _closed_until: float = field(default=0.0, init=False)

    def closed_for_s(self, now: float) -> float:
        """How long to wait before a try is looked at; 0: not at all."""
        return max(0.0, self._closed_until - now)

    def opens(self, name: str, pin: str, now: float) -> bool:
        """Whether name and PIN are right. While closed, nothing is."""
        if self.closed_for_s(now) > 0:
            return False
        expected = self.pins().get(name, "")
        # Compared in the same time whatever is wrong; an unknown name has no PIN that fits.
        right = hmac.compare_digest(expected.encode(), pin.encode()) and bool(expected)
        if right:
            self._wrong = 0
            return True
        self._wrong += 1
        if self._wrong >= TRIES:
            self._wrong = 0
            self._closed_until = now + PAUSE_S
        return False
