"""What a DAHDI card of ours shall be: its span, and how each of its channels signals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from drivers.dahdi.abi import Law, LineFlag, Signalling
from drivers.hardware import PortKind

__all__ = [
    "DahdiCardSettings",
    "DahdiDChannelSettings",
    "DahdiPortSettings",
    "DynamicSpanSettings",
    "StartSignalling",
]


class StartSignalling(Enum):
    """How a line is seized and released."""

    KEWLSTART = "kewlstart"
    "Loop start whose exchange opens the loop when the far end hangs up."
    LOOPSTART = "loopstart"
    GROUNDSTART = "groundstart"
    EM = "em"
    BEARER = "bearer"
    "None of its own: a D-channel signals for it."
    EM_E1 = "em_e1"
    "On an E1, whose idle bits differ from a T1's."


_SIGNALLING = {
    (PortKind.FXO, StartSignalling.KEWLSTART): Signalling.FXSKS,
    (PortKind.FXO, StartSignalling.LOOPSTART): Signalling.FXSLS,
    (PortKind.FXO, StartSignalling.GROUNDSTART): Signalling.FXSGS,
    (PortKind.FXS, StartSignalling.KEWLSTART): Signalling.FXOKS,
    (PortKind.FXS, StartSignalling.LOOPSTART): Signalling.FXOLS,
    (PortKind.FXS, StartSignalling.GROUNDSTART): Signalling.FXOGS,
    (PortKind.EM, StartSignalling.EM): Signalling.EM,
    (PortKind.EM, StartSignalling.EM_E1): Signalling.EM_E1,
    (PortKind.BEARER, StartSignalling.BEARER): Signalling.CLEAR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DahdiPortSettings:
    """One channel of a span that carries a line."""

    kind: PortKind
    start: StartSignalling = StartSignalling.KEWLSTART
    law: Law = Law.MULAW
    longest_flash_ms: int = 750
    "FXS: a longer on-hook is a hang-up."
    echo_canceller: str = ""
    "The driver's name of it (``oslec``, ``mg2``, ``hwec``); empty: none."
    echo_canceller_ms: int = 16
    "How long an echo it can cancel."
    receive_gain_db: float = 0.0
    transmit_gain_db: float = 0.0
    hybrid: tuple[int, ...] = ()
    "Of an FXO module that can be tuned: impedance and eight taps, an octet each."

    @property
    def signalling(self) -> Signalling:
        """As the driver names it: an FXO port signals as a station does."""
        return _SIGNALLING[self.kind, self.start]


@dataclass(frozen=True, slots=True, kw_only=True)
class DahdiDChannelSettings:
    """The channel of a span that signals for its B-channels; another process opens it."""

    position: int
    by_card: bool = False
    "The card itself frames HDLC, not the driver."

    @property
    def signalling(self) -> Signalling:
        """As the driver names it."""
        return Signalling.HARDHDLC if self.by_card else Signalling.HDLCFCS


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicSpanSettings:
    """A span without a card, such as TDM over Ethernet."""

    driver: str
    address: str
    channels: int
    timing: int = 0

    @property
    def name(self) -> str:
        """As the driver names the span."""
        return f"DYN/{self.driver}/{self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DahdiCardSettings:
    """One span as a card of ours."""

    span: int | str
    "Its number, or the driver's name of it (``WCTDM/0``)."
    ports: Mapping[int, DahdiPortSettings] = field(default_factory=dict)
    "By the channel's position in the span, from 1."
    d_channel: DahdiDChannelSettings | None = None
    dynamic: DynamicSpanSettings | None = None
    "Made when it is not there."
    line_flags: LineFlag | None = None
    "Framing and coding of a digital span; None: as it is."
    line_build_out: int = 0
    timing: int = 0
    "The span's rank among the sources of the clock; 0: none."
